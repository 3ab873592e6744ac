// The draft of a submission: model, file and options. It is kept in memory only, and outside the
// screens, so that neither an error nor a change of screen loses it.

import { signal } from '@preact/signals';
import { isWorthRetrying, type Problem, pageProblem, problemOf } from '../api/problem';
import type { Submission, Units } from '../api/types';
import { startBlocker } from '../lib/fileCheck';
import { anyModelId } from './catalogue';
import { checkFile, fileCheck } from './fileCheck';
import { deleteUpload, forgetUpload, prepareFile } from './fileUpload';
import { randomKey } from './idempotency';
import { api, onLogOut, updateBalance } from './session';

export const chosenModelId = signal<string | null>(null);
export const chosenFile = signal<File | null>(null);
/** The units of columns whose header names no unit. */
export const chosenUnits = signal<Units>('stated');
/** Whether to skip rows with findings instead of rejecting the file. */
export const skipsBadRows = signal(false);
export const isSubmitting = signal(false);
export const submissionProblem = signal<Problem | null>(null);

/** Errors after which the file has to be uploaded again. */
const UPLOAD_GONE_CODES = new Set(['unknown_upload', 'upload_changed']);

// Repeating a submission after a lost response sends the same key, so that it is charged once.
let idempotencyKey: string | null = null;

export function chooseModel(id: string): void {
  chosenModelId.value = id;
  resetSubmission();
  checkAgain();
}

export function chooseFile(file: File | null): void {
  if (file !== chosenFile.value) deleteUpload();
  chosenFile.value = file;
  restartCheck();
}

export function chooseUnits(units: Units): void {
  chosenUnits.value = units;
  restartCheck();
}

export function setSkipsBadRows(skips: boolean): void {
  skipsBadRows.value = skips;
  resetSubmission();
}

export function checkAgain(): void {
  void checkFile(chosenModelId.value ?? anyModelId(), chosenFile.value, chosenUnits.value);
}

/** Submit the draft. Returns null if that fails, with the reason in `submissionProblem`. */
export async function submit(): Promise<Submission | null> {
  const modelId = chosenModelId.value;
  const file = chosenFile.value;
  if (isSubmitting.value || modelId === null) return null;
  if (file === null) {
    submissionProblem.value = pageProblem('file_not_chosen');
    return null;
  }
  if (startBlocker(fileCheck.value, skipsBadRows.value) !== null) return null;
  isSubmitting.value = true;
  submissionProblem.value = null;
  try {
    idempotencyKey ??= randomKey();
    const key = idempotencyKey;
    const options = { units: chosenUnits.value, skip: skipsBadRows.value };
    const submission = await api.submit(modelId, await prepareFile(file), options, key);
    updateBalance(submission.balance);
    // The upload now belongs to the prediction and is deleted with its files.
    forgetUpload();
    chooseFile(null);
    return submission;
  } catch (thrown) {
    submissionProblem.value = problemOf(thrown);
    if (!isWorthRetrying(problemOf(thrown))) idempotencyKey = null;
    if (problemOf(thrown).code === 'file_unreadable') checkAgain();
    if (UPLOAD_GONE_CODES.has(problemOf(thrown).code)) deleteUpload();
    return null;
  } finally {
    isSubmitting.value = false;
  }
}

/**
 * Check again after the file or the units changed, and discard what the user decided about the old
 * check.
 */
function restartCheck(): void {
  skipsBadRows.value = false;
  resetSubmission();
  checkAgain();
}

function resetSubmission(): void {
  submissionProblem.value = null;
  idempotencyKey = null;
}

onLogOut(() => {
  isSubmitting.value = false;
  chosenModelId.value = null;
  chosenUnits.value = 'stated';
  // Without a session the upload cannot be deleted. It expires by itself.
  forgetUpload();
  chooseFile(null);
});
