// The formatting of numbers, dates and plurals in one language.

export type Language = 'en' | 'ru';

/** Plural forms by the categories of Intl.PluralRules. Only Russian uses `few` and `many`. */
export interface PluralForms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

export type Duration = { value: number; unit: 'second' | 'minute' };

/** A number of patients out of 10 or out of 100. */
export interface PatientShare {
  count: number;
  outOf: number;
}

/** Shorter times, in years, are printed as less than this. */
export const SHORTEST_YEARS = 0.1;

/** Create the formatting functions of a language. */
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
  const twoDigits = new Intl.NumberFormat(language, {
    minimumSignificantDigits: 2,
    maximumSignificantDigits: 2,
  });
  const percents = new Intl.NumberFormat(language, { style: 'percent' });
  const signedWholes = new Intl.NumberFormat(language, {
    maximumFractionDigits: 0,
    signDisplay: 'exceptZero',
  });
  const lists = new Intl.ListFormat(language);
  // The page's English is British, as in "oedema".
  const dateLocale = language === 'en' ? 'en-GB' : language;
  const dateTimes = new Intl.DateTimeFormat(dateLocale, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const dates = new Intl.DateTimeFormat(dateLocale, { dateStyle: 'long' });
  const wholeRules = new Intl.PluralRules(language);
  const tenthRules = new Intl.PluralRules(language, TENTHS);

  const whole = (value: number) => wholes.format(value);
  const tenth = (value: number) => withMinus(tenths.format(withoutMinusZero(value)));
  // An estimated probability is never printed as 0% or 100%, but as <1% or >99%.
  const percent = (share: number) => {
    if (share < 0.005) return `<${percents.format(0.01)}`;
    if (share >= 0.995) return `>${percents.format(0.99)}`;
    return percents.format(share);
  };
  const time = (years: number) =>
    years < SHORTEST_YEARS ? `<${tenth(SHORTEST_YEARS)}` : tenth(years);
  return {
    /** 1,234 */
    whole,
    /** +500, −100 */
    signedWhole: (value: number) => withMinus(signedWholes.format(value)),
    /** 3.25, 22645: up to four decimals and no separators, as in a file. */
    number: (value: number) => upToFour.format(value),
    /** 5.3, 5.0 */
    tenth,
    /** A time in years: 5.3, or <0.1. */
    time,
    /** +1.2, −0.4, 0.0 */
    signedTenth: (value: number) => withMinus(signedTenths.format(withoutMinusZero(value))),
    /** 6.42 */
    hundredth: (value: number) => withMinus(hundredths.format(withoutMinusZero(value, 0.005))),
    /** +0.69, −0.12, 0.00 */
    signedHundredth: (value: number) =>
      withMinus(signedHundredths.format(withoutMinusZero(value, 0.005))),
    /** 0.12, 3.0, 27: two significant digits. */
    ratio: (value: number) => twoDigits.format(value),
    /** An estimated probability: 97%, <1%, >99%. */
    percent,
    /**
     * A counted share: like `percent`, but 0% for none and 100% for all. `share` replaces the exact
     * one, so that shares sum to 100%.
     */
    share: (part: number, all: number, share = part / all) =>
      part > 0 && part < all ? percent(share) : percents.format(part > 0 ? 1 : 0),
    /** 1, 3 and 5 */
    list: (values: readonly number[]) => lists.format(values.map(whole)),
    /** A whole number with its noun: "1 row", "5 строк". */
    count: (value: number, forms: PluralForms) =>
      `${whole(value)}\u00a0${pluralForm(wholeRules, value, forms)}`,
    /** A time in years with its noun in the matching plural: "5.3 years", "<0,1 года". */
    timeCount: (years: number, forms: PluralForms) =>
      `${time(years)}\u00a0${pluralForm(tenthRules, years, forms)}`,
    /** "25 sec", "2 мин" */
    duration: ({ value, unit }: Duration) =>
      new Intl.NumberFormat(language, { style: 'unit', unit }).format(value),
    /** The noun alone. */
    plural: (value: number, forms: PluralForms) => pluralForm(wholeRules, value, forms),
    dateTime: (iso: string) => formatDate(dateTimes, iso),
    date: (iso: string) => formatDate(dates, iso),
  };
}

export type Format = ReturnType<typeof createFormat>;

/** Return a label as a name in a sentence: "Bilirubin, serum" becomes "bilirubin"; "AST" stays. */
export function nameInSentence(label: string): string {
  const name = label.replace(/,.*/, '');
  return /^\p{Lu}\p{Ll}/u.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

/** Round to two significant digits: 170,681 becomes 170,000. */
export function roundToTwoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

const HUNDREDTHS = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

function withoutMinusZero(value: number, half = 0.05): number {
  return Math.abs(value) < half ? 0 : value;
}

/** Replace the hyphen that `Intl.NumberFormat` writes by a minus sign. */
function withMinus(number: string): string {
  return number.replace('-', '\u2212');
}

function formatDate(formatter: Intl.DateTimeFormat, iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : formatter.format(date);
}

function pluralForm(rules: Intl.PluralRules, value: number, forms: PluralForms): string {
  const form = rules.select(value);
  return (form === 'zero' || form === 'two' ? undefined : forms[form]) ?? forms.other;
}
