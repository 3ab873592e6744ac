import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { FIELD_NAMES, type FieldName } from '../../api/findingCodes';
import { type Problem, pageProblem, problemOf } from '../../api/problem';
import type { Finding } from '../../api/types';
import { text } from '../../i18n';
import { fieldErrors } from '../../lib/sentences';
import { ProblemNotice, RequestId } from '../common/ProblemNotice';
import { Confirmation, Field } from './Field';

export interface AccountField {
  name: FieldName;
  label: string;
  type?: 'text' | 'email' | 'password' | 'checkbox';
  autocomplete?: string;
  hint?: string;
}

interface Props {
  idPrefix: string;
  fields: AccountField[];
  action: string;
  actionUnderWay: string;
  isDanger?: boolean;
  /** Whose password it is, where the form doesn't ask: a password manager wants to know. */
  username?: string;
  onSubmit: (values: Record<FieldName, string>) => Promise<void>;
  children?: ComponentChildren;
}

const EMPTY = Object.fromEntries(FIELD_NAMES.map((name) => [name, ''])) as Record<
  FieldName,
  string
>;

/** A form of the account: what was typed stays, unless it was done. */
export function AccountForm({
  idPrefix,
  fields,
  action,
  actionUnderWay,
  isDanger = false,
  username,
  onSubmit,
  children,
}: Props) {
  const [values, setValues] = useState(EMPTY);
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

  function show(refusal: Problem): void {
    setProblem(refusal);
    // After the fields have got their errors; the first wrong one is where the person goes on.
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  }

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const empty = fields.filter((field) => values[field.name].trim() === '');
    if (empty.length > 0) {
      show(pageProblem('invalid_input', { findings: empty.map(missing) }));
      return;
    }
    setIsSending(true);
    setProblem(null);
    try {
      await onSubmit(values);
      setValues(EMPTY);
    } catch (thrown) {
      show(problemOf(thrown));
    } finally {
      setIsSending(false);
    }
  }

  return (
    // The browser's own messages would be in the browser's language, not the page's.
    <form ref={form} class="form" onSubmit={send} noValidate>
      {username !== undefined && <input autocomplete="username" value={username} readOnly hidden />}
      {fields.map(({ type = 'text', ...field }) => {
        const shared = {
          ...field,
          idPrefix,
          value: values[field.name],
          error: errors?.[field.name],
          onValue: (value: string) => setValues((typed) => ({ ...typed, [field.name]: value })),
        };
        return type === 'checkbox' ? (
          <Confirmation key={field.name} {...shared} />
        ) : (
          <Field key={field.name} {...shared} type={type} />
        );
      })}
      {problem && (
        <FormProblem problem={problem} isSaidAtFields={errors !== null} fields={fields.length} />
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
  isSaidAtFields: boolean;
  fields: number;
}

/** The fields say what is wrong with them; the notice then only has the request id to add. */
function FormProblem({ problem, isSaidAtFields, fields }: FormProblemProps) {
  if (isSaidAtFields && fields === 1) return <RequestId problem={problem} />;
  const shown = isSaidAtFields
    ? pageProblem('invalid_input', { requestId: problem.requestId })
    : problem;
  return <ProblemNotice problem={shown} />;
}

function missing(field: AccountField): Finding {
  return { column: field.name, code: 'missing' };
}
