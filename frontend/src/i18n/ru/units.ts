// The names of units as Russian laboratories print them. Other units are shown unchanged.
const NAMES: Record<string, string> = {
  days: 'дни',
  months: 'месяцы',
  years: 'годы',
  'mg/dL': 'мг/дл',
  'mg/L': 'мг/л',
  'g/dL': 'г/дл',
  'g/L': 'г/л',
  'umol/L': 'мкмоль/л',
  'mmol/L': 'ммоль/л',
  'ug/day': 'мкг/сут',
  'umol/day': 'мкмоль/сут',
  'ukat/L': 'мккат/л',
  '%': '% по Квику',
  'U/L': 'Ед/л',
  'U/mL': 'Ед/мл',
  '/uL': '/мкл',
  '10^9/L': '10⁹/л',
  s: 'секунды',
  INR: 'МНО',
};

/** Names that have another form after a number. */
const NAMES_AFTER_NUMBER: Record<string, string> = {
  days: 'дней',
  months: 'месяцев',
  years: 'лет',
  s: 'с',
};

/** Return the name of a unit without a number: "дни", "мг/дл". */
export function unitName(unit: string): string {
  return NAMES[unit] ?? unit;
}

/** Return the name of a unit after a number: "6570 дней", "3,5 мг/дл". */
export function unitAfterNumber(unit: string): string {
  return NAMES_AFTER_NUMBER[unit] ?? unitName(unit);
}
