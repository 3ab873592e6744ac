// The texts of plots, of the patient's page, and of printed results.

import { createFormat } from '../format';
import { patients, patientsGenitive, wholeYears, wholeYearsGenitive, yearRange } from './nouns';

const format = createFormat('ru');

interface Point {
  years: number;
  probability: number;
}

const points = (curve: readonly Point[]) =>
  curve
    .map((point) => `${wholeYears(point.years)} — ${format.percent(point.probability)}`)
    .join(', ');

interface Bin {
  from: number;
  to: number | null;
  count: number;
}

interface Curve {
  stratum: { from: number; to: number | null };
  points: readonly Point[];
}

const patient = {
  title: (row: number, id: string | null) =>
    id === null ? `Пациент из строки ${format.whole(row)}` : `Пациент ${id}`,
  place: (row: number, total: number, file: string | null) =>
    `Строка ${format.whole(row)} из\u00a0${format.whole(total)}${file === null ? '' : `, ${file}`}`,
  neighbours: 'Пациенты этого результата',
  previous: 'Предыдущий пациент',
  next: 'Следующий пациент',
  back: 'К результату',
  open: 'Открыть страницу пациента',
  noSuchRow: (row: number, total: number) =>
    `Строки ${format.whole(row)} нет: в этом результате ${patients(total)}.`,
  skipped: 'Этот пациент пропущен, прогноза для него нет',
};

const curve = {
  altText: (curvePoints: readonly Point[], interval: string) =>
    `Прогнозируемая кривая выживаемости. Вероятность прожить дольше: ${points(curvePoints)}. Интервал: ${interval}.`,
  vertical: 'Вероятность прожить дольше',
  median: (median: number) => `медиана ${format.time(median)}`,
  valuesTable: 'Значения в таблице',
  band: 'Границы полосы',
  bandValue: (lower: number, upper: number) =>
    `от ${format.percent(lower)} до ${format.percent(upper)}`,
  bandHint: (level: number, start: number) =>
    `Закрашенная полоса (${format.percent(level)}) показывает, насколько может быть неточна сама кривая. Разброс сроков жизни отдельных пациентов показывает не она, а интервал. До ${wholeYearsGenitive(start)} полоса не рассчитывается.`,
  bandTooNarrow: (holds: number) =>
    `В имитационных расчётах она содержала истинную кривую только в ${format.percent(holds)} точек.`,
  barsHint: (level: number) =>
    `Отрезки (${format.percent(level)}) показывают, насколько могут быть неточны сами эти вероятности. Разброс сроков жизни отдельных пациентов показывают не они, а интервал.`,
  otherVersion: 'Известны только эти точки кривой: результат рассчитан другой версией модели.',
  notLoaded: 'Не удалось загрузить кривую между точками.',
  loading: 'Загружаем кривую…',
};

const cohort = {
  title: 'Обзор пациентов из файла',
  loading: 'Загружаем обзор…',
  histogram: 'Распределение ожидаемого числа лет',
  histogramAltText: (total: number, largest: Bin, under: number, low: number) =>
    `Гистограмма ожидаемого числа лет у ${patientsGenitive(total)} с шагом в полгода. Чаще всего — ${yearRange(largest.from, largest.to)}: ${patients(largest.count)}. Оценка ${yearRange(0, under)}: ${patients(low)}.`,
  histogramVertical: 'Число пациентов',
  strata: 'По ожидаемому числу лет',
  stratumShort: (from: number, to: number | null) => {
    if (to === null) return `≥\u00a0${format.whole(from)}`;
    return from === 0 ? `<\u00a0${format.whole(to)}` : `${format.whole(from)}–<${format.whole(to)}`;
  },
  expected: 'Ожидаемое число лет',
  patients: 'Пациентов',
  share: 'Доля',
  mean: 'В среднем, лет',
  imputed: 'С пропусками',
  outOfRange: 'С необычными значениями',
  none: '—',
  curves: 'Средняя выживаемость по группам',
  curvesAltText: (curves: readonly Curve[]) =>
    `Средние прогнозируемые кривые выживаемости в группах по ожидаемому числу лет, вероятность прожить дольше. ${curves
      .map(
        ({ stratum, points: [, ...rest] }) =>
          `${yearRange(stratum.from, stratum.to)}: ${points(rest)}`,
      )
      .join('; ')}.`,
  curvesGuide: 'Известны только точки. Линии между ними проведены для наглядности.',
};

const printing = {
  lowestEstimates: (count: number, total: number) =>
    `Показаны ${format.whole(count)} из ${patientsGenitive(total)}\u00a0— с наименьшими оценками. Все пациенты есть в файле CSV.`,
};

export const plots = { patient, curve, cohort, printing };
