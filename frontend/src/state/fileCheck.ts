// The check of the chosen file: a dry run that costs nothing. If the check itself fails, the user
// can still submit the file.

import { signal } from '@preact/signals';
import { problemOf } from '../api/problem';
import type { FileOptions } from '../api/types';
import type { FileCheck } from '../lib/fileCheck';
import { prepareFile } from './fileUpload';
import { api, balance } from './session';

export const fileCheck = signal<FileCheck>({ state: 'none' });

let latestRequest = 0;

/** Check the file. Without a model or a file, discard the last check. */
export async function checkFile(
  modelId: string | null,
  file: File | null,
  options: FileOptions,
): Promise<void> {
  latestRequest += 1;
  const request = latestRequest;
  if (modelId === null || file === null) {
    fileCheck.value = { state: 'none' };
    return;
  }
  fileCheck.value = { state: 'checking' };
  const check = await runCheck(modelId, file, options);
  // The user has chosen another file, model or option since.
  if (request !== latestRequest) return;
  if (check.state === 'done') balance.value = check.report.balance;
  fileCheck.value = check;
}

async function runCheck(modelId: string, file: File, options: FileOptions): Promise<FileCheck> {
  try {
    const report = await api.check(modelId, await prepareFile(file), options);
    return { state: 'done', report };
  } catch (thrown) {
    return { state: 'failed', problem: problemOf(thrown) };
  }
}
