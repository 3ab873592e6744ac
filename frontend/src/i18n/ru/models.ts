// The texts of the choice between models, and of the comparison of models for one patient.

import { createFormat } from '../format';
import { coins, patients, wholeYears, wholeYearsGenitive } from './nouns';

const format = createFormat('ru');

interface Group {
  predicted: number;
  observed: number;
}

const hundredthYears = (value: number) => `${format.hundredth(value)}\u00a0года`;

export const models = {
  recommended: 'Рекомендуем',
  figures: (horizon: number, calibration: number, concordance: number, error: number) =>
    `На ${wholeYears(horizon)} вперёд: калибровка ${hundredthYears(calibration)}, конкордация ${format.hundredth(concordance)}, ошибка ${hundredthYears(error)}.`,
  tableTitle: (horizon: number) => `Все модели на ${wholeYears(horizon)} вперёд`,
  model: 'Модель',
  calibration: 'Калибровка, лет',
  concordance: 'Конкордация',
  error: 'Ошибка, лет',
  plusMinus: (value: number, se: number) => `${format.hundredth(value)} ± ${format.hundredth(se)}`,
  constant: (horizon: number) => `«Все проживут ${wholeYears(horizon)}»`,
  tableHint:
    'Измерено на пациентах, которых модель не видела (перекрёстная проверка 5 × 5; после ± — стандартная ошибка). Калибровка: насколько оценки группы расходятся с прожитыми ею годами; чем меньше, тем лучше. Конкордация: как часто из двух пациентов дольше живёт тот, у кого выше оценка; 0,5 — не лучше случая, 1 — безошибочно. Ошибка: насколько оценка одного пациента расходится с прожитыми годами.',
  ownPatients: (title: string) =>
    `Модель «${title}» построена по 312 из этих 418 пациентов, поэтому её показатели могут выглядеть лучше, чем они есть.`,
  refitted: (title: string, horizon: number) =>
    `У модели «${title}» нет кривой, поэтому для сравнения саму модель обучили заново на ${wholeYears(horizon)}.`,
  plot: 'График калибровки',
  plotAltText: (groups: readonly Group[], horizon: number) =>
    `Оценка и прожитые годы четырёх групп пациентов на ${wholeYears(horizon)} вперёд: ${groups
      .map(
        ({ predicted, observed }) =>
          `оценка ${format.tenth(predicted)}, прожито ${format.tenth(observed)}`,
      )
      .join('; ')}.`,
  plotHint:
    'Каждая точка — четверть пациентов. На линии группа прожила столько, сколько предсказано, выше линии — дольше. Отрезки — 95-процентные диапазоны.',
  estimated: 'Оценка, лет',
  lived: 'Прожито лет',
  plotNotLoaded: 'График не удалось загрузить.',
  uses: 'Что учитывает',
  usesColumns: (columns: string) => `Учитывает: ${columns}.`,
  fillsColumns: (columns: string) => `Только для оценки пропусков: ${columns}.`,
  notUsed: 'Модель не учитывает этот показатель',
  onlyFills: 'Модель использует его, только чтобы оценить пропуски',
  notUsedBy: (title: string) => `Модель «${title}» не учитывает столбцы, выделенные серым.`,
};

export const comparison = {
  link: 'Сравнить модели для этого пациента',
  title: (row: number, id: string | null) =>
    id === null
      ? `Сравнение моделей: пациент из строки ${format.whole(row)}`
      : `Сравнение моделей: пациент ${id}`,
  back: 'Назад к пациенту',
  lead: 'Одни и те же показатели, прогнозы разных моделей. Ни одно из чисел не означает ожидаемую продолжительность жизни: модели смотрят лишь на несколько лет вперёд.',
  searching: 'Ищем результаты по тому же файлу…',
  noEstimates: 'Ни одна модель не дала оценки для этого пациента.',
  plot: 'Кривые и ожидаемое число лет',
  plotAltText: (lines: readonly string[]) =>
    `Прогноз выживаемости одного пациента по разным моделям. ${lines.join(' ')}`,
  note: (title: string, note: string) => `${title}: ${note}`,
  plotLine: (title: string, estimate: string, interval: string) =>
    `${title}: ${estimate}, интервал ${interval}.`,
  noCurve: (titles: readonly string[]) => `Без кривой: ${titles.join('; ')}.`,
  table: 'Оценки моделей',
  figure: 'Показатель',
  horizon: 'На сколько вперёд',
  expected: 'Ожидаемое число лет (без трансплантации)',
  interval: 'Интервал',
  longerThan: (limit: number) => `Вероятность прожить больше ${wholeYearsGenitive(limit)}`,
  calculated: 'Рассчитано',
  price: 'Стоимость',
  paid: coins,
  none: '—',
  horizonsDiffer: (horizons: readonly number[]) =>
    `Модели смотрят вперёд на разный срок (${format.list(horizons)} лет), поэтому ожидаемое число лет у них разное, даже если они согласны. Сравнивайте кривые там, где они есть.`,
  offers: 'Ещё не рассчитано',
  calculate: (title: string, price: number) => `Рассчитать: «${title}», ${coins(price)}`,
  wholeFile: (rows: number) => `Цена — за весь файл (${patients(rows)}).`,
  confirmTitle: 'Рассчитать с помощью другой модели?',
  confirmLead: (file: string, title: string) =>
    `${file}: будет рассчитан новый прогноз (модель «${title}»). Прежний сохранится.`,
  fileGone: 'Файл больше не хранится. Чтобы сравнить модели, отправьте его заново.',
  newPrediction: 'Новый прогноз',
  running: (title: string) => `${title}: идёт расчёт…`,
  ended: (title: string) => `${title}: расчёт закончился без результата.`,
  without: (title: string) => `${title}: для этого пациента оценки нет.`,
  openPrediction: 'Открыть этот прогноз',
  searchedSome: 'Просмотрены только последние прогнозы.',
  searchMore: 'Искать среди более ранних',
};
