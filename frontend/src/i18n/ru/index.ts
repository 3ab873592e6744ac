import { createFormat } from '../format';
import type { Dictionary } from '../index';
import { check } from './check';
import { pages } from './pages';
import { patient } from './patient';
import { problems } from './problems';

export const ru: Dictionary = { format: createFormat('ru'), ...pages, ...problems, check, patient };
