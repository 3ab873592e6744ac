// The upload of a large file to the data bucket.

import { Failure, pageProblem } from './problem';
import type { Upload } from './types';

/** The connection counts as lost after this time without progress or a response. */
const IDLE_MS_MAX = 60_000;

/**
 * Upload a file with the form that the API issued. `onProgress` receives the part sent so far, from 0 to 1.
 *
 * Uses XMLHttpRequest because `fetch` does not report the progress of an upload.
 */
export function uploadFile(
  { url, fields }: Upload,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (code: 'network_down' | 'temporarily_unavailable') =>
      reject(new Failure(pageProblem(code, { status: request.status })));
    let idleTimer = 0;
    const restartIdleTimer = () => {
      clearTimeout(idleTimer);
      idleTimer = window.setTimeout(() => request.abort(), IDLE_MS_MAX);
    };
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      restartIdleTimer();
      onProgress(total > 0 ? loaded / total : 0);
    });
    request.addEventListener('load', () =>
      request.status < 300 ? resolve() : fail('temporarily_unavailable'),
    );
    request.addEventListener('error', () => fail('network_down'));
    request.addEventListener('abort', () => fail('network_down'));
    request.addEventListener('loadend', () => clearTimeout(idleTimer));
    signal.addEventListener('abort', () => request.abort());
    request.open('POST', url);
    restartIdleTimer();
    request.send(form);
  });
}
