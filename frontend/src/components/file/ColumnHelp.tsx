import type { Column } from '../../api/types';
import { type Language, language, localised, text } from '../../i18n';
import { codeAndTitle } from '../../lib/columnTexts';
import { columnUse } from '../../lib/columnUse';
import { columns } from '../../state/catalogue';
import { chosenModel } from '../../state/draft';

/** What a patient file may contain: each column with its meaning, and templates to fill in. */
export function ColumnHelp() {
  const words = text.value.reading;
  const { column, columnMeaning, columnsHint } = text.value.submission;
  const used = columns.value.filter(({ kind }) => kind !== 'ignored');
  const model = chosenModel.value;
  const templates: Language[] = language.value === 'ru' ? ['ru', 'en'] : ['en', 'ru'];
  return (
    <details class="column-help">
      <summary>{words.helpTitle}</summary>
      <p>
        {words.helpLead}{' '}
        {templates.map((code) => (
          <a key={code} href={`samples/template-${code}.csv`} download={`template-${code}.csv`}>
            {words.template[code]}
          </a>
        ))}{' '}
        <span class="hint">{words.templateHint}</span>
      </p>
      <p class="hint">{columnsHint}</p>
      {model && used.some((known) => columnUse(known, model) !== 'used') && (
        <p class="hint">{text.value.models.notUsedBy(localised(model.title))}</p>
      )}
      <table class="columns">
        <thead>
          <tr>
            <th scope="col">{column}</th>
            <th scope="col">{columnMeaning}</th>
          </tr>
        </thead>
        <tbody>
          {[...used.filter(isRequired), ...used.filter((other) => !isRequired(other))].map(
            (described) => (
              <ColumnRow key={described.name} column={described} />
            ),
          )}
        </tbody>
      </table>
    </details>
  );
}

function ColumnRow({ column }: { column: Column }) {
  const { submission: words, reading, models } = text.value;
  const use = columnUse(column, chosenModel.value);
  return (
    <tr class={use === 'used' ? undefined : 'column-unused'}>
      <th scope="row">
        {column.name}
        {column.required && <span class="badge">{words.required}</span>}
      </th>
      <td>
        <strong>{localised(column.title)}</strong>
        {valuesOf(column) && <>: {valuesOf(column)}</>}
        {use !== 'used' && (
          <p class="hint">{use === 'unused' ? models.notUsed : models.onlyFills}</p>
        )}
        {column.description && <p class="hint">{localised(column.description)}</p>}
        {column.aliases.length > 0 && (
          <p class="hint">{reading.alsoKnownAs(column.aliases.join(', '))}</p>
        )}
      </td>
    </tr>
  );
}

/** Return the values of a category with their meaning, or the limits and units of a number. */
function valuesOf(column: Column): string {
  const dictionary = text.value;
  if (column.allowed?.length) {
    const value = (code: string) => codeAndTitle(column, code, dictionary, language.value);
    return column.allowed.map(value).join('; ');
  }
  const [first, ...others] = column.units;
  const unit = first ? dictionary.patient.unit(first.name) : '';
  const otherUnits = others.map(({ name }) => dictionary.unit(name)).join(', ');
  const range = dictionary.submission.between(column.minimum, column.maximum);
  return [
    [range, unit].filter(Boolean).join('\u00a0'),
    otherUnits && dictionary.reading.otherUnits(otherUnits),
  ]
    .filter(Boolean)
    .join('; ');
}

function isRequired({ required }: Column): boolean {
  return required;
}
