import { beforeEach, expect, test } from 'vitest';
import { pageProblem } from '../src/api/problem';
import { catalogueProblem, models, modelTitle } from '../src/state/catalogue';
import { catalogueModel } from './fixtures';

beforeEach(() => {
  models.value = null;
  catalogueProblem.value = null;
});

test('no id of a model flashes while the catalogue is loaded', () => {
  expect(modelTitle('mayo')).toBe('…');
});

test('a model has its title, and a withdrawn one its id', () => {
  models.value = [catalogueModel()];
  expect([modelTitle('mayo'), modelTitle('older')]).toEqual(['Words.', 'older']);
});

test('if the catalogue cannot be loaded, the id is better than nothing', () => {
  catalogueProblem.value = pageProblem('network_down');
  expect(modelTitle('mayo')).toBe('mayo');
});
