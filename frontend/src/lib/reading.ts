// What the user says about a file: the meaning of its columns, units, codes and decimal mark.

import type { Reading } from '../api/types';

/** The reading that leaves everything to the file. */
export const NO_READING: Reading = {
  decimal: null,
  missing: null,
  columns: {},
  columnUnits: {},
  columnValues: {},
};
