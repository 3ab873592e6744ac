// The typography of all texts: one form of each sign in each language.

import { describe, expect, test } from 'vitest';

const SOURCES = import.meta.glob<string>('../src/i18n/*/*.ts', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** Return the lines of a language without comments. */
function linesOf(language: string): string[] {
  const files = Object.entries(SOURCES).filter(([path]) => path.includes(`/${language}/`));
  expect(files.length).toBeGreaterThan(10);
  return files.flatMap(([, source]) =>
    source
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replaceAll('\\u00a0', '\u00a0')
      .split('\n')
      .filter((line) => !/^\s*(\/\/|import |'?\W*'?: ')/.test(line)),
  );
}

describe.each(['en', 'ru'])('%s', (language) => {
  test('apostrophes and dashes are typographic', () => {
    for (const line of linesOf(language)) {
      expect(line).not.toMatch(/\p{L}\\'|"[^"]*\p{L}'\p{L}[^"]*"/u);
      expect(line).not.toMatch(/\d{4}-\d{4}/);
    }
  });

  test('a percent sign follows its number as usual in the language', () => {
    const wrong = language === 'en' ? /\d[\s\u00a0]%/ : /\d%/;
    for (const line of linesOf(language)) expect(line).not.toMatch(wrong);
  });
});

test('English texts have no straight quotation marks, Russian ones no English ones', () => {
  for (const line of linesOf('ru')) expect(line).not.toMatch(/[“”]/);
  for (const line of linesOf('en')) expect(line).not.toMatch(/[«»]/);
});
