// The texts of the screens. Larger parts (actions, check, coins, plots, ...) have their own files.

import type { KnownStatus } from '../../api/types';
import { createFormat, type Duration, roundToTwoDigits, SHORTEST_YEARS } from '../format';
import {
  coins,
  coinsAccusative,
  coinsGenitive,
  patients,
  patientsGenitive,
  wholeYears,
  wholeYearsGenitive,
  years,
} from './nouns';
import { unitName } from './units';

const format = createFormat('ru');

const shell = {
  product: 'Прогноз выживаемости при ПБХ',
  productHome: 'Прогноз выживаемости при ПБХ, главная страница',
  skipToContent: 'К основному содержимому',
  language: 'Язык',
  languageNotLoaded:
    'Английская версия не загрузилась. Страница попробует ещё раз, когда появится связь.',
  menu: 'Меню',
  mainNavigation: 'Главное меню',
  newPrediction: 'Новый прогноз',
  predictions: 'Мои прогнозы',
  logIn: 'Войти',
  logOut: 'Выйти',
  register: 'Создать аккаунт',
  balance: (count: number) => `Баланс: ${coins(count)}`,
  loading: 'Загрузка…',
  testStage:
    'Это тестовый стенд: аккаунты, монеты и результаты здесь могут быть удалены в любой момент.',
  release: (id: string) => `Версия ${id}`,
  disclaimer:
    'Только для исследований и обучения. Не является ни медицинским изделием, ни врачебной рекомендацией. Основано на данных пациентов с первичным билиарным холангитом, которых наблюдали в 1974–1986\u00a0годах, в основном до появления урсодезоксихолевой кислоты: сегодня пациенты обычно живут дольше.',
};

const landing = {
  title: 'Ожидаемое число лет жизни при первичном билиарном холангите',
  lead: 'Загрузите таблицу с анализами или введите показатели одного пациента. Для каждого пациента сервис оценит, сколько из ближайших 8\u00a0лет (по шкале Мейо\u00a0— 7) он в среднем проживёт без трансплантации, и покажет вклад каждого показателя и интервал: 9\u00a0из\u00a010 таких пациентов живут дольше нижней границы, 1\u00a0из\u00a010\u00a0— дольше верхней.',
  start: 'Создать аккаунт',
  startLoggedIn: 'Новый прогноз',
  exampleCaption: (estimate: string, interval: string, meaning: string) =>
    `Пример: ${estimate}; интервал\u00a0— ${interval}. ${meaning}`,
  notForTitle: 'Когда применять нельзя',
  notFor: [
    'при других болезнях печени (сервис рассчитан только на первичный билиарный холангит)',
    'для решений о лечении конкретного пациента: это исследовательский инструмент, а не врачебная рекомендация',
  ],
  studyPatients:
    'Пациентов исследования наблюдали с 1974 по 1986\u00a0год, в основном до появления урсодезоксихолевой кислоты. При современном лечении обычно живут дольше.',
  costTitle: 'Сколько это стоит',
  cost: 'Прогнозы оплачиваются монетами сервиса; настоящие деньги не нужны. При регистрации вы получаете 500\u00a0монет. Цена за файл не зависит от числа пациентов. За файл с ошибками монеты не списываются.',
  price: (model: string, price: number) => `${model}: ${coins(price)} за файл`,
  samplesTitle: 'Попробуйте на настоящих данных',
  samples:
    'Данные исследования первичного билиарного холангита в клинике Мейо; исходы из файлов удалены.',
  sampleSmall: 'Пример, 10 пациентов (CSV)',
  sampleFull: 'Всё исследование, 418 пациентов (CSV)',
};

const account = {
  registerTitle: 'Создать аккаунт',
  registerLead: 'После регистрации на счёте будет 500\u00a0монет.',
  loginTitle: 'Вход',
  loginRequired: 'Войдите, чтобы открыть эту страницу. После входа вы вернётесь сюда.',
  name: 'Имя',
  nameOrEmail: 'Имя или электронная почта',
  email: 'Электронная почта',
  password: 'Пароль',
  passwordHint: 'Не меньше 8 символов.',
  register: 'Создать аккаунт',
  registering: 'Создаём аккаунт…',
  logIn: 'Войти',
  loggingIn: 'Входим…',
  haveAccount: 'Уже есть аккаунт?',
  noAccount: 'Ещё нет аккаунта?',
  intendedUse:
    'Я понимаю, что это исследовательская программа, а не медицинское изделие. Использую оценки для исследований или обучения, а не для решений о лечении конкретного человека, и отправляю только те данные, на передачу которых имею право, — без имён.',
  kept: 'Файлы с данными пациентов хранятся не дольше двух суток после последнего расчёта, результаты — не дольше 31 дня. Всё это можно удалить раньше.',
  logInAgainTitle: 'Войдите ещё раз',
  logInAgainLead: 'Сеанс закончился. Войдите, чтобы продолжить с того же места.',
  logInAgainCancel: 'Не сейчас',
};

