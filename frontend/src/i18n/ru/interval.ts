// The texts on the interval of an estimate.

import { createFormat, type PatientShare } from '../format';
import { wholeYears, wholeYearsGenitive, years } from './nouns';

const format = createFormat('ru');
const share = ({ count, outOf }: PatientShare) =>
  `${format.whole(count)}\u00a0из\u00a0${format.whole(outOf)}`;
const live = ({ count }: Pick<PatientShare, 'count'>) =>
  format.plural(count, { one: 'живёт', other: 'живут' });
const die = (count: number) => format.plural(count, { one: 'умирает', other: 'умирают' });
const of100 = (count: number) =>
  count > 99 ? 'больше 99\u00a0из\u00a0100' : `${format.whole(count)}\u00a0из\u00a0100`;

export const interval = {
  label: 'Интервал:',
  heading: (lower: PatientShare, upper: PatientShare) =>
    `Интервал: дольше начала ${live(lower)} ${share(lower)}, дольше конца\u00a0— ${share(upper)}`,
  headingOfVersion1: 'Интервал',
  fromTo: (lower: number, upper: number) =>
    `от\u00a0${format.time(lower)} до\u00a0${format.time(upper)}\u00a0года`,
  fromToHorizon: (lower: number, horizon: number) =>
    `от\u00a0${format.time(lower)}\u00a0года до\u00a0${wholeYearsGenitive(horizon)} и\u00a0более`,
  atLeast: (horizon: number) => `${wholeYears(horizon)} и\u00a0более`,
  plotted: (estimate: number, lower: number, upper: number | null, horizon: number) =>
    `ожидается ${format.time(estimate)} (от ${format.time(lower)} до ${upper === null ? `${format.whole(horizon)} и более` : format.time(upper)})`,
  plottedAtLeast: (estimate: number, horizon: number) =>
    `ожидается ${format.time(estimate)} (интервал: от ${format.whole(horizon)})`,
  hint: (lower: PatientShare, upper: PatientShare, horizon: number, canLieBelow: boolean) =>
    `Интервал: ${share(lower)} таких пациентов ${live(lower)} дольше его нижней границы, ${share(upper)} — дольше верхней. «${wholeYears(horizon)} и более» значит, что граница лежит за горизонтом прогноза. Оценка — это среднее число лет, прожитых в пределах горизонта${canLieBelow ? ', поэтому из-за ранних смертей она может оказаться меньше нижней границы' : ''}.`,
  hintOfVersion1: (version: string, horizon: number) =>
    `Результат версии ${version}: её интервалы построены так, чтобы истинное число лет попало в них у 80 из 100 таких пациентов, и часто начинаются с самой оценки. «${wholeYears(horizon)} и более» значит, что интервал продолжается за горизонтом прогноза. Чтобы получить интервалы версии 2, запустите расчёт по этому файлу ещё раз.`,
  sentence: (lowerPart: string, upperPart: string) => `${lowerPart}; ${upperPart}.`,
  outliveLower: (patients: PatientShare, lower: number) =>
    `${share(patients)} таких пациентов ${live(patients)} дольше ${years(lower)}`,
  dieEarly: (patients: PatientShare, early: number) =>
    `Не меньше ${share(patients)} таких пациентов ${die(patients.count)} в первые ${years(early)}`,
  almostAllDie: (patients: PatientShare, early: number) =>
    `${share(patients)} таких пациентов ${die(patients.count)} в первые ${years(early)}.`,
  earlyDeath: (patients: PatientShare) =>
    `Некоторые из этих пациентов умирают в первые недели, поэтому срока, дольше которого ${live(patients)} ${share(patients)}, нет`,
  outliveUpper: (patients: PatientShare, upper: number) =>
    `${share(patients)} ${live(patients)} дольше ${years(upper)}`,
  moreOutlive: (patients: PatientShare, alive: number | null, horizon: number) =>
    `дольше ${wholeYearsGenitive(horizon)} ${alive === null ? `${live(patients)} больше чем ${share(patients)}` : `${live({ count: alive })} ${of100(alive)}, то есть больше чем ${share(patients)}`}, поэтому верхней границы в пределах ${wholeYearsGenitive(horizon)} нет`,
  moreOutliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `${wholeYears(horizon)} и более: дольше ${wholeYearsGenitive(horizon)} ${live(patients)} больше чем ${share(patients)} таких пациентов${alive === null ? '' : ` (по их кривой — ${of100(alive)})`}.`,
  aboutOutliveHorizon: (patients: PatientShare, horizon: number) =>
    `${wholeYears(horizon)} и более: дольше ${wholeYearsGenitive(horizon)} ${live(patients)} примерно ${share(patients)} таких пациентов.`,
  estimateBelow: (estimate: number, horizon: number) =>
    `Оценка (${years(estimate)}) меньше нижней границы интервала, потому что это среднее число лет, прожитых в ближайшие ${wholeYears(horizon)}: у переживших этот срок считаются только ${wholeYears(horizon)}, а ранние смерти снижают среднее.`,
  estimateTooLong: (dying: PatientShare, lower: number, bound: number) =>
    `Оценка немного завышена: если ${share(dying)} ${die(dying.count)} раньше чем через ${years(lower)}, среднее не больше ${years(bound)}.`,
  estimateTooShort: (patients: PatientShare, upper: number, bound: number) =>
    `Оценка немного занижена: если ${share(patients)} ${live(patients)} дольше ${years(upper)}, среднее не меньше ${years(bound)}.`,
};
