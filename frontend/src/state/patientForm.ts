// The state of the form for one patient. Its values become the draft's file, so that check, price
// and submission work as for a file. The values are kept in memory only; the browser stores just
// the choice of units.

import { computed, effect, signal } from '@preact/signals';
import { pageProblem } from '../api/problem';
import type { Finding, Prediction, Reading, Row, Submission, Units } from '../api/types';
import { language, text } from '../i18n';
import { entriesOf, systemOf } from '../lib/enteredValues';
import {
  csvOf,
  type Entry,
  type Field,
  fieldOf,
  fileNameOf,
  formColumns,
  type UnitSystem,
} from '../lib/patientForm';
import { NO_READING } from '../lib/reading';
import type { PatientPlace } from '../lib/routes';
import { modelById, models } from './catalogue';
import * as draft from './draft';
import { fileCheck } from './fileCheck';
import { onLogOut } from './session';

export type InputMode = 'file' | 'form';

const STORAGE_KEY = 'unitSystem';
/** The form writes decimal points and leaves missing values empty, so no question remains. */
const FORM_READING: Reading = { ...NO_READING, decimal: '.', missing: [] };
/** The file is created when the user has not typed for this time. */
const TYPING_PAUSE_MS = 600;

export const inputMode = signal<InputMode>('file');
/** The number of rejected starts. Each one moves the focus to the first wrong field. */
export const rejectedStarts = signal(0);

const entries = signal<Readonly<Record<string, Entry>>>({});
/** The columns whose field the user has left: only these show what is wrong. */
const leftColumns = signal<ReadonlySet<string>>(new Set());
/** Whether the user has tried to start with wrong fields. */
export const areAllFindingsVisible = signal(false);
/** Findings of a rejected submission. */
const submissionFindings = signal<readonly Finding[]>([]);
/** Whether the user has typed something that is not submitted yet. */
const isTyped = signal(false);
/** Whether the user has just chosen to keep the numbers as typed after a change of units. */
export const areNumbersKept = signal(false);
/** The patient whose values the form was filled in with. */
export const changedPatient = signal<PatientPlace | null>(null);
const chosenSystem = signal<UnitSystem | null>(storedSystem());

const NO_CHOICE = { file: null, units: 'stated', reading: NO_READING } as const;
/** The file and its options in the mode `file`, which are restored when the user returns to it. */
let fileModeChoice: { file: File | null; units: Units; reading: Reading } = NO_CHOICE;
let fileTimer: ReturnType<typeof setTimeout> | undefined;

/** Russian laboratories report in SI units. */
export const unitSystem = computed<UnitSystem>(
  () => chosenSystem.value ?? (language.value === 'ru' ? 'si' : 'conventional'),
);

export const fields = computed<Field[]>(() => {
  const settings = {
    system: unitSystem.value,
    language: language.value,
    formatNumber: text.value.format.number,
  };
  return columns().map((column) => fieldOf(column, entries.value[column.name], settings));
});

export const isEmpty = computed(() => Object.keys(entries.value).length === 0);

/** Findings of the API, which come from the check or from a rejected submission. */
const apiFindings = computed<readonly Finding[]>(() => {
  const check = fileCheck.value;
  return [...submissionFindings.value, ...(check.state === 'done' ? check.report.errors : [])];
});

/** Findings of the API that concern no field of the form. */
export const otherFindings = computed(() =>
  apiFindings.value.filter((finding) => fields.value.every((field) => !concerns(finding, field))),
);

/**
 * Return the finding to show at a field. One that the page itself made is hidden until the user has
 * left the field or tried to start.
 */
export function visibleFinding(field: Field): Finding | null {
  const isVisible = areAllFindingsVisible.value || leftColumns.value.has(field.column.name);
  const apiFinding = apiFindings.value.find((finding) => concerns(finding, field));
  return (isVisible ? field.finding : null) ?? apiFinding ?? null;
}

export function chooseInputMode(mode: InputMode): void {
  if (mode === inputMode.value) return;
  inputMode.value = mode;
  clearTimeout(fileTimer);
  if (mode === 'form') {
    fileModeChoice = {
      file: draft.chosenFile.value,
      units: draft.chosenUnits.value,
      reading: draft.reading.value,
    };
    // Every header of the form's file names its unit.
    draft.chooseFile(null, NO_READING, 'stated');
    createFile();
  } else {
    draft.chooseFile(fileModeChoice.file, fileModeChoice.reading, fileModeChoice.units);
  }
}

/** The numbers that are shown in another unit than they were typed in. */
export const convertedFields = computed(() =>
  fields.value.filter(({ column, typed }) => typed !== null && column.si_unit !== null),
);

/** Read the converted numbers as typed, in the displayed units. */
export function keepNumbers(): void {
  const kept = convertedFields.value.map(({ column, typed, unit }) => [
    column.name,
    { text: typed?.text ?? '', unit },
  ]);
  entries.value = { ...entries.value, ...Object.fromEntries(kept) };
  areNumbersKept.value = true;
  discardFile();
}

