import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { qualitySentences } from '../src/lib/quality';

const plain = (sentences: string[]) => sentences.map((text) => text.replaceAll('\u00a0', ' '));

test('figures become sentences, and only those that are there', () => {
  const quality = { ipcw_mae_8y: 1.43, share_within_1_5_years: 0.6, c_index: 0.84, note: 'x' };
  expect(plain(qualitySentences(quality, en))).toEqual([
    'On average it is off by 1.4 years.',
    '6 in 10 estimates are within 1.5 years.',
    'Of two patients it tells correctly who lives longer in 84 of 100 pairs.',
  ]);
  expect(plain(qualitySentences({ ipcw_mae_8y: 1.43 }, ru))).toEqual([
    'В среднем ошибается на 1,4 года.',
  ]);
  expect(qualitySentences({}, ru)).toEqual([]);
});
