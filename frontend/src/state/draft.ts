import { signal } from '@preact/signals';
import { Failure, isWorthRetrying, type Problem, pageProblem, problemOf } from '../api/problem';
import type { Submission } from '../api/types';
import { uploadBytesMax } from './catalogue';
import { api, balance, onLeave } from './session';

// What the person is about to submit. It lives in memory only, outside the screens, so that
// neither an error nor a walk through the page loses it.

export const chosenModelId = signal<string | null>(null);
export const chosenFile = signal<File | null>(null);
export const isSubmitting = signal(false);
export const submissionProblem = signal<Problem | null>(null);

// One key for one intended submission: sending it again after a lost answer charges once.
let idempotencyKey: string | null = null;

export function chooseModel(id: string): void {
  chosenModelId.value = id;
  startAfresh();
}

export function chooseFile(file: File | null): void {
  chosenFile.value = file;
  startAfresh();
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
  isSubmitting.value = true;
  submissionProblem.value = null;
  try {
    idempotencyKey ??= randomKey();
    const submission = await api.submit(modelId, await readAgain(file), idempotencyKey);
    balance.value = submission.balance;
    chooseFile(null);
    return submission;
  } catch (thrown) {
    submissionProblem.value = problemOf(thrown);
    if (!isWorthRetrying(problemOf(thrown))) idempotencyKey = null;
    return null;
  } finally {
    isSubmitting.value = false;
  }
}

/**
 * The bytes are read now: a file that was edited after it was chosen can't be read any more, and
 * the browser would report that as a network failure.
 */
async function readAgain(file: File): Promise<File> {
  const limitBytes = uploadBytesMax.value;
  if (limitBytes !== null && file.size > limitBytes) {
    throw new Failure(pageProblem('file_too_large', { limitBytes }));
  }
  try {
    return new File([await file.arrayBuffer()], file.name, { type: 'text/csv' });
  } catch {
    throw new Failure(pageProblem('file_unreadable'));
  }
}

function startAfresh(): void {
  submissionProblem.value = null;
  idempotencyKey = null;
}

/** Not crypto.randomUUID: that is missing when the page is opened over plain HTTP in a local network. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

onLeave(() => {
  chosenModelId.value = null;
  chooseFile(null);
});
