// Downloads: of a file at an address, and of a file in memory.

/** Download by navigation, so that the file does not have to fit into memory. */
export function openDownload(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener';
  link.click();
}

/** Offer a file in memory as a download. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  openDownload(url, file.name);
  // Delayed because the browser reads the address only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
