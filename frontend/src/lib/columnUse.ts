// What a model uses a column for.

import type { Model } from '../api/types';

/** `filling`: the value has no weight and only helps to estimate missing ones. */
export type ColumnUse = 'used' | 'filling' | 'unused';

/** Return the use of a column by a model. `used` without a model, and for the patient's ID. */
export function columnUse(
  { name, kind }: { name: string; kind: string },
  model: Pick<Model, 'used_columns' | 'filling_columns'> | null,
): ColumnUse {
  if (model === null || kind === 'id' || model.used_columns.includes(name)) return 'used';
  return model.filling_columns.includes(name) ? 'filling' : 'unused';
}
