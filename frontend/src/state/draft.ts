// The draft of a submission: model, file and options. It is kept in memory only, and outside the
// screens, so that neither an error nor a change of screen loses it.

import { computed, signal } from '@preact/signals';
import { isWorthRetrying, type Problem, pageProblem, problemOf } from '../api/problem';
import type { Reading, Submission, Units } from '../api/types';
import {
  headingsToRecall,
  type KnownHeadings,
  type MappingChoices,
  withKnownHeadings,
  withoutKnownHeadings,
} from '../lib/columnMapping';
import { startBlocker } from '../lib/fileCheck';
import { NO_READING } from '../lib/reading';
import { anyModelId, columnByName, modelById } from './catalogue';
import { checkFile, fileCheck } from './fileCheck';
import { deleteUpload, forgetUpload, prepareFile } from './fileUpload';
import { randomKey } from './idempotency';
import { forgetHeadings, knownHeadings } from './knownHeadings';
import { acceptSubmission, api, onLogOut } from './session';

export const chosenModelId = signal<string | null>(null);
export const chosenFile = signal<File | null>(null);
/** The units of columns whose header names no unit. */
export const chosenUnits = signal<Units>('stated');
/** What the user says about the chosen file. */
export const reading = signal<Reading>(NO_READING);
/** The remembered choices that the file is read with; null until the first check has ended. */
export const recalledHeadings = signal<KnownHeadings | null>(null);
/** Choices in the table of columns that are not applied yet. */
export const mappingChoices = signal<MappingChoices>({});
/** Whether to skip rows with findings instead of rejecting the file. */
export const skipsBadRows = signal(false);
/** Whether the result keeps the patients' values. */
export const keepsValues = signal(true);
export const isSubmitting = signal(false);
export const submissionProblem = signal<Problem | null>(null);

/** The chosen model; null until one is chosen and the catalogue is loaded. */
export const chosenModel = computed(() =>
  chosenModelId.value === null ? null : modelById(chosenModelId.value),
);

/** Errors after which the file has to be uploaded again. */
const UPLOAD_GONE_CODES = new Set(['unknown_upload', 'upload_changed']);

// Repeating a submission after a lost response sends the same key, so that it is charged once.
let idempotencyKey: string | null = null;

export function chooseModel(id: string): void {
  chosenModelId.value = id;
  resetSubmission();
  checkAgain();
}

/**
 * The units that the user chose last. They hold for the next files too, which are usually of the same
 * laboratory. The check asks if the numbers do not fit.
 */
let unitsOfUser: Units = 'stated';

/** Choose a file, or none. */
export function chooseFile(
  file: File | null,
  itsReading = NO_READING,
  itsUnits = unitsOfUser,
): void {
  if (file !== chosenFile.value) deleteUpload();
  chosenFile.value = file;
  chosenUnits.value = itsUnits;
  reading.value = itsReading;
  recalledHeadings.value = itsReading === NO_READING ? null : {};
  mappingChoices.value = {};
  restartCheck();
}

export function chooseUnits(units: Units): void {
  unitsOfUser = units;
  chosenUnits.value = units;
  restartCheck();
}

/** Read the file without the remembered choices, and forget them. */
export function forgetRecalledHeadings(): void {
  const headings = recalledHeadings.value ?? {};
  forgetHeadings(headings);
  recalledHeadings.value = {};
  setReading(withoutKnownHeadings(reading.value, headings));
}

/** Whether the user has said more about the file than the browser remembered. */
export const isAnswered = computed(
  () => JSON.stringify(reading.value) !== JSON.stringify(recalledReading()),
);

/** Read the file as it was read before the user answered. */
export function undoAnswers(): void {
  mappingChoices.value = {};
  setReading(recalledReading());
}

function recalledReading(): Reading {
  return withKnownHeadings(NO_READING, recalledHeadings.value ?? {});
}

/** Say how the file is to be read, and check it again. */
export function setReading(change: Partial<Reading>): void {
  reading.value = { ...reading.value, ...change };
  restartCheck();
}

export function setSkipsBadRows(skips: boolean): void {
  skipsBadRows.value = skips;
  resetSubmission();
}

export function setKeepsValues(keeps: boolean): void {
  keepsValues.value = keeps;
  resetSubmission();
}

export function checkAgain(): void {
  const options = { units: chosenUnits.value, reading: reading.value, skip: false };
  const modelId = chosenModelId.value ?? anyModelId();
  void checkFile(modelId, chosenFile.value, options).then(recallHeadings);
}

/** After the first check of a file, read it again with the remembered choices that it needs. */
function recallHeadings(): void {
  const { state } = fileCheck.value;
  if (recalledHeadings.value !== null || (state !== 'done' && state !== 'failed')) return;
  const known = headingsToRecall(fileCheck.value, knownHeadings(), reading.value, columnByName);
  recalledHeadings.value = known;
  if (Object.keys(known).length > 0) setReading(withKnownHeadings(reading.value, known));
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
    const options = {
      units: chosenUnits.value,
      reading: reading.value,
      skip: skipsBadRows.value,
      keepsValues: keepsValues.value,
    };
    const submission = await api.submit(modelId, await prepareFile(file), options, key);
    acceptSubmission(submission);
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
 * Check again after the file or its options changed, and discard what the user decided about the old
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
  keepsValues.value = true;
  // Without a session the upload cannot be deleted. It expires by itself.
  forgetUpload();
  unitsOfUser = 'stated';
  chooseFile(null);
});
