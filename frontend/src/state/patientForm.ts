import { computed, signal } from '@preact/signals';
import { pageProblem } from '../api/problem';
import type { Finding, Submission, Units } from '../api/types';
import { language, text } from '../i18n';
import {
  csvOf,
  type Entry,
  type Field,
  fieldOf,
  fileNameOf,
  inOrder,
  type UnitSystem,
} from '../lib/patientForm';
import { modelById, models } from './catalogue';
import * as draft from './draft';
import { fileCheck } from './fileCheck';
import { onLeave } from './session';

// One patient, typed in. It becomes the draft's file, so that check, price and submission are a
// file's. It lives in memory only; the choice of units is all that is stored.

export type Source = 'file' | 'form';

const STORAGE_KEY = 'unitSystem';
const PAUSE_MS = 600;

export const source = signal<Source>('file');
/** Counts what was refused; each time the first wrong field is where the person goes on. */
export const refusals = signal(0);

const entries = signal<Readonly<Record<string, Entry>>>({});
const left = signal<ReadonlySet<string>>(new Set());
const isAllTold = signal(false);
const refused = signal<readonly Finding[]>([]);
const chosenSystem = signal<UnitSystem | null>(storedSystem());

let otherFile: { file: File | null; units: Units } = { file: null, units: 'stated' };
let pause: ReturnType<typeof setTimeout> | undefined;

/** Russian laboratories report in SI units. */
export const unitSystem = computed<UnitSystem>(
  () => chosenSystem.value ?? (language.value === 'ru' ? 'si' : 'conventional'),
);

export const fields = computed<Field[]>(() => {
  const settings = {
    system: unitSystem.value,
    language: language.value,
    write: text.value.format.number,
  };
  return columns().map((column) => fieldOf(column, entries.value[column.name], settings));
});

export const isEmpty = computed(() => Object.keys(entries.value).length === 0);

const findings = computed<readonly Finding[]>(() => {
  const check = fileCheck.value;
  return [...refused.value, ...(check.state === 'done' ? check.report.errors : [])];
});

/** What the service found that is about none of the fields. */
export const otherFindings = computed(() =>
  findings.value.filter((finding) => fields.value.every((field) => !isAbout(field, finding))),
);

/** What is wrong with a field, once the person has left it or wanted to start. */
export function toldFault(field: Field): Finding | null {
  const isTold = isAllTold.value || left.value.has(field.column.name);
  const found = findings.value.find((finding) => isAbout(field, finding));
  return (isTold ? field.fault : null) ?? found ?? null;
}

export function chooseSource(chosen: Source): void {
  if (chosen === source.value) return;
  source.value = chosen;
  clearTimeout(pause);
  if (chosen === 'form') {
    otherFile = { file: draft.chosenFile.value, units: draft.chosenUnits.value };
    // Each header of the form's file names its unit.
    draft.chosenUnits.value = 'stated';
    draft.chooseFile(null);
    offerFile();
  } else {
    draft.chosenUnits.value = otherFile.units;
    draft.chooseFile(otherFile.file);
  }
}

export function chooseSystem(system: UnitSystem): void {
  chosenSystem.value = system;
  try {
    localStorage.setItem(STORAGE_KEY, system);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  if (!isEmpty.value) withdrawFile();
}

export function type({ column, unit }: Field, typed: string): void {
  entries.value = { ...entries.value, [column.name]: { text: typed, unit } };
  withdrawFile();
}

const CLICK_MS = 200;
const leaving: ReturnType<typeof setTimeout>[] = [];

export function leave({ column }: Field): void {
  left.value = new Set([...left.value, column.name]);
  offerFile();
}

/** An error moves what is below; a click that ends the typing must still meet what it was meant for. */
export function leaveSoon(field: Field): void {
  leaving.push(setTimeout(() => leave(field), CLICK_MS));
}

export function clear(): void {
  clearTimeout(pause);
  for (const timer of leaving.splice(0)) clearTimeout(timer);
  entries.value = {};
  left.value = new Set();
  isAllTold.value = false;
  refused.value = [];
  if (source.value === 'form') draft.chooseFile(null);
}

/** Submits what the person gives, a file or the form; null with the reason where it belongs. */
export async function submitPatients(): Promise<Submission | null> {
  if (source.value === 'file') return draft.submit();
  if (fields.value.some((field) => field.fault !== null)) {
    isAllTold.value = true;
    refusals.value += 1;
    return null;
  }
  offerFile();
  const submission = await draft.submit();
  // The next patient's form must not hold anything of this one.
  if (submission) clear();
  else tellAtFields();
  return submission;
}

/** The file no longer is what the form says; it is made anew after a pause. */
function withdrawFile(): void {
  refused.value = [];
  if (draft.chosenFile.value !== null) draft.chooseFile(null);
  clearTimeout(pause);
  pause = setTimeout(offerFile, PAUSE_MS);
}

function offerFile(): void {
  clearTimeout(pause);
  const isOffered = draft.chosenFile.value !== null;
  if (source.value === 'file' || isOffered || fields.value.length === 0) return;
  if (fields.value.some((field) => field.fault !== null)) return;
  const id = fields.value.find((field) => field.column.kind === 'id')?.cell ?? '';
  const name = fileNameOf(text.value.patient.fileName, id);
  draft.chooseFile(new File([csvOf(fields.value)], name, { type: 'text/csv' }));
}

function tellAtFields(): void {
  const problem = draft.submissionProblem.value;
  if (!problem || problem.findings.length === 0) return;
  refused.value = problem.findings;
  draft.submissionProblem.value = pageProblem('invalid_input', { requestId: problem.requestId });
  refusals.value += 1;
}

function isAbout(field: Field, finding: Finding): boolean {
  return finding.column === field.column.name;
}

function columns() {
  const all = models.value ?? [];
  const chosen = draft.chosenModelId.value;
  const model =
    (chosen === null ? null : modelById(chosen)) ?? all.find((each) => each.enabled) ?? all[0];
  return inOrder(model?.columns ?? []);
}

function storedSystem(): UnitSystem | null {
  try {
    const stored = globalThis.localStorage?.getItem(STORAGE_KEY);
    return stored === 'si' || stored === 'conventional' ? stored : null;
  } catch {
    return null;
  }
}

onLeave(() => {
  otherFile = { file: null, units: 'stated' };
  source.value = 'file';
  clear();
});
