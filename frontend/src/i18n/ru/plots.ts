import { createFormat } from '../format';
import { ofPatients, ofWholeYears, patients, wholeYears } from './nouns';

const format = createFormat('ru');
const ofAnyYears = (count: number) =>
  Number.isInteger(count) ? ofWholeYears(count) : `${format.tenth(count)}\u00a0года`;
const bound = (count: number) =>
  Number.isInteger(count) ? format.whole(count) : format.tenth(count);
const range = (lower: number, upper: number, open: boolean) =>
  `от ${format.tenth(lower)} до ${open ? `≥\u00a0${format.whole(upper)}` : format.tenth(upper)}`;

interface Point {
  years: number;
  probability: number;
}

const points = (curve: readonly Point[]) =>
  curve
    .map((point) => `${wholeYears(point.years)} — ${format.percent(point.probability)}`)
    .join(', ');

const group = (from: number, to: number | null) => {
  if (to === null) return `${wholeYears(from)} и более`;
  return from === 0
    ? `меньше ${ofWholeYears(to)}`
    : `от ${format.whole(from)} до ${ofWholeYears(to)}`;
};

interface Bin {
  from: number;
  to: number;
  count: number;
}

interface Curve {
  stratum: { from: number; to: number | null };
  points: readonly Point[];
}

const patient = {
  title: (row: number, id: string | null) =>
    id === null ? `Пациент в строке ${format.whole(row)}` : `Пациент ${id}`,
  place: (row: number, total: number, file: string) =>
    `Строка ${format.whole(row)} из ${format.whole(total)}, ${file}`,
  neighbours: 'Пациенты этого результата',
  previous: 'Предыдущий пациент',
  next: 'Следующий пациент',
  back: 'К результату',
  openOnly: 'Открыть страницу пациента',
  open: 'Отдельная страница пациента: кривая выживаемости, печать',
  openPlain: 'Отдельная страница пациента для печати',
  noSuchRow: (row: number, total: number) =>
    `Строки ${format.whole(row)} нет: в этом результате ${patients(total)}.`,
  skipped: 'Этот пациент пропущен, прогноза для него нет',
  interval: (level: number) => `${format.whole(level * 100)}%-й интервал:`,
};

const curve = {
  alternative: (curvePoints: readonly Point[], lower: number, upper: number, open: boolean) =>
    `Прогнозируемая кривая выживаемости. Вероятность прожить дольше: ${points(curvePoints)}. Интервал: ${range(lower, upper, open)} лет.`,
  vertical: 'Вероятность прожить дольше',
  median: (median: number) => `медиана ${format.tenth(median)}`,
  interval: (estimate: number, lower: number, upper: number, open: boolean) =>
    `ожидается ${format.tenth(estimate)} (${range(lower, upper, open)})`,
  figures: 'Данные в числах',
  band: 'Границы полосы',
  bandValue: (lower: number, upper: number) =>
    `от ${format.percent(lower)} до ${format.percent(upper)}`,
  bandHint: (level: number) =>
    `Закрашенная полоса (${format.percent(level)}) показывает, насколько может быть неточна сама кривая. Разброс сроков жизни отдельных пациентов показывает не она, а интервал.`,
};

const cohort = {
  title: 'Обзор пациентов файла',
  loading: 'Загружаем обзор…',
  histogram: 'Распределение ожидаемого числа лет',
  histogramAlternative: (total: number, fullest: Bin, under: number, low: number) =>
    `Гистограмма ожидаемого числа лет у ${ofPatients(total)} с шагом в полгода. Больше всего пациентов в промежутке от ${bound(fullest.from)} до ${ofAnyYears(fullest.to)}: ${format.whole(fullest.count)}; меньше ${ofAnyYears(under)}: ${patients(low)}.`,
  histogramVertical: 'Число пациентов',
  binName: (from: number, to: number, isLast: boolean) =>
    isLast
      ? `от ${bound(from)} до ${ofAnyYears(to)} включительно`
      : `от ${bound(from)} до ${ofAnyYears(to)}`,
  strata: 'По ожидаемому числу лет',
  stratum: group,
  stratumShort: (from: number, to: number | null) => {
    if (to === null) return `≥\u00a0${format.whole(from)}`;
    return from === 0 ? `<\u00a0${format.whole(to)}` : `${format.whole(from)}–${format.whole(to)}`;
  },
  expected: 'Ожидаемое число лет',
  patients: 'Пациентов',
  share: 'Доля',
  mean: 'В среднем, лет',
  imputed: 'С подставленными значениями',
  outOfRange: 'Со значениями вне диапазона',
  none: '—',
  curves: 'Средняя выживаемость по группам',
  curvesAlternative: (curves: readonly Curve[]) =>
    `Средние прогнозируемые кривые выживаемости в группах по ожидаемому числу лет, вероятность прожить дольше. ${curves
      .map(
        ({ stratum, points: [, ...read] }) => `${group(stratum.from, stratum.to)}: ${points(read)}`,
      )
      .join('; ')}.`,
};

const printing = {
  sickest: (count: number, total: number) =>
    `Напечатано пациентов: ${format.whole(count)} из ${format.whole(total)} — те, у кого ожидаемое число лет наименьшее. Все пациенты есть в файле CSV.`,
};

export const plots = { patient, curve, cohort, printing };
