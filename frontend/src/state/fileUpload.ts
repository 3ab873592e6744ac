// How the chosen file reaches the API. A small file is sent with each request. A large one is
// uploaded once to the data bucket, and both its check and its submission refer to the upload.

import { signal } from '@preact/signals';
import type { FileOrUpload } from '../api/endpoints';
import { Failure, pageProblem } from '../api/problem';
import type { UploadedFile } from '../api/types';
import { uploadFile } from '../api/upload';
import { uploadBytesMax } from './catalogue';
import { api } from './session';

/** The part of a large file that was sent, from 0 to 1; null if no upload is running. */
export const uploadProgress = signal<number | null>(null);

let current: { file: File; uploaded: Promise<UploadedFile>; controller: AbortController } | null =
  null;

export function isLarge(file: File): boolean {
  return uploadBytesMax.value !== null && file.size > uploadBytesMax.value;
}

/** Return the file as a request takes it: the file itself, or its upload if it is large. */
export function prepareFile(file: File): Promise<FileOrUpload> {
  return isLarge(file) ? uploadOnce(file) : readNow(file);
}

/** Stop the running upload. The next use of the same file uploads it again. */
export function forgetUpload(): void {
  current?.controller.abort();
  current = null;
  uploadProgress.value = null;
}

/** Delete the upload in the background. If that fails, it expires by itself. */
export function deleteUpload(): void {
  current?.uploaded.then(({ uploadId }) => api.deleteUpload(uploadId)).catch(() => undefined);
  // A file that was sent completely is stored even if the request is aborted. It is deleted when
  // the response arrives, so the request has to go on.
  if (uploadProgress.value === 1) current = null;
  forgetUpload();
}

function uploadOnce(file: File): Promise<UploadedFile> {
  if (current?.file === file) return current.uploaded;
  forgetUpload();
  const controller = new AbortController();
  const upload = { file, controller, uploaded: uploadToBucket(file, controller.signal) };
  current = upload;
  const finish = (isUploaded: boolean) => {
    if (current !== upload) return;
    uploadProgress.value = null;
    if (!isUploaded) current = null;
  };
  upload.uploaded.then(
    () => finish(true),
    () => finish(false),
  );
  return upload.uploaded;
}

async function uploadToBucket(file: File, signal: AbortSignal): Promise<UploadedFile> {
  await readBytes(file.slice(0, 1));
  const form = await api.newUpload();
  signal.throwIfAborted();
  if (file.size > form.bytes_max) {
    throw new Failure(pageProblem('file_too_large', { limitBytes: form.bytes_max }));
  }
  const onProgress = (share: number) => {
    if (current?.controller.signal === signal) uploadProgress.value = share;
  };
  onProgress(0);
  try {
    await uploadFile(form, file, onProgress, signal);
  } catch (thrown) {
    // If the file was changed after it was chosen, the upload failed for that reason, not because of
    // the network.
    await readBytes(file.slice(0, 1));
    throw thrown;
  }
  return { uploadId: form.upload_id, name: file.name };
}

async function readBytes(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch {
    throw new Failure(pageProblem('file_unreadable'));
  }
}

/**
 * Read the file into memory. The browser cannot read a file that was edited after it was chosen, and
 * would report that as a network failure if it read the file while sending it.
 */
async function readNow(file: File): Promise<File> {
  return new File([await readBytes(file)], file.name, { type: file.type });
}
