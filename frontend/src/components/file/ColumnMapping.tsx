import { useState } from 'preact/hooks';
import type { Column, DryRun, Preview, Reading } from '../../api/types';
import { language, localised, text } from '../../i18n';
import {
  conflictsOf,
  headingsToRemember,
  initialMapping,
  isWord,
  type MappedColumn,
  optionsOfMapping,
  withChoices,
} from '../../lib/columnMapping';
import { codeAndTitle } from '../../lib/columnTexts';
import { columnByName, columns, columnTitle } from '../../state/catalogue';
import { chosenUnits, mappingChoices, setReading } from '../../state/draft';
import { rememberHeadings } from '../../state/knownHeadings';

/** The API lists no more columns of a file. */
const COLUMNS_LISTED_MAX = 30;

interface Props {
  preview: Preview;
  /** The check of the file; null if its header was refused. */
  report: DryRun | null;
  /** What the user has said about the file. */
  reading: Reading;
  /** Whether the file cannot be read without the user's choices. */
  isNeeded: boolean;
}

/** The meaning of the file's columns, which the user can change. */
export function ColumnMapping({ preview, report, reading, isNeeded }: Props) {
  const words = text.value.reading;
  const [initial] = useState(() => initialMapping(preview, report, reading, columnByName));
  const choices = mappingChoices.value;
  const mapping = withChoices(initial, choices);
  const conflicts = conflictsOf(mapping);
  const missing = columns.value.filter(
    ({ name, required }) => required && mapping.every(({ column }) => column !== name),
  );

  function change(index: number, choice: Partial<MappedColumn>): void {
    mappingChoices.value = { ...choices, [index]: { ...choices[index], ...choice } };
  }

  function apply(): void {
    rememberHeadings(headingsToRemember(mapping, preview, columnByName));
    mappingChoices.value = {};
    setReading(optionsOfMapping(mapping, initial, preview, reading));
  }

  return (
    <details class="mapping" open={isNeeded || Object.keys(choices).length > 0}>
      <summary>{isNeeded ? words.mappingTitle : words.change}</summary>
      <p class="hint">{words.mappingLead}</p>
      {!preview.columns.some(({ header }) => isWord(header)) && (
        <p class="notice notice-warning">{words.noHeadings}</p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{words.heading}</th>
            <th scope="col">{words.meaning}</th>
            <th scope="col">{words.unit}</th>
          </tr>
        </thead>
        <tbody>
          {mapping.map((mapped, index) => (
            <MappingRow
              key={index}
              mapped={mapped}
              isRead={mapped.column === preview.columns[index]?.column}
              onChange={(choice) => change(index, choice)}
            />
          ))}
        </tbody>
      </table>
      {preview.columns.length >= COLUMNS_LISTED_MAX && <p class="hint">{words.moreColumns}</p>}
      <div role="status">
        {[...conflicts].map(([column, headers]) => (
          <p key={column} class="field-error">
            {words.conflict(headers, columnTitle(column))}
          </p>
        ))}
        {missing.length > 0 && (
          <p class="hint">
            {text.value.patient.missing(missing.map((column) => localised(column.title)))}
          </p>
        )}
      </div>
      <p class="actions">
        <button type="button" class="button" disabled={conflicts.size > 0} onClick={apply}>
          {words.apply}
        </button>
      </p>
      <p class="hint">{words.remembers}</p>
    </details>
  );
}

interface RowProps {
  mapped: MappedColumn;
  /** Whether the service reads the column as the user has chosen. */
  isRead: boolean;
  onChange: (choice: Partial<MappedColumn>) => void;
}

function MappingRow({ mapped, isRead, onChange }: RowProps) {
  const words = text.value.reading;
  const { header, examples } = mapped;
  const column = mapped.column === null ? null : columnByName(mapped.column);
  const hasTexts = isRead && column?.kind === 'category' && mapped.texts.length > 0;
  return (
    <>
      <tr class={hasTexts ? 'mapping-with-values' : undefined}>
        <th scope="row">
          {header}
          <span class="hint">{examples.join('; ')}</span>
        </th>
        <td>
          <select
            aria-label={words.meaningOf(header)}
            value={mapped.column ?? ''}
            onChange={({ currentTarget: { value } }) =>
              onChange({ column: value || null, unit: '', isSuggested: false })
            }
          >
            <option value="">{words.notUsed}</option>
            <ColumnOptions />
          </select>
          {mapped.isSuggested && <span class="badge badge-warning">{words.suggested}</span>}
        </td>
        <td>
          {column && column.units.length > 0 && (
            <UnitSelect mapped={mapped} column={column} isRead={isRead} onChange={onChange} />
          )}
        </td>
      </tr>
      {hasTexts && column && <ValueRow mapped={mapped} column={column} onChange={onChange} />}
    </>
  );
}

function ColumnOptions() {
  const { required, optional } = text.value.patient;
  const used = columns.value.filter(({ kind }) => kind !== 'ignored');
  return (
    <>
      {[required, optional].map((label) => (
        <optgroup key={label} label={label}>
          {used
            .filter((column) => column.required === (label === required))
            .map((column) => (
              <option key={column.name} value={column.name}>
                {localised(column.title)}
              </option>
            ))}
        </optgroup>
      ))}
    </>
  );
}

function UnitSelect({ mapped, column, isRead, onChange }: RowProps & { column: Column }) {
  const words = text.value.reading;
  const assumed = (chosenUnits.value === 'si' && column.si_unit) || column.unit;
  return (
    <select
      aria-label={words.unitOf(mapped.header)}
      value={mapped.unit}
      onChange={({ currentTarget: { value } }) => onChange({ unit: value })}
    >
      {(!isRead || mapped.unit === '') && (
        <option value="">{words.unitByHeading(text.value.unit(assumed ?? ''))}</option>
      )}
      {column.units.map(({ name }) => (
        <option key={name} value={name}>
          {text.value.unit(name)}
        </option>
      ))}
    </select>
  );
}

interface ValueProps {
  mapped: MappedColumn;
  column: Column;
  onChange: (choice: Partial<MappedColumn>) => void;
}

/** The options of a text that are no value of the column. */
const UNCLEAR = '?';
const NOT_MEASURED = '-';

function ValueRow({ mapped, column, onChange }: ValueProps) {
  const words = text.value.reading;
  const { header, texts, values } = mapped;
  const isClear = texts.every((cell) => Object.hasOwn(values, cell));

  function choose(cell: string, choice: string): void {
    const { [cell]: _, ...others } = values;
    if (choice === UNCLEAR) onChange({ values: others });
    else onChange({ values: { ...others, [cell]: choice === NOT_MEASURED ? null : choice } });
  }

  return (
    <tr class="mapping-values">
      <td colSpan={3}>
        <details open={!isClear}>
          <summary>{words.valuesTitle}</summary>
          {texts.map((cell) => (
            <label key={cell} class="mapping-value">
              <code class="cell">{cell}</code>
              <select
                aria-label={words.valueOf(cell, header)}
                value={Object.hasOwn(values, cell) ? (values[cell] ?? NOT_MEASURED) : UNCLEAR}
                onChange={({ currentTarget: { value } }) => choose(cell, value)}
              >
                {!Object.hasOwn(values, cell) && (
                  <option value={UNCLEAR}>{words.chooseValue}</option>
                )}
                {column.allowed?.map((code) => (
                  <option key={code} value={code}>
                    {codeAndTitle(column, code, text.value, language.value)}
                  </option>
                ))}
                <option value={NOT_MEASURED}>{words.notMeasured}</option>
              </select>
            </label>
          ))}
        </details>
      </td>
    </tr>
  );
}
