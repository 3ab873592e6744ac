// The English dictionary.

import { createFormat } from '../format';
import { accessibility } from './accessibility';
import { actions } from './actions';
import { check } from './check';
import { coins } from './coins';
import { description } from './description';
import { example } from './example';
import { interval } from './interval';
import { large } from './large';
import { comparison, models } from './models';
import { pages } from './pages';
import { patient } from './patient';
import { patientPage } from './patientPage';
import { plots } from './plots';
import { problems } from './problems';
import { profile } from './profile';
import { reading } from './reading';
import { tableFilter } from './tableFilter';
import { values } from './values';

export const en = {
  format: createFormat('en'),
  ...pages,
  ...problems,
  accessibility,
  check,
  example,
  interval,
  large,
  models,
  comparison,
  patient,
  patientPage,
  plots,
  profile,
  reading,
  tableFilter,
  values,
  coins,
  description,
  actions,
};

/** The type of all dictionaries: a key that is missing in another language is a type error. */
export type Dictionary = typeof en;