const submission = {
  title: 'Новый прогноз',
  choosePatients: '1. Выберите пациентов',
  chooseModel: '2. Выберите модель',
  confirm: '3. Проверьте стоимость и запустите расчёт',
  pricePerFile: (price: number) => `${coins(price)} за файл`,
  version: (version: string) => `версия ${version}`,
  answers: 'Что рассчитывает модель',
  horizon: (horizon: number) => `Горизонт прогноза — ${wholeYears(horizon)}.`,
  survivalCurve: (curve: readonly number[]) =>
    `Кривая выживаемости: вероятность прожить дольше ${format.list(curve)}\u00a0${format.plural(curve.at(-1) ?? 0, { one: 'года', few: 'лет', many: 'лет', other: 'года' })}.`,
  moreAboutModel: 'Подробнее о модели',
  quality: 'Подробнее о точности',
  limits: 'Ограничения',
  columnsHint:
    'Порядок столбцов не важен. Пустая ячейка или NA означает «не измерено». Лишние столбцы не учитываются.',
  column: 'Столбец',
  columnMeaning: 'Описание',
  required: 'обязательно',
  between: (minimum: number | null, maximum: number | null) =>
    minimum === null || maximum === null
      ? ''
      : `от ${format.number(minimum)} до ${format.number(maximum)}`,
  switchedOff: 'Эта модель сейчас отключена.',
  noModels: 'Сейчас нет доступных моделей.',
  fileChoose: 'Выберите файл CSV или Excel',
  fileDrop: 'или перетащите его сюда',
  fileReplace: 'Выбрать другой файл',
  fileRemove: 'Убрать файл',
  fileSize: (bytes: number) =>
    bytes < 1_000_000
      ? `${format.number(Math.max(0.1, Math.round(bytes / 100) / 10))}\u00a0кБ`
      : `${format.number(Math.round(bytes / 100_000) / 10)}\u00a0МБ`,
  fileHint:
    'Файл CSV или книга Excel (.xlsx); одна строка — один пациент. Уберите из файла фамилии, имена и другие сведения, по которым можно установить личность пациента.',
  sampleHint: 'Нет файла под рукой?',
  cost: 'Стоимость',
  currentBalance: 'Баланс сейчас',
  balanceAfter: 'Баланс после',
  notEnough: (missing: number) => `Для этого прогноза не хватает ${coinsGenitive(missing)}.`,
  chargeRule: 'За данные с ошибками монеты не списываются.',
  submit: (price: number) => `Рассчитать за ${coinsAccusative(price)}`,
  submitNoModel: 'Рассчитать',
  submitting: 'Отправляем…',
};

const statuses: Record<KnownStatus, string> = {
  queued: 'В очереди',
  running: 'Рассчитывается',
  succeeded: 'Готово',
  rejected: 'Файл не принят',
  failed: 'Сбой расчёта',
  cancelled: 'Отменён',
};

const history = {
  title: 'Мои прогнозы',
  empty: 'Прогнозов пока нет.',
  emptyAction: 'Рассчитать первый прогноз',
  more: 'Показать более ранние прогнозы',
  untitled: 'Файл без названия',
  deletedFile: 'Удалённый файл',
  patients,
  cost: (count: number) => coins(count),
  refunded: 'возвращено',
  statusUnknown: (status: string) => `Неизвестное состояние: ${status}`,
  statuses,
};

