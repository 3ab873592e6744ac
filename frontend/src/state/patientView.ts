// The chosen view of the patient pages, and the year of its numbers.

import { signal } from '@preact/signals';

export type PatientView = 'words' | 'people' | 'curve' | 'table';

const STORAGE_KEY = 'patientView';
const VIEWS: readonly string[] = ['words', 'people', 'curve', 'table'] satisfies PatientView[];

/** The view stays chosen for the next patient, after "Back" and after a reload. */
export const patientView = signal<PatientView>(storedView());

/** Null until a year is chosen. */
export const chosenYear = signal<number | null>(null);

export function choosePatientView(view: PatientView): void {
  patientView.value = view;
  try {
    sessionStorage.setItem(STORAGE_KEY, view);
  } catch {
    // The browser may forbid storage. The choice then lasts until the page is closed.
  }
}

function storedView(): PatientView {
  try {
    const stored = globalThis.sessionStorage?.getItem(STORAGE_KEY) ?? '';
    return VIEWS.includes(stored) ? (stored as PatientView) : 'words';
  } catch {
    return 'words';
  }
}
