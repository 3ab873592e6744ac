/** A plain navigation: the file may lie on another origin, which the page may not fetch from. */
export function openDownload(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener';
  link.click();
}

/** Keeps a file that the page holds itself. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  openDownload(url, file.name);
  // Later: the browser reads the address after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