const prediction = {
  title: (fileName: string | null) => (fileName ? `Прогноз по файлу ${fileName}` : 'Прогноз'),
  titleOfForm: 'Прогноз для одного пациента',
  model: 'Модель',
  date: 'Дата запуска',
  cost: 'Стоимость',
  duration: 'Время расчёта',
  seconds: (ms: number) => `${format.number(Math.round(ms / 10) / 100)}\u00a0с`,
  ignoredColumns: 'Неиспользованные столбцы',
  charged: (count: number) => coins(count),
  refundedNote: (count: number) => `На счёт возвращено: ${coins(count)}.`,
  waiting: 'Прогноз в очереди, расчёт скоро начнётся.',
  running: (done: number, total: number) =>
    `Готово ${format.whole(done)} из ${patientsGenitive(total)}`,
  runningAbout: (done: number, total: number) =>
    `Готово ${format.whole(done)} примерно из ${patientsGenitive(roundToTwoDigits(total))}`,
  starting: 'Расчёт начался…',
  checkingWhole: 'Проверяем весь файл…',
  timeLeft: (left: Duration) => `Осталось примерно ${format.duration(left)}.`,
  offline: 'Нет связи с сервисом. Расчёт продолжается; страница обновится, когда связь появится.',
  progress: 'Ход расчёта',
  leaveNote:
    'Страницу можно закрыть. Результат появится по этому же адресу и в разделе «Мои прогнозы».',
  finished: (predicted: number, skipped: number) =>
    `Готово: ${patients(predicted)}${skipped > 0 ? `, пропущено ${format.whole(skipped)}` : ''}.`,
  failedTitle: 'Рассчитать прогноз не удалось',
  rejectedTitle: 'Файл не принят',
  cancelledTitle: 'Прогноз отменён',
  unknownTitle: 'Неизвестное состояние прогноза',
  unknownLead: (status: string) =>
    `Сервис сообщает: «${status}». Страница перестала следить за расчётом. Обновите страницу позже, чтобы получить её новую версию.`,
  stalled: 'За десять минут ничего не изменилось, поэтому страница перестала следить за расчётом.',
  checkAgain: 'Проверить снова',
  another: 'Новый прогноз',
};

const scales = {
  years: {
    lead: 'В годах жизни. Вправо\u00a0— больше, чем у среднего пациента исследования, влево\u00a0— меньше.',
    better: 'оценка выше',
    worse: 'оценка ниже',
    total: 'Оценка',
    amount: years,
    part: format.signedTenth,
  },
  log_hazard: {
    lead: 'Вправо\u00a0— риск выше, чем у среднего пациента исследования, влево\u00a0— ниже.',
    better: 'риск ниже',
    worse: 'риск выше',
    total: 'Логарифм отношения рисков',
    amount: format.signedHundredth,
    part: format.signedHundredth,
  },
  score: {
    lead: 'В баллах шкалы риска Мейо. Вправо\u00a0— риск выше, чем у среднего пациента исследования, влево\u00a0— ниже.',
    better: 'риск ниже',
    worse: 'риск выше',
    total: 'Балл по шкале риска Мейо',
    amount: format.hundredth,
    part: format.signedHundredth,
  },
};

