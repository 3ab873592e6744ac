import type { FieldName } from '../../api/findingCodes';

interface Props {
  name: FieldName;
  label: string;
  value: string;
  onValue: (value: string) => void;
  autocomplete?: string | undefined;
  hint?: string;
  error?: string | undefined;
  /** Keeps ids apart when two forms are on the page (log in again above log in). */
  idPrefix: string;
}

export function Field(props: Props & { type: 'text' | 'email' | 'password' }) {
  const { id, attributes } = named(props);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        {...attributes}
        // The element's type knows one kind of input at a time.
        type={props.type as 'text'}
        value={props.value}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        spellcheck={false}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      <Notes {...props} />
    </div>
  );
}

/** A sentence to be agreed to; its value is empty until it is. */
export function Confirmation(props: Props) {
  const { attributes } = named(props);
  return (
    <div class="field">
      <label class="choice">
        <input
          {...attributes}
          type="checkbox"
          checked={props.value !== ''}
          onChange={(event) => props.onValue(event.currentTarget.checked ? 'yes' : '')}
        />
        <span>{props.label}</span>
      </label>
      <Notes {...props} />
    </div>
  );
}

function named({ idPrefix, name, hint, error }: Props) {
  const id = `${idPrefix}-${name}`;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    required: true,
    'aria-invalid': error ? ('true' as const) : undefined,
    'aria-describedby': described || undefined,
  };
  return { id, attributes };
}

function Notes({ idPrefix, name, hint, error }: Props) {
  const id = `${idPrefix}-${name}`;
  return (
    <>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </>
  );
}
