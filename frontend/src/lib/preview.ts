// The preview of a checked file, with each finding at its row.

import type { DryRun, Finding } from '../api/types';

export interface PreviewedRow {
  row: number;
  cells: string[];
  findings: Finding[];
  /** Indexes of the cells that the findings are about. */
  wrongCells: Set<number>;
}

export interface PreviewWithFindings {
  rows: PreviewedRow[];
  /** Findings about rows that the preview does not show. */
  otherFindings: Finding[];
}

/** Return the rows of the preview, each with its findings. */
export function previewOf({ preview, errors }: DryRun): PreviewWithFindings {
  const columnIndex = new Map(preview.columns.map(({ column }, index) => [column, index]));
  const shownRows = new Set(preview.rows.map(({ row }) => row));
  const rows = preview.rows.map(({ row, cells }) => {
    const findings = errors.filter((finding) => finding.row === row);
    const indexes = findings.map(({ column }) => (column ? columnIndex.get(column) : undefined));
    const wrongCells = new Set(indexes.filter((index) => index !== undefined));
    return { row, cells, findings, wrongCells };
  });
  const otherFindings = errors.filter(({ row }) => row !== null && !shownRows.has(row));
  return { rows, otherFindings };
}
