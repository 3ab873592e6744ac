import { Failure, pageProblem } from '../api/problem';
import { uploadBytesMax } from './catalogue';

/**
 * The bytes are read now: a file that was edited after it was chosen can't be read any more, and
 * the browser would report that as a network failure.
 */
export async function readAgain(file: File): Promise<File> {
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
