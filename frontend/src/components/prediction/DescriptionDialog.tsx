import { useState } from 'preact/hooks';
import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { cleanText, lengthOf, NAME_MAX, NOTE_MAX } from '../../lib/predictionName';
import { api } from '../../state/session';
import { CloseButton, Dialog } from '../common/Dialog';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';

interface Props {
  prediction: Prediction;
  onChange: (changed: Prediction) => void;
  onClose: () => void;
}

/** The form for the name and the note of a prediction. After a problem it keeps what was typed. */
export function DescriptionDialog({ prediction, onChange, onClose }: Props) {
  const words = text.value.description;
  const [name, setName] = useState(prediction.name ?? '');
  const [note, setNote] = useState(prediction.note ?? '');
  const { isBusy, problem, run } = useAction();

  async function save(): Promise<void> {
    const description = { name: cleanText(name), note: cleanText(note) };
    onChange(await api.describe(prediction.prediction_id, description));
  }

  return (
    <Dialog title={words.title} isBusy={isBusy} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const tooLong = event.currentTarget.querySelector<HTMLElement>('[aria-invalid]');
          if (tooLong) tooLong.focus();
          else void run(save);
        }}
      >
        <p id="description-warning">{words.warning}</p>
        <div class="field">
          <label for="description-name">{words.name}</label>
          <input
            id="description-name"
            value={name}
            autocomplete="off"
            {...lengthProps('name', name, NAME_MAX)}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <Length field="name" typed={name} maximum={NAME_MAX} />
        </div>
        <div class="field">
          <label for="description-note">{words.note}</label>
          <textarea
            id="description-note"
            value={note}
            rows={3}
            {...lengthProps('note', note, NOTE_MAX)}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
          <Length field="note" typed={note} maximum={NOTE_MAX} />
        </div>
        {problem?.code === 'invalid_input' ? (
          <p class="field-error" role="alert">
            {words.refused}
          </p>
        ) : (
          problem && <ProblemNotice problem={problem} />
        )}
        <div class="actions">
          <button type="submit" class="button" disabled={isBusy}>
            {isBusy ? words.saving : words.save}
          </button>
          <CloseButton label={text.value.actions.back} disabled={isBusy} />
        </div>
      </form>
    </Dialog>
  );
}

interface LengthProps {
  field: 'name' | 'note';
  typed: string;
  maximum: number;
}

/** The number of characters, which becomes an error when there are too many. */
function Length({ field, typed, maximum }: LengthProps) {
  const isTooLong = lengthOf(typed) > maximum;
  return (
    <p class={isTooLong ? 'field-error' : 'hint'} id={`description-${field}-length`}>
      {text.value.description.length(lengthOf(typed), maximum)}
    </p>
  );
}

function lengthProps(field: string, typed: string, maximum: number) {
  return {
    'aria-invalid': lengthOf(typed) > maximum ? ('true' as const) : undefined,
    'aria-describedby': `description-${field}-length description-warning`,
  };
}