/** Fill in the form with the values of a patient's result. */
export function changeValues(prediction: Prediction, row: Row): void {
  clear();
  chooseInputMode('form');
  if (modelById(prediction.prediction_model_id)?.enabled) {
    draft.chooseModel(prediction.prediction_model_id);
  }
  chosenSystem.value = systemOf(prediction.units, columns()) ?? chosenSystem.value;
  entries.value = entriesOf(row, prediction.units, columns(), text.value.format.number);
  changedPatient.value = { id: prediction.prediction_id, row: row.row };
  createFile();
}

export function chooseSystem(system: UnitSystem): void {
  chosenSystem.value = system;
  areNumbersKept.value = false;
  try {
    localStorage.setItem(STORAGE_KEY, system);
  } catch {
    // The browser may forbid storage. The choice then lasts until the page is closed.
  }
  if (!isEmpty.value) discardFile();
}

export function enterText({ column, unit }: Field, typed: string): void {
  entries.value = { ...entries.value, [column.name]: { text: typed, unit } };
  isTyped.value = true;
  areNumbersKept.value = false;
  discardFile();
}

const CLICK_MS = 200;
const leaveTimers: ReturnType<typeof setTimeout>[] = [];

export function leaveField({ column }: Field): void {
  leftColumns.value = new Set([...leftColumns.value, column.name]);
  createFile();
}

/**
 * Leave the field after the time of a click. An error message moves the elements below it, and the
 * click that left the field would otherwise miss its target.
 */
export function leaveFieldSoon(field: Field): void {
  leaveTimers.push(setTimeout(() => leaveField(field), CLICK_MS));
}

export function clear(): void {
  clearTimeout(fileTimer);
  for (const timer of leaveTimers.splice(0)) clearTimeout(timer);
  entries.value = {};
  isTyped.value = false;
  areNumbersKept.value = false;
  changedPatient.value = null;
  leftColumns.value = new Set();
  areAllFindingsVisible.value = false;
  submissionFindings.value = [];
  if (inputMode.value === 'form') draft.chooseFile(null);
}

/**
 * Submit the file or the form. Returns null if that fails, with the reason at the fields or in the
 * draft.
 */
export async function submitPatients(): Promise<Submission | null> {
  if (inputMode.value === 'file') return draft.submit();
  if (fields.value.some((field) => field.finding !== null)) {
    areAllFindingsVisible.value = true;
    rejectedStarts.value += 1;
    return null;
  }
  createFile();
  const submission = await draft.submit();
  // The form of the next patient must not contain values of this one.
  if (submission) clear();
  else moveFindingsToFields();
  return submission;
}

/** Discard the outdated file of the form, and create a new one when the user stops typing. */
function discardFile(): void {
  submissionFindings.value = [];
  if (draft.chosenFile.value !== null) draft.chooseFile(null);
  clearTimeout(fileTimer);
  fileTimer = setTimeout(createFile, TYPING_PAUSE_MS);
}

/** Create the draft's file from the form, unless a value is wrong. */
function createFile(): void {
  clearTimeout(fileTimer);
  const hasFile = draft.chosenFile.value !== null;
  if (inputMode.value === 'file' || hasFile || fields.value.length === 0) return;
  if (fields.value.some((field) => field.finding !== null)) return;
  const id = fields.value.find((field) => field.column.kind === 'id')?.cell ?? '';
  const name = fileNameOf(text.value.patient.fileName, id);
  const file = new File([csvOf(fields.value)], name, { type: 'text/csv' });
  draft.chooseFile(file, FORM_READING, 'stated');
}

function moveFindingsToFields(): void {
  const problem = draft.submissionProblem.value;
  if (!problem || problem.findings.length === 0) return;
  submissionFindings.value = problem.findings;
  draft.submissionProblem.value = pageProblem('invalid_input', { requestId: problem.requestId });
  rejectedStarts.value += 1;
}

function concerns(finding: Finding, field: Field): boolean {
  return finding.column === field.column.name;
}

function columns() {
  const allModels = models.value ?? [];
  const chosenId = draft.chosenModelId.value;
  const chosenModel = chosenId === null ? null : modelById(chosenId);
  const model = chosenModel ?? allModels.find(({ enabled }) => enabled) ?? allModels[0];
  return formColumns(model?.columns ?? []);
}

function storedSystem(): UnitSystem | null {
  try {
    const stored = globalThis.localStorage?.getItem(STORAGE_KEY);
    return stored === 'si' || stored === 'conventional' ? stored : null;
  } catch {
    return null;
  }
}

/** Ask before the page is closed with values that were typed and not submitted. */
effect(() => {
  if (isTyped.value) globalThis.addEventListener?.('beforeunload', askBeforeUnload);
  else globalThis.removeEventListener?.('beforeunload', askBeforeUnload);
});

function askBeforeUnload(event: Event): void {
  event.preventDefault();
}

onLogOut(() => {
  fileModeChoice = NO_CHOICE;
  inputMode.value = 'file';
  clear();
});
