// Numbers, dates and plurals of one language.

export type Language = 'en' | 'ru';

/** `many` is needed by Russian only; English has no such form. */
export interface PluralForms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

export type Duration = { value: number; unit: 'second' | 'minute' };

export function createFormat(language: Language) {
  const wholes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const upToFour = new Intl.NumberFormat(language, {
    maximumFractionDigits: 4,
    useGrouping: false,
  });
  const tenths = new Intl.NumberFormat(language, TENTHS);
  const signedTenths = new Intl.NumberFormat(language, { ...TENTHS, signDisplay: 'exceptZero' });
  const hundredths = new Intl.NumberFormat(language, HUNDREDTHS);
  const signedHundredths = new Intl.NumberFormat(language, {
    ...HUNDREDTHS,
    signDisplay: 'exceptZero',
  });
  const twoDigits = new Intl.NumberFormat(language, { maximumSignificantDigits: 2 });
  const percents = new Intl.NumberFormat(language, { style: 'percent' });
  const signedWholes = new Intl.NumberFormat(language, {
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  });
  const lists = new Intl.ListFormat(language);
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const days = new Intl.DateTimeFormat(language, { dateStyle: 'long' });
  const wholeRules = new Intl.PluralRules(language);
  const tenthRules = new Intl.PluralRules(language, TENTHS);

  const whole = (value: number) => wholes.format(value);
  const tenth = (value: number) => tenths.format(withoutMinusZero(value));
  /** No probability is 0% or 100%, though so many decimals may round it to that: <1%, >99%. */
  const percent = (share: number) => {
    if (share < 0.005) return `<${percents.format(0.01)}`;
    if (share >= 0.995) return `>${percents.format(0.99)}`;
    return percents.format(share);
  };
  return {
    /** 1,234 */
    whole,
    /** +500, -100 */
    signedWhole: (value: number) => signedWholes.format(value),
    /** 3.25, 22645: as it would be typed in a file, with up to four decimals. */
    number: (value: number) => upToFour.format(value),
    /** 5.3, 5.0 */
    tenth,
    /** +1.2, -0.4, 0.0 */
    signedTenth: (value: number) => signedTenths.format(withoutMinusZero(value)),
    /** 6.42 */
    hundredth: (value: number) => hundredths.format(withoutMinusZero(value, 0.005)),
    /** +0.69, -0.12, 0.00 */
    signedHundredth: (value: number) => signedHundredths.format(withoutMinusZero(value, 0.005)),
    /** 0.12, 3.4, 27: two digits say enough of a ratio. */
    ratio: (value: number) => twoDigits.format(value),
    /** 97%, of what is estimated. */
    percent,
    /** 97%, of what was counted: none is 0%, and all is 100%. */
    share: (part: number, all: number) =>
      part > 0 && part < all ? percent(part / all) : percents.format(part > 0 ? 1 : 0),
    /** 1, 3 and 5 */
    list: (values: readonly number[]) => lists.format(values.map(whole)),
    /** "1 row", "5 строк": the number and its noun. */
    count: (value: number, forms: PluralForms) =>
      `${whole(value)}\u00a0${chosen(wholeRules, value, forms)}`,
    /** "5.3 years", "5,3 года": the plural of what is printed, with its decimal. */
    tenthCount: (value: number, forms: PluralForms) =>
      `${tenth(value)}\u00a0${chosen(tenthRules, value, forms)}`,
    /** "25 sec", "2 мин" */
    short: ({ value, unit }: Duration) =>
      new Intl.NumberFormat(language, { style: 'unit', unit }).format(value),
    /** The noun alone. */
    plural: (value: number, forms: PluralForms) => chosen(wholeRules, value, forms),
    dateTime: (iso: string) => formatted(dates, iso),
    date: (iso: string) => formatted(days, iso),
  };
}

export type Format = ReturnType<typeof createFormat>;

/** An estimate in its first two digits: 170,681 is about 170,000. */
export function roughly(value: number): number {
  return Number(value.toPrecision(2));
}

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

const HUNDREDTHS = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

function withoutMinusZero(value: number, half = 0.05): number {
  return Math.abs(value) < half ? 0 : value;
}

function formatted(how: Intl.DateTimeFormat, iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : how.format(date);
}

function chosen(rules: Intl.PluralRules, value: number, forms: PluralForms): string {
  const form = rules.select(value);
  return (form === 'zero' || form === 'two' ? undefined : forms[form]) ?? forms.other;
}
