import { computed, signal } from '@preact/signals';
import { type Problem, problemOf } from '../api/problem';
import type { Column, Model } from '../api/types';
import { api } from './session';

export const models = signal<Model[] | null>(null);
export const catalogueProblem = signal<Problem | null>(null);

const columnsByName = computed(() => {
  const columns = (models.value ?? []).flatMap((model) => model.columns);
  return new Map(columns.map((column) => [column.name, column]));
});

let loading: Promise<void> | null = null;

/** Loads the catalogue once; after a failure the next call tries again. */
export function loadCatalogue(): Promise<void> {
  loading ??= fetchModels().finally(() => {
    if (models.value === null) loading = null;
  });
  return loading;
}

export function modelById(id: string): Model | null {
  return models.value?.find((model) => model.id === id) ?? null;
}

export function columnByName(name: string): Column | null {
  return columnsByName.value.get(name) ?? null;
}

async function fetchModels(): Promise<void> {
  catalogueProblem.value = null;
  try {
    models.value = (await api.models()).models;
  } catch (thrown) {
    catalogueProblem.value = problemOf(thrown);
  }
}
