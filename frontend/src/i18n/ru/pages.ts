import type { KnownStatus } from '../../api/types';
import type { Duration } from '../../lib/timeLeft';
import { createFormat, roughly } from '../format';
import { unitName } from './units';

const format = createFormat('ru');
const coins = (count: number) =>
  format.count(count, { one: 'монета', few: 'монеты', many: 'монет', other: 'монеты' });
const coinsSpent = (count: number) =>
  format.count(count, { one: 'монету', few: 'монеты', many: 'монет', other: 'монеты' });
const rows = (count: number) =>
  format.count(count, { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' });
const ofRows = (count: number) =>
  format.count(count, {
    one: 'пациента',
    few: 'пациентов',
    many: 'пациентов',
    other: 'пациента',
  });
const wholeYears = (count: number) =>
  format.count(count, { one: 'год', few: 'года', many: 'лет', other: 'года' });
const ofWholeYears = (count: number) =>
  format.count(count, { one: 'года', few: 'лет', many: 'лет', other: 'года' });
const years = (count: number) =>
  format.tenthCount(count, { one: 'год', few: 'года', many: 'лет', other: 'года' });

const shell = {
  product: 'Прогноз продолжительности жизни при болезни печени',
  productHome: 'Прогноз продолжительности жизни при болезни печени, главная страница',
  skipToContent: 'К содержанию',
  language: 'Язык',
  mainNavigation: 'Главное меню',
  newPrediction: 'Новый прогноз',
  predictions: 'Мои прогнозы',
  logIn: 'Войти',
  logOut: 'Выйти',
  register: 'Создать аккаунт',
  balance: (count: number) => `Баланс: ${coins(count)}`,
  loading: 'Загрузка…',
  disclaimer:
    'Для исследований и обучения. Не медицинское изделие и не врачебная рекомендация. Основано на данных пациентов с первичным билиарным холангитом, 1974–1986.',
};

const landing = {
  title: 'Сколько лет жизни впереди при первичном билиарном холангите',
  lead: 'Загрузите таблицу с анализами. Для каждого пациента вы получите ожидаемое число лет жизни (без трансплантации) в ближайшие 7 или 8 лет, 80-процентный интервал и объяснение, что повлияло на оценку.',
  start: 'Создать аккаунт',
  startLoggedIn: 'Новый прогноз',
  exampleCaption:
    'Пример: ожидается 5,4 года, 80-процентный интервал — от 2,9 до 8 лет и более. Интервал, который доходит до горизонта, остаётся открытым.',
  notForTitle: 'Для кого это не подходит',
  notFor: [
    'Не подходит ни для каких болезней печени, кроме первичного билиарного холангита.',
    'Не подходит для решений о лечении конкретного человека: это исследование, а не врачебная рекомендация.',
    'Пациентов наблюдали с 1974 по 1986 год, в основном до появления урсодезоксихолевой кислоты. Сегодня пациенты обычно живут дольше.',
  ],
  costTitle: 'Сколько это стоит',
  cost: 'На новом аккаунте 500 монет; денег мы не берём. Цена одна за весь файл, сколько бы пациентов в нём ни было. Файл с ошибками ничего не стоит.',
  price: (model: string, price: number) => `${model}: ${coins(price)} за файл`,
  samplesTitle: 'Попробуйте на настоящих данных',
  samples: 'Данные исследования первичного билиарного холангита клиники Мейо, без исходов.',
  sampleSmall: 'Пример, 10 пациентов (CSV)',
  sampleFull: 'Всё исследование, 418 пациентов (CSV)',
};

const account = {
  registerTitle: 'Создать аккаунт',
  registerLead: 'На счёте сразу будет 500 монет.',
  loginTitle: 'Вход',
  loginToGoOn: 'Войдите, чтобы увидеть эту страницу. Адрес сохранится.',
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
    'Создавая аккаунт, вы подтверждаете, что используете оценки для исследований или обучения, а не для выбора лечения конкретного человека.',
  againTitle: 'Войдите ещё раз',
  againLead:
    'Сеанс закончился. Ничего не потеряно: после входа страница продолжит с того же места.',
  againCancel: 'Не сейчас',
};

const submission = {
  title: 'Новый прогноз',
  choosePatients: '1. Выберите пациентов',
  chooseModel: '2. Выберите модель',
  confirm: '3. Проверьте цену и запустите',
  pricePerFile: (price: number) => `${coins(price)} за файл`,
  version: (version: string) => `версия ${version}`,
  answers: 'На что отвечает',
  horizon: (horizon: number) => `Горизонт прогноза — ${wholeYears(horizon)}.`,
  survivalCurve: (curve: readonly number[]) =>
    `Кривая выживаемости: вероятность прожить дольше ${format.list(curve)}\u00a0${format.plural(curve.at(-1) ?? 0, { one: 'года', few: 'лет', many: 'лет', other: 'года' })}.`,
  moreAboutModel: 'Подробнее о модели',
  quality: 'Ещё о точности',
  notFor: 'Для кого не подходит',
  columns: 'Столбцы файла',
  columnsSummary: (required: number, optional: number) =>
    `Столбцы: обязательных — ${required}, необязательных — ${optional}`,
  columnsHint:
    'Порядок столбцов не важен. Пустая ячейка или NA означает «не измерено». Лишние столбцы не учитываются.',
  column: 'Столбец',
  columnMeaning: 'Что это',
  columnValues: 'Единицы или значения',
  required: 'обязательно',
  optional: 'необязательно',
  between: (minimum: number | null, maximum: number | null) =>
    minimum === null || maximum === null
      ? ''
      : `от ${format.number(minimum)} до ${format.number(maximum)}`,
  switchedOff: 'Эта модель сейчас отключена.',
  noModels: 'Сейчас нет доступных моделей.',
  file: 'Файл CSV',
  fileChoose: 'Выберите файл CSV',
  fileDrop: 'или перетащите его сюда',
  fileReplace: 'Выбрать другой файл',
  fileRemove: 'Убрать файл',
  fileSize: (bytes: number) =>
    bytes < 1_000_000
      ? `${format.number(Math.max(0.1, Math.round(bytes / 100) / 10))} кБ`
      : `${format.number(Math.round(bytes / 100_000) / 10)} МБ`,
  fileHint:
    'Одна строка — один пациент. Уберите из файла имена и другие данные, по которым можно узнать человека.',
  sampleHint: 'Нет файла под рукой?',
  costNow: 'Стоимость',
  balanceNow: 'Баланс сейчас',
  balanceAfter: 'Баланс после',
  notEnough: (missing: number) => `На этот прогноз не хватает: ${coins(missing)}.`,
  chargeRule: 'Данные с ошибками не принимаются и ничего не стоят.',
  submit: (price: number) => `Запустить за ${coinsSpent(price)}`,
  submitNoModel: 'Запустить',
  submitting: 'Отправляем…',
};

const statuses: Record<KnownStatus, string> = {
  queued: 'В очереди',
  running: 'Считается',
  succeeded: 'Готово',
  rejected: 'Файл не принят',
  failed: 'Не удалось',
  cancelled: 'Отменено',
};

const history = {
  title: 'Мои прогнозы',
  empty: 'Прогнозов пока нет.',
  emptyAction: 'Сделать первый',
  more: 'Показать более ранние',
  untitled: 'Файл без названия',
  rows,
  cost: (count: number) => coins(count),
  refunded: 'возвращено',
  statusUnknown: (status: string) => `Неизвестное состояние: ${status}`,
  statuses,
};

const prediction = {
  title: (fileName: string | null) => (fileName ? `Прогноз для ${fileName}` : 'Прогноз'),
  model: 'Модель',
  date: 'Начат',
  cost: 'Стоимость',
  duration: 'Заняло',
  seconds: (ms: number) => `${format.number(Math.round(ms / 10) / 100)} с`,
  ignoredColumns: 'Неиспользованные столбцы',
  charged: (count: number) => coins(count),
  refundedNote: (count: number) => `На ваш баланс возвращено: ${coins(count)}.`,
  waiting: 'Ждём, пока освободится обработчик…',
  running: (done: number, total: number) => `Готово ${format.whole(done)} из ${ofRows(total)}`,
  runningAbout: (done: number, total: number) =>
    `Готово ${format.whole(done)} примерно из ${ofRows(roughly(total))}`,
  starting: 'Расчёт начат…',
  checkingWhole: 'Проверяем весь файл…',
  timeLeft: ({ value, unit }: Duration) => `Осталось примерно ${format.short(value, unit)}.`,
  cutOff: 'Сейчас нет связи с сервисом. Расчёт продолжается, страница спросит снова.',
  progress: 'Ход расчёта',
  leaveNote:
    'Страницу можно закрыть. Результат останется по этому адресу и в разделе «Мои прогнозы».',
  finished: (count: number) => `Готово: ${rows(count)}.`,
  failedTitle: 'Прогноз не удался',
  rejectedTitle: 'Файл не принят',
  cancelledTitle: 'Прогноз отменён',
  unknownTitle: 'Эта страница не знает такого состояния прогноза',
  unknownLead: (status: string) =>
    `Сервис называет его «${status}». Страница больше не ждёт; обновите её позже, чтобы получить новую версию.`,
  stalled: 'За десять минут ничего не изменилось, поэтому страница перестала спрашивать.',
  checkAgain: 'Проверить снова',
  another: 'Новый прогноз',
};

const scales = {
  years: {
    lead: 'В годах жизни.',
    better: 'повышает оценку',
    worse: 'снижает оценку',
    total: 'Оценка',
    amount: years,
    part: format.signedTenth,
  },
  log_hazard: {
    lead: 'Логарифм риска смерти: значение выше нуля повышает риск, ниже нуля — снижает.',
    better: 'снижает риск',
    worse: 'повышает риск',
    total: 'Логарифм риска',
    amount: format.signedHundredth,
    part: format.signedHundredth,
  },
  score: {
    lead: 'В единицах показателя Мейо: значение выше нуля повышает риск, ниже нуля — снижает.',
    better: 'снижает риск',
    worse: 'повышает риск',
    total: 'Показатель Мейо',
    amount: format.hundredth,
    part: format.signedHundredth,
  },
};

const result = {
  title: 'Результат',
  estimand: (horizon: number) =>
    `Ожидаемое число лет жизни (без трансплантации) в пределах ${ofWholeYears(horizon)}`,
  summaryRows: 'Пациентов',
  summaryMean: 'Среднее',
  summaryMedian: 'Медиана',
  summaryRange: 'От и до',
  summaryImputed: 'С подставленными значениями',
  summaryOutOfRange: 'Со значениями вне диапазона',
  toYears: (low: number, high: number) => `${format.tenth(low)}–${format.tenth(high)}`,
  years,
  tableCaption: 'Оценки по пациентам',
  row: 'Строка',
  id: 'ID',
  estimate: 'Лет',
  interval: (level: number) => `${format.whole(level * 100)}%-й интервал`,
  intervalText: (lower: number, upper: number, open: boolean) =>
    open
      ? `от ${format.tenth(lower)} до ≥\u00a0${format.whole(upper)}`
      : `от ${format.tenth(lower)} до ${format.tenth(upper)}`,
  intervalHint: (level: number, horizon: number) =>
    `У ${format.whole(level * 100)} из 100 таких пациентов истинное число должно лежать в интервале. «≥ ${format.whole(horizon)}» означает, что интервал продолжается за горизонтом в ${wholeYears(horizon)}.`,
  imputed: (count: number) => `подставлено: ${format.whole(count)}`,
  outOfRange: (count: number) => `вне диапазона: ${format.whole(count)}`,
  filter: 'Найти по ID',
  filterByRow: 'Найти по номеру строки',
  matching: (shown: number, total: number) => `${format.whole(shown)} из ${ofRows(total)}`,
  noneMatching: 'Подходящих пациентов нет.',
  clearFilter: 'Очистить поиск',
  page: (page: number, pages: number) => `Страница ${format.whole(page)} из ${format.whole(pages)}`,
  previous: 'Назад',
  next: 'Вперёд',
  pages: 'Страницы таблицы',
  skipped: (count: number) =>
    `Пропущено без прогноза: ${format.count(count, { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' })}`,
  loadingRows: 'Загружаем строки…',
  download: 'Скачать CSV',
  downloading: 'Готовим файл…',
  receipt: 'Квитанция',
  receiptHint:
    'В квитанции записаны контрольные суммы файла, модели и результата: по ней результат можно проверить позже.',
  print: 'Печать',
  details: (row: number, id: string | null) =>
    `Строка ${format.whole(row)}${id === null ? '' : `, ID ${id}`}: подробности`,
  contributions: 'Что повлияло на оценку',
  baseline: 'Средний пациент',
  scales,
  hazardRatio: (ratio: number) =>
    `Отношение рисков по сравнению со средним пациентом: ${format.ratio(ratio)}.`,
  rounded: 'Числа округлены, поэтому сумма может отличаться в последнем знаке.',
  clipped: (horizon: number) =>
    `Сумма выходит за пределы от 0 до ${ofWholeYears(horizon)}, поэтому оценка ограничена ими.`,
  imputedTitle: 'Подставлено',
  imputedLead: 'Не измерено: взято типичное значение.',
  measureFirst: 'Измерить в первую очередь:',
  ifMeasured: (low: number, high: number) =>
    `если измерить, оценка составит от ${format.tenth(low)} до ${years(high)}`,
  ifMeasuredUnused: 'модель не использует этот показатель',
  ifMeasuredUnchanged: 'если измерить, оценка почти не изменится',
  ifMeasuredHint:
    'Пределы указаны для значений от 10-го до 90-го процентиля исследования при прочих равных.',
  outOfRangeTitle: 'Вне диапазона',
  outOfRangeLead:
    'Таких значений модель не видела; взято ближайшее известное ей, поэтому оценка менее надёжна:',
  outOfRangeLeadFormula:
    'Таких значений у пациентов исследования не было. Формула применена к значению как есть, поэтому оценка менее надёжна:',
  above: 'выше диапазона',
  below: 'ниже диапазона',
  nothingSpecial: 'Все нужные модели показатели измерены и лежат в известном ей диапазоне.',
  survivalTitle: 'Выживаемость',
  survivalTime: 'Срок',
  survivalProbability: 'Вероятность прожить дольше',
  survivalYears: wholeYears,
  median: (median: number) =>
    `Медиана выживаемости — ${years(median)}: половина таких пациентов живёт дольше.`,
  medianBeyond: (end: number) =>
    `Больше половины таких пациентов живут дольше ${ofWholeYears(end)} (медиана выживаемости не достигнута).`,
  mayoTitle: 'Показатель риска Мейо',
  mayoHint:
    'Опубликованный клиникой Мейо в 1989 году показатель риска при первичном билиарном холангите: 5,07 — средний пациент того исследования, чем выше значение, тем хуже прогноз.',
};

const notFound = {
  title: 'Такой страницы нет',
  home: 'На главную',
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
  unit: unitName,
};
