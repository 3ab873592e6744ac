import { coins, coinsAccusative } from './nouns';

/** Actions on a prediction: cancel, run again, delete the files. */
export const actions = {
  group: (name: string) => `Действия: ${name}`,
  cancel: 'Отменить прогноз',
  cancelling: 'Отменяем…',
  retry: 'Рассчитать заново…',
  retryTitle: 'Рассчитать прогноз по этому файлу заново?',
  retryLead: (file: string, model: string, version: string) =>
    `${file}, модель «${model}», версия ${version}. Это будет новый прогноз, он оплачивается отдельно. Прежний сохранится.`,
  retryCost: (price: number, balance: number) =>
    `Стоимость — ${coins(price)}, на счёте ${coins(balance)}.`,
  retryNow: (price: number) => `Рассчитать за ${coinsAccusative(price)}`,
  retrying: 'Запускаем…',
  deleteFiles: 'Удалить файлы…',
  deleteTitle: 'Удалить файлы безвозвратно?',
  deleteLead: (hasResult: boolean) =>
    hasResult
      ? 'Файл с данными пациентов и результат будут удалены, восстановить их нельзя.'
      : 'Файл с данными пациентов будет удалён, восстановить его нельзя.',
  keptData:
    'Запись в разделе «Мои прогнозы» (без имени файла, вашего названия и заметки) и запись об операции с монетами сохранятся. Монеты не возвращаются.',
  deleteNow: 'Удалить безвозвратно',
  deleting: 'Удаляем…',
  back: 'Отмена',
  filesDeleted: 'Файлы удалены',
  filesDeletedAt: (date: string) =>
    `Файл с данными пациентов и результат удалены (${date}). Чтобы снова получить оценки для этих пациентов, отправьте файл заново.`,
  retryOf: 'Повтор более раннего прогноза',
};
