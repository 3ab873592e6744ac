import { signal } from '@preact/signals';
import { isWorthRetrying, type Problem, pageProblem, problemOf } from '../api/problem';
import type { Submission, Units } from '../api/types';
import { startBlock } from '../lib/startBlock';
import { randomKey } from './attempts';
import { anyModelId } from './catalogue';
import { checkFile, fileCheck } from './fileCheck';
import { api, learnBalance, onLeave } from './session';
import { deleteUpload, forgetUpload, sourceOf } from './source';

// What the person is about to submit. It lives in memory only, outside the screens, so that
// neither an error nor a walk through the page loses it.

export const chosenModelId = signal<string | null>(null);
export const chosenFile = signal<File | null>(null);
/** The units of numbers whose header names none. */
export const chosenUnits = signal<Units>('stated');
/** Patients that can't be predicted are left out, instead of refusing the file for them. */
export const leavesBadOut = signal(false);
export const isSubmitting = signal(false);
export const submissionProblem = signal<Problem | null>(null);

/** The next attempt has to send the file anew. */
const UPLOAD_IS_GONE = new Set(['unknown_upload', 'upload_changed']);

// One key for one intended submission: sending it again after a lost answer charges once.
let idempotencyKey: string | null = null;

export function chooseModel(id: string): void {
  chosenModelId.value = id;
  forgetAttempt();
  checkAgain();
}

export function chooseFile(file: File | null): void {
  if (file !== chosenFile.value) deleteUpload();
  chosenFile.value = file;
  startAfresh();
}

export function chooseUnits(units: Units): void {
  chosenUnits.value = units;
  startAfresh();
}

export function leaveBadOut(leaves: boolean): void {
  leavesBadOut.value = leaves;
  forgetAttempt();
}

export function checkAgain(): void {
  void checkFile(chosenModelId.value ?? anyModelId(), chosenFile.value, chosenUnits.value);
}

/** Returns the submission, or null with the reason in `submissionProblem`. */
export async function submit(): Promise<Submission | null> {
  const modelId = chosenModelId.value;
  const file = chosenFile.value;
  if (isSubmitting.value || modelId === null) return null;
  if (file === null) {
    submissionProblem.value = pageProblem('file_not_chosen');
    return null;
  }
  if (startBlock(fileCheck.value, leavesBadOut.value) !== null) return null;
  isSubmitting.value = true;
  submissionProblem.value = null;
  try {
    idempotencyKey ??= randomKey();
    const key = idempotencyKey;
    const options = { units: chosenUnits.value, skip: leavesBadOut.value };
    const submission = await api.submit(modelId, await sourceOf(file), options, key);
    learnBalance(submission.balance);
    // The upload goes with the prediction's files.
    forgetUpload();
    chooseFile(null);
    return submission;
  } catch (thrown) {
    submissionProblem.value = problemOf(thrown);
    if (!isWorthRetrying(problemOf(thrown))) idempotencyKey = null;
    if (problemOf(thrown).code === 'file_unreadable') checkAgain();
    if (UPLOAD_IS_GONE.has(problemOf(thrown).code)) deleteUpload();
    return null;
  } finally {
    isSubmitting.value = false;
  }
}

/** Another file or unit: nothing that was found or decided about the last one holds. */
function startAfresh(): void {
  leavesBadOut.value = false;
  forgetAttempt();
  checkAgain();
}

function forgetAttempt(): void {
  submissionProblem.value = null;
  idempotencyKey = null;
}

onLeave(() => {
  isSubmitting.value = false;
  chosenModelId.value = null;
  chosenUnits.value = 'stated';
  // Nobody is logged in any more who could delete it: it expires.
  forgetUpload();
  chooseFile(null);
});
