import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import type { HistorySearch } from '../../lib/historySearch';
import { statusName } from '../../lib/sentences';
import { modelTitle } from '../../state/catalogue';

interface Props {
  loaded: readonly Prediction[];
  found: number;
  hasMore: boolean;
  search: HistorySearch;
  onSearch: (search: HistorySearch) => void;
}

/** The search in the loaded predictions: words, status and model. */
export function HistoryToolbar({ loaded, found, hasMore, search, onSearch }: Props) {
  const words = text.value.description;
  return (
    <search class="toolbar">
      <div class="field">
        <label for="history-words">{words.search}</label>
        <input
          id="history-words"
          type="search"
          autocomplete="off"
          value={search.words}
          onInput={(event) => onSearch({ ...search, words: event.currentTarget.value })}
        />
      </div>
      <Choice
        id="history-status"
        label={words.status}
        values={loaded.map(({ status }) => status)}
        name={(status) => statusName(status, text.value)}
        chosen={search.status}
        onChoose={(status) => onSearch({ ...search, status })}
      />
      <Choice
        id="history-model"
        label={words.model}
        values={loaded.map(({ prediction_model_id }) => prediction_model_id)}
        name={modelTitle}
        chosen={search.modelId}
        onChoose={(modelId) => onSearch({ ...search, modelId })}
      />
      <p class="hint" aria-live="polite">
        {words.found(found, loaded.length, hasMore)}
      </p>
      {hasMore && <p class="hint">{words.searched(loaded.length)}</p>}
    </search>
  );
}

interface ChoiceProps {
  id: string;
  label: string;
  values: readonly string[];
  name: (value: string) => string;
  chosen: string;
  onChoose: (value: string) => void;
}

/** A choice between the values that occur. */
function Choice({ id, label, values, name, chosen, onChoose }: ChoiceProps) {
  // The chosen value stays an option even if no prediction has it any more.
  const options = [...new Set([...values, chosen])].filter(Boolean).sort();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        <option value="">{text.value.description.any}</option>
        {options.map((value) => (
          <option key={value} value={value}>
            {name(value)}
          </option>
        ))}
      </select>
    </div>
  );
}
