/** The example: a finished result that anyone can open without an account. */
export const example = {
  open: 'Посмотреть пример',
  title: 'Пример',
  lead: 'Десять пациентов из открытых данных исследования клиники Мейо. Здесь всё работает так же, как в вашем собственном результате.',
  model: (model: string) => `Модель: ${model}.`,
  otherModel: (model: string) => `Те же пациенты: ${model}`,
  own: 'Создать аккаунт и рассчитать прогноз для своих пациентов',
  ownLoggedIn: 'Рассчитать прогноз для своих пациентов',
  useSample: 'Использовать этот файл',
};
