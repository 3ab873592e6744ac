import { createFormat } from '../format';
import { actions } from './actions';
import { check } from './check';
import { coins } from './coins';
import { large } from './large';
import { pages } from './pages';
import { patient } from './patient';
import { plots } from './plots';
import { problems } from './problems';
import { profile } from './profile';

export const en = {
  format: createFormat('en'),
  ...pages,
  ...problems,
  check,
  large,
  patient,
  plots,
  profile,
  coins,
  actions,
};

/** English is the measure: a key that another language lacks is a type error there. */
export type Dictionary = typeof en;
