// The catalogue of models, loaded once.

import { computed, signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Catalogue, Column, Model } from '../api/types';
import { localised } from '../i18n';
import { readExample } from './example';
import { api } from './session';

export const models = signal<Model[] | null>(null);
/**
 * The largest file in bytes that can be sent with a request; null until the catalogue is loaded.
 */
export const uploadBytesMax = signal<number | null>(null);
/** The models of the example as they were when it was made; the API may be out of reach. */
const exampleModels = signal<Model[]>([]);
export const catalogueProblem = signal<Problem | null>(null);

const columnsByName = computed(() => {
  const all = (models.value ?? exampleModels.value).flatMap((model) => model.columns);
  return new Map(all.map((column) => [column.name, column]));
});

/** The columns that a patient file may have. All models read the same ones. */
export const columns = computed<Column[]>(() => [...columnsByName.value.values()]);

let loading: Promise<void> | null = null;

/** Load the catalogue unless it is loaded. After a failure, the next call tries again. */
export function loadCatalogue(): Promise<void> {
  loading ??= fetchCatalogue().finally(() => {
    if (models.value === null) loading = null;
  });
  return loading;
}

export function modelById(id: string): Model | null {
  return (models.value ?? exampleModels.value).find((model) => model.id === id) ?? null;
}

/** Load the models of the example. Until then, and after a failure, their ids are shown. */
export async function loadExampleModels(): Promise<void> {
  exampleModels.value = await readExample<Catalogue>('models.json')
    .then((catalogue) => catalogue.models)
    .catch(() => []);
}

/**
 * Return the title of a model in the user's language: "…" while the catalogue is loaded, and the id of
 * a model that has been withdrawn.
 */
export function modelTitle(id: string): string {
  const model = modelById(id);
  if (model) return localised(model.title);
  return models.value === null && catalogueProblem.value === null ? '…' : id;
}

/**
 * Return the id of an enabled model, with which a file is checked before the user chooses a model.
 * All models read the same columns.
 */
export function anyModelId(): string | null {
  return models.value?.find((model) => model.enabled)?.id ?? null;
}

export function columnByName(name: string): Column | null {
  return columnsByName.value.get(name) ?? null;
}

/** Return the title of a column in the user's language. */
export function columnTitle(name: string): string {
  const column = columnByName(name);
  return column ? localised(column.title) : name;
}

async function fetchCatalogue(): Promise<void> {
  catalogueProblem.value = null;
  try {
    const catalogue = await api.models();
    models.value = catalogue.models;
    uploadBytesMax.value = catalogue.upload_bytes_max;
  } catch (thrown) {
    catalogueProblem.value = problemOf(thrown);
  }
}
