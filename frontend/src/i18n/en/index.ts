import { createFormat } from '../format';
import { check } from './check';
import { pages } from './pages';
import { patient } from './patient';
import { problems } from './problems';

export const en = { format: createFormat('en'), ...pages, ...problems, check, patient };
