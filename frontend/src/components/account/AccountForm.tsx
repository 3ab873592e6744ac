import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { FIELD_NAMES, type FieldName } from '../../api/findingCodes';
import { type Problem, pageProblem, problemOf } from '../../api/problem';
import type { Finding } from '../../api/types';
import { text } from '../../i18n';
import { fieldErrors } from '../../lib/sentences';
import { ProblemNotice } from '../common/ProblemNotice';
import { Agreement, Field } from './Field';

export interface AccountField {
  name: FieldName;
  label: string;
  type?: 'text' | 'email' | 'password' | 'checkbox';
  autocomplete?: string;
  hint?: string;
  value?: string;
  /** Whether it has the focus when its dialog opens. */
  isFirst?: boolean;
}

interface Props {
  idPrefix: string;
  fields: AccountField[];
  action: string;
  actionUnderWay: string;
  isDanger?: boolean;
  /** The user's name for password managers, in a form that does not ask for it. */
  username?: string;
  /**
   * Whether a form with empty fields is submitted too, so that the API lists the mistakes in the
   * others. `onSubmit` must then make a request that the API refuses.
   */
  isSentIncomplete?: boolean;
  onSubmit: (values: Record<FieldName, string>, isComplete: boolean) => Promise<void>;
  children?: ComponentChildren;
}

const EMPTY = Object.fromEntries(FIELD_NAMES.map((name) => [name, ''])) as Record<
  FieldName,
  string
>;

/** A form of account fields. It keeps the values after an error, and is emptied after success. */
export function AccountForm({
  idPrefix,
  fields,
  action,
  actionUnderWay,
  isDanger = false,
  username,
  isSentIncomplete = false,
  onSubmit,
  children,
}: Props) {
  const [values, setValues] = useState(() => ({ ...EMPTY, ...givenValues(fields) }));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setIsSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const errors =
    problem &&
    fieldErrors(
      problem,
      text.value,
      fields.map((field) => field.name),
    );

  function show(newProblem: Problem): void {
    setProblem(newProblem);
    // Focus the first wrong field, after the fields have been rendered with their errors.
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const missing = fields.filter((field) => values[field.name].trim() === '').map(missingFinding);
    if (missing.length > 0 && !isSentIncomplete) {
      show(pageProblem('invalid_input', { findings: missing }));
      return;
    }
    setIsSending(true);
    setProblem(null);
    try {
      await onSubmit(values, missing.length === 0);
      setValues(EMPTY);
    } catch (thrown) {
      const refusal = problemOf(thrown);
      // The first finding of a field counts.
      const findings = [...missing, ...refusal.findings];
      show(missing.length > 0 ? pageProblem('invalid_input', { findings }) : refusal);
    } finally {
      setIsSending(false);
    }
  }

  return (
    // noValidate, because the browser's own messages are in the browser's language, not the page's.
    <form ref={form} class="form" onSubmit={send} noValidate>
      {username !== undefined && <input autocomplete="username" value={username} readOnly hidden />}
      {fields.map(({ type = 'text', value: _, ...field }) => {
        const props = {
          ...field,
          idPrefix,
          value: values[field.name],
          error: errors?.[field.name],
          onValue: (value: string) => setValues((typed) => ({ ...typed, [field.name]: value })),
        };
        return type === 'checkbox' ? (
          <Agreement key={field.name} {...props} />
        ) : (
          <Field key={field.name} {...props} type={type} />
        );
      })}
      {problem && (
        <FormProblem
          problem={problem}
          isShownAtFields={errors !== null}
          fieldCount={fields.length}
        />
      )}
      <div class="actions">
        <button
          type="submit"
          class={isDanger ? 'button button-danger' : 'button'}
          aria-disabled={isSending}
        >
          {isSending ? actionUnderWay : action}
        </button>
        {children}
      </div>
    </form>
  );
}

interface FormProblemProps {
  problem: Problem;
  isShownAtFields: boolean;
  fieldCount: number;
}

/** The notice below the fields. If the fields show the problem, it only says so. */
function FormProblem({ problem, isShownAtFields, fieldCount }: FormProblemProps) {
  if (!isShownAtFields) return <ProblemNotice problem={problem} />;
  return fieldCount > 1 ? <ProblemNotice problem={pageProblem('invalid_input')} /> : null;
}

function givenValues(fields: readonly AccountField[]): Partial<Record<FieldName, string>> {
  return Object.fromEntries(fields.flatMap(({ name, value }) => (value ? [[name, value]] : [])));
}

function missingFinding(field: AccountField): Finding {
  return { column: field.name, code: 'missing' };
}
