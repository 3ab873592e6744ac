import type { DryRun, Finding } from '../api/types';

export interface PreviewedRow {
  row: number;
  cells: string[];
  findings: Finding[];
  /** Places of the cells that the findings are about. */
  wrong: Set<number>;
}

export interface Previewed {
  rows: PreviewedRow[];
  /** What is about rows that are not shown, or about no row. */
  rest: Finding[];
}

/** The preview's rows with the findings that are about them. */
export function previewOf({ preview, errors }: DryRun): Previewed {
  const place = new Map(preview.columns.map(({ column }, at) => [column, at]));
  const shown = new Set(preview.rows.map(({ row }) => row));
  const rows = preview.rows.map(({ row, cells }) => {
    const findings = errors.filter((finding) => finding.row === row);
    const places = findings.map(({ column }) => (column ? place.get(column) : undefined));
    return { row, cells, findings, wrong: new Set(places.filter((at) => at !== undefined)) };
  });
  return { rows, rest: errors.filter(({ row }) => row === null || !shown.has(row)) };
}
