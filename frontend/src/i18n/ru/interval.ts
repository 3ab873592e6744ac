// The texts on an estimate and its interval.

import { createFormat, type PatientShare, SHORTEST_YEARS } from '../format';
import { wholeYears, wholeYearsGenitive, years } from './nouns';

const format = createFormat('ru');
const share = ({ count, outOf }: PatientShare) =>
  `${format.whole(count)}\u00a0из\u00a0${format.whole(outOf)}`;
const live = ({ count }: Pick<PatientShare, 'count'>) =>
  format.plural(count, { one: 'живёт', other: 'живут' });
const die = ({ count }: PatientShare) => format.plural(count, { one: 'умирает', other: 'умирают' });
const of100 = (count: number) =>
  count > 99 ? 'больше 99\u00a0из\u00a0100' : `${format.whole(count)}\u00a0из\u00a0100`;
const orMore = (horizon: number) => `${wholeYears(horizon)} и\u00a0более`;
const lookAhead = (horizon: number) =>
  `Дальше ${wholeYearsGenitive(horizon)} модель не заглядывает.`;

export const interval = {
  estimate: {
    part: (estimate: number, horizon: number) =>
      `${format.tenth(estimate)} из\u00a0ближайших ${wholeYearsGenitive(horizon)}`,
    nearlyAll: (horizon: number) => `почти все ближайшие ${wholeYears(horizon)}`,
    nearly: (horizon: number) => `почти\u00a0${format.whole(horizon)}`,
    nearlyYears: (horizon: number) => `почти ${wholeYears(horizon)}`,
    hardlyAny: (horizon: number) =>
      `меньше ${years(SHORTEST_YEARS)} за\u00a0ближайшие ${wholeYears(horizon)}`,
    notLifeExpectancy: (horizon: number) =>
      `Это не\u00a0ожидаемая продолжительность жизни: модель смотрит только на\u00a0${wholeYears(horizon)} вперёд.`,
  },
  label: 'Интервал:',
  heading: (lower: PatientShare, upper: PatientShare) =>
    `Интервал: ${share(lower)} ${live(lower)} дольше нижней границы, ${share(upper)}\u00a0— дольше верхней`,
  headingOfVersion1: 'Интервал',
  fromTo: (lower: number, upper: string) => `от\u00a0${format.time(lower)} до\u00a0${upper}`,
  fromToHorizon: (lower: number, horizon: number) =>
    `от\u00a0${format.time(lower)} до\u00a0${wholeYearsGenitive(horizon)} и\u00a0более`,
  atLeast: orMore,
  plotted: (estimate: string, interval: string) => `ожидается ${estimate} (${interval})`,
  hint: (lower: PatientShare, upper: PatientShare, horizon: number, canLieBelow: boolean) =>
    `Интервал: ${share(lower)} таких пациентов ${live(lower)} дольше нижней границы, ${share(upper)}\u00a0— дольше верхней. «${orMore(horizon)}» значит, что дальше модель не заглядывает. Оценка\u00a0— это среднее число лет, прожитых за эти ${wholeYears(horizon)}${canLieBelow ? ', поэтому из-за ранних смертей она может оказаться ниже интервала' : ''}.`,
  hintOfVersion1: (version: string, horizon: number | null) =>
    `Результат версии ${version}: её интервалы построены так, чтобы истинное число лет попало в\u00a0них у\u00a080 из\u00a0100 таких пациентов, и\u00a0часто начинаются с самой оценки. ${horizon === null ? '' : `«${orMore(horizon)}» значит, что дальше модель не заглядывает. `}Чтобы получить интервалы версии\u00a02, рассчитайте прогноз по этому файлу ещё раз.`,
  closed: (lowerPart: string, upperPart: string) => `${lowerPart}; ${upperPart}.`,
  open: (lowerPart: string, upperPart: string, horizon: number) =>
    `${lowerPart}; ${upperPart}. ${lookAhead(horizon)}`,
  outliveLower: (patients: PatientShare, lower: number) =>
    `Дольше ${years(lower)} ${live(patients)} ${share(patients)} таких пациентов`,
  dieEarly: (patients: PatientShare) =>
    `В первые недели ${die(patients)} не\u00a0меньше ${share(patients)} таких пациентов`,
  almostAllDie: (patients: PatientShare) =>
    `В первые недели ${die(patients)} не\u00a0меньше ${share(patients)} таких пациентов.`,
  earlyDeath: () =>
    'Некоторые из таких пациентов умирают очень рано, поэтому интервал начинается с\u00a0нуля',
  outliveUpper: (patients: PatientShare, upper: number) =>
    `дольше ${years(upper)}\u00a0— ${share(patients)}`,
  nearlyHorizon: (patients: PatientShare, horizon: number) =>
    `почти ${wholeYears(horizon)} или дольше\u00a0— ${share(patients)}`,
  outliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `дольше ${wholeYearsGenitive(horizon)}\u00a0— ${alive === null ? `больше чем ${share(patients)}` : of100(alive)}`,
  mostOutliveHorizon: (patients: PatientShare, alive: number | null, horizon: number) =>
    `Дольше ${wholeYearsGenitive(horizon)} ${alive === null ? `${live(patients)} больше чем ${share(patients)}` : `${live({ count: alive })} ${of100(alive)}`} таких пациентов. ${lookAhead(horizon)}`,
  aboutOutliveHorizon: (patients: PatientShare, horizon: number) =>
    `Дольше ${wholeYearsGenitive(horizon)} ${live(patients)} примерно ${share(patients)} таких пациентов. ${lookAhead(horizon)}`,
  estimateBelow: (estimate: number, horizon: number) =>
    `Оценка (${years(estimate)}) меньше начала интервала, потому что это среднее: никому не\u00a0засчитывается больше ${wholeYearsGenitive(horizon)}, а\u00a0ранние смерти снижают среднее.`,
  estimateTooLong: (dying: PatientShare, lower: number, bound: number) =>
    `Оценка немного завышена: если ${share(dying)} ${die(dying)} раньше чем через ${years(lower)}, среднее не\u00a0больше ${years(bound)}.`,
  estimateTooShort: (patients: PatientShare, upper: number, bound: number) =>
    `Оценка немного занижена: если ${share(patients)} ${live(patients)} дольше ${years(upper)}, среднее не\u00a0меньше ${years(bound)}.`,
};
