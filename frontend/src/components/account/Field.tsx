import type { FieldName } from '../../api/findingCodes';

interface Props {
  name: FieldName;
  label: string;
  value: string;
  onValue: (value: string) => void;
  autocomplete?: string | undefined;
  hint?: string;
  error?: string | undefined;
  isFirst?: boolean;
  /** Makes ids unique when the page shows two forms with the same fields. */
  idPrefix: string;
}

/** An input of an account form, with its label, hint and error. */
export function Field(props: Props & { type: 'text' | 'email' | 'password' }) {
  const { id, attributes } = sharedAttributes(props);
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        {...attributes}
        // The type of the JSX element does not allow a union here.
        type={props.type as 'text'}
        value={props.value}
        autocomplete={props.autocomplete}
        autocapitalize="none"
        autofocus={props.isFirst ?? false}
        spellcheck={false}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      <Notes {...props} />
    </div>
  );
}

/** A checkbox with a statement to agree to. Its value is empty until the user agrees. */
export function Agreement(props: Props) {
  const { attributes } = sharedAttributes(props);
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

function sharedAttributes({ idPrefix, name, hint, error }: Props) {
  const id = `${idPrefix}-${name}`;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    required: true,
    'aria-invalid': error ? ('true' as const) : undefined,
    'aria-describedby': describedBy || undefined,
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
