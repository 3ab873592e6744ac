import { expect, test } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { frameAt, framesOf } from '../src/lib/survivalFrames';

const survival = (points: Record<number, number>) =>
  Object.entries(points).map(([years, probability]) => ({
    years: Number(years),
    probability,
    lower: null,
    upper: null,
  }));

test('the frames are at the years that the model predicts, up to its horizon', () => {
  const row = { survival: survival({ 1: 0.97, 3: 0.91, 5: 0.835, 8: 0.7, 10: 0.6 }) };
  expect(framesOf(row, 8)).toEqual([
    { years: 1, alive: 97 },
    { years: 3, alive: 91 },
    { years: 5, alive: 84 },
    { years: 8, alive: 70 },
  ]);
  const mayo = { survival: survival({ 1: 0.9, 2: 0.8, 3: 0.7, 5: 0.5, 7: 0.3 }) };
  expect(framesOf(mayo, 7).map(({ years }) => years)).toEqual([1, 3, 5, 7]);
  expect(framesOf({ survival: [] }, 8)).toEqual([]);
});

test('the first frame is at five years, and a chosen year that a model lacks is replaced', () => {
  const frames = framesOf({ survival: survival({ 1: 0.9, 5: 0.5, 7: 0.3 }) }, 7);
  expect(frameAt(frames, null)?.years).toBe(5);
  expect(frameAt(frames, 7)?.years).toBe(7);
  expect(frameAt(frames, 8)?.years).toBe(5);
  expect(frameAt([{ years: 1, alive: 90 }], null)?.years).toBe(1);
  expect(frameAt([], null)).toBeNull();
});

test.each([
  [84, '84 of 100 similar patients are alive in 5 years, 16 have died.'],
  [99, '99 of 100 similar patients are alive in 5 years, 1 has died.'],
  [1, '1 of 100 similar patients is alive in 5 years, 99 have died.'],
  [100, 'More than 99 of 100 similar patients are alive in 5 years, fewer than 1 of 100 has died.'],
  [0, 'Fewer than 1 of 100 similar patients is alive in 5 years, more than 99 have died.'],
])('%i alive, in English', (alive, sentence) => {
  expect(en.patientPage.frame(5, alive).replaceAll('\u00a0', ' ')).toBe(sentence);
});

test.each([
  [84, 'Через 5 лет живы 84 из 100 таких пациентов, умерло 16.'],
  [79, 'Через 5 лет живы 79 из 100 таких пациентов, умер 21.'],
  [1, 'Через 5 лет жив 1 из 100 таких пациентов, умерло 99.'],
  [100, 'Через 5 лет живы больше 99 из 100 таких пациентов, умерло меньше 1.'],
  [0, 'Через 5 лет в живых меньше 1 из 100 таких пациентов, умерло больше 99.'],
])('%i alive, in Russian', (alive, sentence) => {
  expect(ru.patientPage.frame(5, alive).replaceAll('\u00a0', ' ')).toBe(sentence);
});
