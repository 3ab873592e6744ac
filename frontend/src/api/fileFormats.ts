// The formats of files that are not read, by what to do with them.

/** The codes of the API by the way of exporting such a file. */
export const FORMATS = {
  image: ['png', 'jpeg', 'gif', 'tiff', 'webp', 'heic', 'pdf'],
  excel: ['xls', 'xlsb'],
  web: ['html', 'xml'],
  archive: ['zip', 'gzip', 'bzip2', 'xz', 'zstd', '7z', 'rar', 'tar'],
  python: ['parquet', 'arrow', 'hdf5', 'pickle', 'json'],
  document: ['docx', 'pptx', 'rtf', 'opendocument'],
  libreoffice: ['ods'],
  numbers: ['numbers'],
  spss: ['spss'],
  stata: ['stata'],
  sas: ['sas'],
  r: ['r'],
  matlab: ['matlab'],
  database: ['sqlite', 'access'],
} as const;

export type FormatGroup = keyof typeof FORMATS;

export function formatGroup(code: string | null): FormatGroup | null {
  const groups = Object.keys(FORMATS) as FormatGroup[];
  return groups.find((group) => FORMATS[group].some((known) => known === code)) ?? null;
}
