import { signal } from '@preact/signals';
import { problemOf } from '../api/problem';
import type { Units } from '../api/types';
import type { FileCheck } from '../lib/startBlock';
import { api, balance } from './session';
import { sourceOf } from './source';

// The check that costs nothing. It tells of a file what a submission would find, and never stands
// in the way of one: if it fails, the submission itself finds out.

export const fileCheck = signal<FileCheck>({ state: 'none' });

let latest = 0;

/** Checks the file, or forgets what was checked if there is nothing to check. */
export async function checkFile(
  modelId: string | null,
  file: File | null,
  units: Units,
): Promise<void> {
  latest += 1;
  const mine = latest;
  if (modelId === null || file === null) {
    fileCheck.value = { state: 'none' };
    return;
  }
  fileCheck.value = { state: 'checking' };
  const outcome = await outcomeOf(modelId, file, units);
  // Another file, model or unit was chosen in the meantime.
  if (mine !== latest) return;
  if (outcome.state === 'done') balance.value = outcome.report.balance;
  fileCheck.value = outcome;
}

async function outcomeOf(modelId: string, file: File, units: Units): Promise<FileCheck> {
  try {
    const report = await api.check(modelId, await sourceOf(file), { units, skip: false });
    return { state: 'done', report };
  } catch (thrown) {
    return { state: 'failed', problem: problemOf(thrown) };
  }
}
