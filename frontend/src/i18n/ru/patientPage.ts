// The texts of the patient's page: its views, the summary for the clipboard, and the report.

import { createFormat } from '../format';
import { wholeYears } from './nouns';

const format = createFormat('ru');
const of100 = (count: number) => `${format.whole(count)}\u00a0из\u00a0100`;

export const patientPage = {
  viewsLabel: 'Как показать оценку',
  views: { words: 'Словами', people: '100 человек', curve: 'Кривая', table: 'Таблица' },
  viewNotLoaded: 'Не удалось загрузить этот раздел.',
  frame: (at: number, alive: number) => {
    const time = `Через ${wholeYears(at)}`;
    if (alive === 100) return `${time} живы больше ${of100(99)} таких пациентов, умерло меньше 1.`;
    if (alive === 0)
      return `${time} в\u00a0живых меньше ${of100(1)} таких пациентов, умерло больше 99.`;
    const died = 100 - alive;
    return `${time} ${format.plural(alive, { one: 'жив', other: 'живы' })} ${of100(alive)} таких пациентов, ${format.plural(died, { one: 'умер', other: 'умерло' })} ${format.whole(died)}.`;
  },
  expected: (estimate: string) => `В\u00a0среднем такие пациенты проживают ${estimate}.`,
  noCurve:
    'Эта модель оценивает сразу число лет. Кривой выживаемости у\u00a0неё нет, поэтому она не говорит, сколько пациентов живы через определённое время.',
  modelsWithCurve: (titles: readonly string[]) => `Кривую строят модели: ${titles.join('; ')}.`,
  year: 'Срок',
  inYears: (at: number) => `через ${wholeYears(at)}`,
  alive: 'живы',
  died: 'умерли',
  contributions: {
    value: 'Показатель',
    amount: 'Вклад',
  },
  udca: 'Большая часть данных собрана до появления урсодезоксихолевой кислоты (УДХК): сегодня пациенты обычно живут дольше, чем показывают эти числа.',
  otherTrial:
    'Но в другом исследовании того времени (PBC3) модели с кривой оказались слишком оптимистичными: выжило меньше пациентов, чем они предсказали.',
  madeFrom: {
    study:
      'Модель построена по\u00a0418\u00a0пациентам с\u00a0первичным билиарным холангитом, которых наблюдали в\u00a0клинике Мейо в\u00a01974–1986\u00a0годах: 161 из\u00a0них умер, у\u00a025 наблюдение закончилось трансплантацией печени.',
    score:
      'Шкала Мейо опубликована в\u00a01989\u00a0году и\u00a0построена по\u00a0312\u00a0из\u00a0418 пациентов исследования, которых с\u00a0первичным билиарным холангитом наблюдали в\u00a0клинике Мейо в\u00a01974–1986\u00a0годах.',
  },
  lessCertain: (parts: readonly string[]) =>
    `Оценка менее надёжна: ${parts.join(', ')} (см. примечания ниже).`,
  copy: 'Скопировать сводку',
  copied: 'Сводка скопирована.',
  notCopied: 'Скопировать не удалось. Скопируйте текст из поля ниже.',
  summary: {
    title: 'Первичный билиарный холангит: оценка для одного пациента',
    label: 'Сводка',
    research:
      'Только для исследований и обучения. Не является ни медицинским изделием, ни врачебной рекомендацией.',
  },
  model: (title: string, version: string) => `Модель: ${title}, версия ${version}`,
  date: (date: string) => `Дата: ${date}`,
  receipt: (id: string) => `Квитанция: ${id}`,
};
