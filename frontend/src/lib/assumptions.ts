// The assumptions that were made while reading a file, as sentences in the user's language.

import { COLUMN_ASSUMPTIONS, FILE_ASSUMPTIONS } from '../api/assumptionKinds';
import type { Assumption, Column } from '../api/types';
import type { Dictionary, Language } from '../i18n';
import { columnTitle, valueTitle } from './columnTexts';

export interface AssumptionContext {
  dictionary: Dictionary;
  language: Language;
  columnByName: (name: string) => Column | null;
}

/**
 * Return a line for each assumption about the file, and one for all columns of a kind. For a kind
 * that the page does not know, the API's own sentence is a line.
 */
export function assumptionLines(
  assumptions: readonly Assumption[],
  context: AssumptionContext,
): string[] {
  const words = context.dictionary.reading.assumptions;
  const ofKind = (kind: string) => assumptions.filter((assumption) => assumption.kind === kind);
  const isKnown = ({ kind }: Assumption) =>
    [...FILE_ASSUMPTIONS, ...COLUMN_ASSUMPTIONS].some((known) => known === kind);
  return [
    ...FILE_ASSUMPTIONS.flatMap((kind) =>
      ofKind(kind).map(({ params }) => words.file[kind](asTexts(params))),
    ),
    ...COLUMN_ASSUMPTIONS.flatMap((kind) => {
      const columns = ofKind(kind).map((assumption) => columnWords(assumption, context));
      return columns.length > 0 ? [`${words.columns[kind]}: ${columns.join('; ')}.`] : [];
    }),
    ...assumptions.filter((assumption) => !isKnown(assumption)).map(({ text }) => text),
  ];
}

function columnWords({ column: name, kind, params }: Assumption, context: AssumptionContext) {
  const { dictionary, language, columnByName } = context;
  const { quote, notMeasured } = dictionary.reading;
  const column = columnByName(name ?? '');
  const title = column ? columnTitle(column, language) : (name ?? '');
  const values = asTexts(params);
  switch (kind) {
    case 'heading':
      return `${quote(values['heading'] ?? '')} = ${title}`;
    case 'unit':
    case 'no_si_unit':
      return `${title}: ${dictionary.unit(values['unit'] ?? '')}`;
    case 'unit_odd':
      return `${title}: ${numberText(params['median'], dictionary)} ${dictionary.unit(values['unit'] ?? '')}`;
    case 'words': {
      const pairs = Object.entries((params['words'] ?? {}) as Record<string, string | null>);
      const meaning = (code: string | null) =>
        code === null ? notMeasured : valueTitle(column, code, dictionary, language);
      return `${title}: ${pairs.map(([text, code]) => `${quote(text)} = ${meaning(code)}`).join(', ')}`;
    }
    case 'missing_mark':
      return `${title}: ${((params['texts'] ?? []) as string[]).map(quote).join(', ')}`;
    default:
      return `${title}: ${quote(values['example'] ?? '')} = ${numberText(params['value'], dictionary)}`;
  }
}

/** Return a number as it is written in the language. The API sends some numbers as texts. */
function numberText(value: unknown, { format }: Dictionary): string {
  const text = String(value);
  const isNumber = typeof value === 'number' || /^-?\d+(\.\d+)?$/.test(text);
  return isNumber ? format.number(Number(text)) : text;
}

/** Return the values as texts. A list becomes a text with commas. */
function asTexts(params: Assumption['params']): Record<string, string> {
  const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value));
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, text(value)]));
}
