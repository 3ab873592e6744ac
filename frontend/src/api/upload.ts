import { Failure, pageProblem } from './problem';
import type { Upload } from './types';

/** So long without a byte sent or an answer, and the connection counts as cut. */
const SILENCE_MS_MAX = 60_000;

/**
 * Puts a file into the data bucket with the form that the API gave for it. Not by `fetch`, which
 * doesn't tell how far it has come. `onShare` gets what was sent, from 0 to 1.
 */
export function putFile(
  { url, fields }: Upload,
  file: File,
  onShare: (share: number) => void,
  abort: AbortSignal,
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const refuse = (code: 'network_down' | 'temporarily_unavailable') =>
      reject(new Failure(pageProblem(code, { status: request.status })));
    let silence = 0;
    const watch = () => {
      clearTimeout(silence);
      silence = window.setTimeout(() => request.abort(), SILENCE_MS_MAX);
    };
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      watch();
      onShare(total > 0 ? loaded / total : 0);
    });
    request.addEventListener('load', () =>
      request.status < 300 ? resolve() : refuse('temporarily_unavailable'),
    );
    request.addEventListener('error', () => refuse('network_down'));
    request.addEventListener('abort', () => refuse('network_down'));
    request.addEventListener('loadend', () => clearTimeout(silence));
    abort.addEventListener('abort', () => request.abort());
    request.open('POST', url);
    watch();
    request.send(form);
  });
}
