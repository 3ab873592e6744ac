// The Russian dictionary.

import type { Dictionary } from '../en';
import { createFormat } from '../format';
import { actions } from './actions';
import { check } from './check';
import { coins } from './coins';
import { description } from './description';
import { interval } from './interval';
import { large } from './large';
import { pages } from './pages';
import { patient } from './patient';
import { plots } from './plots';
import { problems } from './problems';
import { profile } from './profile';
import { reading } from './reading';
import { tableFilter } from './tableFilter';

export const ru: Dictionary = {
  format: createFormat('ru'),
  ...pages,
  ...problems,
  check,
  interval,
  large,
  patient,
  plots,
  profile,
  reading,
  tableFilter,
  coins,
  description,
  actions,
};
