import { createFormat } from '../format';
import type { Dictionary } from '../index';
import { check } from './check';
import { pages } from './pages';
import { plots } from './plots';
import { problems } from './problems';

export const ru: Dictionary = { format: createFormat('ru'), ...pages, ...problems, check, plots };
