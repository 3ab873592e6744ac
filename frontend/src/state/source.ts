import { signal } from '@preact/signals';
import type { Source } from '../api/endpoints';
import { Failure, pageProblem } from '../api/problem';
import type { UploadedFile } from '../api/types';
import { putFile } from '../api/upload';
import { uploadBytesMax } from './catalogue';
import { api } from './session';

// How a chosen file reaches the API: with the request, or, past what one request takes, by way of
// the data bucket, where it lies once for its check and its submission.

/** How much of a large file was sent, from 0 to 1; null while nothing is being sent. */
export const uploadedShare = signal<number | null>(null);

let upload: { file: File; sent: Promise<UploadedFile>; abort: AbortController } | null = null;

export function isLarge(file: File): boolean {
  return uploadBytesMax.value !== null && file.size > uploadBytesMax.value;
}

export function sourceOf(file: File): Promise<Source> {
  return isLarge(file) ? sendOnce(file) : readAgain(file);
}

/** Stops what is under way; the next use of the same file sends it anew. */
export function forgetUpload(): void {
  upload?.abort.abort();
  upload = null;
  uploadedShare.value = null;
}

/** Deletes what was sent, in the background: if that fails, it expires by itself. */
export function deleteUpload(): void {
  upload?.sent.then(({ uploadId }) => api.deleteUpload(uploadId)).catch(() => undefined);
  // What has left as a whole arrives even if it is stopped; its answer tells when it can be deleted.
  if (uploadedShare.value === 1) upload = null;
  forgetUpload();
}

function sendOnce(file: File): Promise<UploadedFile> {
  if (upload?.file === file) return upload.sent;
  forgetUpload();
  const abort = new AbortController();
  const mine = { file, abort, sent: send(file, abort.signal) };
  upload = mine;
  const finish = (isSent: boolean) => {
    if (upload !== mine) return;
    uploadedShare.value = null;
    if (!isSent) upload = null;
  };
  mine.sent.then(
    () => finish(true),
    () => finish(false),
  );
  return mine.sent;
}

async function send(file: File, abort: AbortSignal): Promise<UploadedFile> {
  await assertReadable(file.slice(0, 1));
  const place = await api.newUpload();
  abort.throwIfAborted();
  if (file.size > place.bytes_max) {
    throw new Failure(pageProblem('file_too_large', { limitBytes: place.bytes_max }));
  }
  const onShare = (share: number) => {
    if (upload?.abort.signal === abort) uploadedShare.value = share;
  };
  onShare(0);
  try {
    await putFile(place, file, onShare, abort);
  } catch (thrown) {
    // A file that was changed in the meantime looks like a network failure.
    await assertReadable(file.slice(0, 1));
    throw thrown;
  }
  return { uploadId: place.upload_id, name: file.name };
}

async function assertReadable(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch {
    throw new Failure(pageProblem('file_unreadable'));
  }
}

/**
 * The bytes are read now: a file that was edited after it was chosen can't be read any more, and
 * the browser would report that as a network failure.
 */
async function readAgain(file: File): Promise<File> {
  return new File([await assertReadable(file)], file.name, { type: 'text/csv' });
}