const result = {
  title: 'Результат',
  estimand: (horizon: number) =>
    `Ожидаемое число лет жизни (без трансплантации) в ближайшие ${wholeYears(horizon)}`,
  summaryRows: 'Пациентов',
  summaryPredicted: 'Пациентов с оценкой',
  summarySkipped: 'Пропущено пациентов',
  summaryMean: 'Среднее',
  summaryMedian: 'Медиана',
  summaryRange: 'Минимум — максимум',
  summaryImputed: 'С пропусками',
  summaryOutOfRange: 'С необычными значениями',
  fromTo: (low: string, high: string) => `от\u00a0${low} до\u00a0${high}`,
  years,
  tableCaption: 'Оценки по пациентам',
  row: 'Строка',
  id: 'ID',
  estimate: 'Оценка, лет',
  imputed: (count: number) =>
    format.count(count, {
      one: 'пропуск',
      few: 'пропуска',
      many: 'пропусков',
      other: 'пропуска',
    }),
  outOfRange: (count: number) =>
    format.count(count, {
      one: 'необычное значение',
      few: 'необычных значения',
      many: 'необычных значений',
      other: 'необычного значения',
    }),
  filter: 'Найти по ID',
  filterByRow: 'Найти по номеру строки',
  matching: (shown: number, total: number) =>
    `${format.whole(shown)} из ${patientsGenitive(total)}`,
  noneMatching: 'Подходящих пациентов нет.',
  clearFilter: 'Очистить поиск',
  page: (page: number, pages: number) => `Страница ${format.whole(page)} из ${format.whole(pages)}`,
  previous: 'Назад',
  next: 'Вперёд',
  pages: 'Страницы таблицы',
  skipped: (count: number) => `Пропущено, прогноза нет: ${patients(count)}`,
  loadingRows: 'Загружаем строки…',
  download: 'Скачать CSV',
  downloading: 'Готовим файл…',
  receipt: 'Квитанция',
  receiptHint:
    'В квитанции записаны контрольные суммы файла, модели и результата. По ним результат можно проверить позже.',
  print: 'Печать',
  patient: (row: number, id: string | null) =>
    `Строка ${format.whole(row)}${id === null ? '' : `, ID ${id}`}`,
  details: (patient: string) => `${patient}: подробности`,
  contributions: 'Вклад показателей в оценку',
  baseline: 'Среднее по 418 пациентам исследования',
  scales,
  hazardRatio: (ratio: number) =>
    `Отношение рисков по сравнению с этим средним: ${format.ratio(ratio)}.`,
  rounded: 'Числа округлены, поэтому сумма может отличаться в последнем знаке.',
  clipped: (horizon: number) =>
    `Сумма вкладов выходит за пределы от 0 до ${wholeYearsGenitive(horizon)}, поэтому за оценку принята ближайшая граница.`,
  imputedTitle: 'Неизмеренные показатели',
  imputedLead:
    'Вместо каждого из этих показателей взято значение, наиболее ожидаемое при остальных анализах этого пациента.',
  imputedLeadOfVersion1:
    'Вместо этих показателей взяты значения, типичные для пациентов исследования.',
  measureFirst: 'Измерить в первую очередь:',
  expected: (value: string) => `у такого пациента ожидается ${value}`,
  expectedBetween: (value: number, low: number, high: number) =>
    `${format.tenth(value)} (между ${low} и ${high})`,
  expectedShare: (probability: number, category: string) =>
    `${category} у ${format.percent(probability)} таких пациентов`,
  ifMeasured: (effect: string) => `после измерения ${effect}`,
  ifKnown: (effect: string) => `если указать, ${effect}`,
  between: (low: number, high: number) =>
    `оценка, вероятно, будет от ${format.time(low)} до ${years(high)}`,
  unchanged: 'оценка почти не изменится',
  unused: 'модель не использует этот показатель',
  ifMeasuredHint:
    'Границы\u00a0— для 10-го и 90-го процентилей значений, ожидаемых у такого пациента; остальные пропуски при этом оцениваются заново.',
  ifMeasuredHintOfVersion1:
    'Границы\u00a0— для 10-го и 90-го процентилей показателя в исследовании; остальные значения прежние.',
  outOfRangeTitle: 'Необычные значения',
  outOfRangeLead:
    'Эти значения вне диапазона данных, по которым построена модель. Модель взяла ближайшие значения из этого диапазона, поэтому оценка менее надёжна:',
  outOfRangeLeadFormula:
    'Эти значения вне диапазона, наблюдавшегося в исследовании. Формула применена к ним без изменений, поэтому оценка менее надёжна:',
  above: (range: string) => `выше диапазона${range && ` (${range})`}`,
  below: (range: string) => `ниже диапазона${range && ` (${range})`}`,
  nothingSpecial:
    'Все показатели, которые использует модель, измерены, и каждый из них лежит в диапазоне, наблюдавшемся в исследовании. Их сочетание при этом может быть необычным.',
  survivalTitle: 'Выживаемость',
  survivalTime: 'Срок',
  survivalProbability: 'Вероятность прожить дольше',
  survivalYears: wholeYears,
  median: (median: number) =>
    median < SHORTEST_YEARS
      ? `Медиана выживаемости\u00a0— ${years(median)}: половина таких пациентов умирает в первые недели.`
      : `Медиана выживаемости\u00a0— ${years(median)}: половина таких пациентов живёт дольше.`,
  medianBeyond: (end: number) =>
    `Больше половины таких пациентов живут дольше ${wholeYearsGenitive(end)} (медиана выживаемости не достигнута).`,
  mayoTitle: 'Балл по шкале риска Мейо',
  mayoHint:
    'Шкала риска при первичном билиарном холангите, опубликованная клиникой Мейо в 1989\u00a0году. У среднего пациента исследования около 5\u00a0баллов; чем выше балл, тем хуже прогноз.',
};

const notFound = {
  title: 'Такой страницы нет',
  home: 'Перейти на главную страницу',
};

const notLoaded = {
  title: 'Не удалось загрузить этот экран',
  lead: 'Возможно, пропала связь или появилась новая версия страницы. Повторите попытку или обновите страницу.',
  reload: 'Обновить страницу',
};

export const pages = {
  shell,
  landing,
  account,
  submission,
  history,
  prediction,
  result,
  notFound,
  notLoaded,
  unit: unitName,
};
