// Numbers, dates and plurals of one language.

export type Language = 'en' | 'ru';

/** `many` is needed by Russian only; English has no such form. */
export interface PluralForms {
  one: string;
  few?: string;
  many?: string;
  other: string;
}

export function createFormat(language: Language) {
  const wholes = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const upToFour = new Intl.NumberFormat(language, {
    maximumFractionDigits: 4,
    useGrouping: false,
  });
  const tenths = new Intl.NumberFormat(language, TENTHS);
  const signedTenths = new Intl.NumberFormat(language, { ...TENTHS, signDisplay: 'exceptZero' });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const wholeRules = new Intl.PluralRules(language);
  const tenthRules = new Intl.PluralRules(language, TENTHS);

  const whole = (value: number) => wholes.format(value);
  const tenth = (value: number) => tenths.format(withoutMinusZero(value));
  return {
    /** 1,234 */
    whole,
    /** 3.25, 22645: as it would be typed in a file, with up to four decimals. */
    number: (value: number) => upToFour.format(value),
    /** 5.3, 5.0 */
    tenth,
    /** +1.2, -0.4, 0.0 */
    signedTenth: (value: number) => signedTenths.format(withoutMinusZero(value)),
    /** "1 row", "5 строк": the number and its noun. */
    count: (value: number, forms: PluralForms) =>
      `${whole(value)}\u00a0${chosen(wholeRules, value, forms)}`,
    /** "5.3 years", "5,3 года": the plural of what is printed, with its decimal. */
    tenthCount: (value: number, forms: PluralForms) =>
      `${tenth(value)}\u00a0${chosen(tenthRules, value, forms)}`,
    /** The noun alone. */
    plural: (value: number, forms: PluralForms) => chosen(wholeRules, value, forms),
    dateTime: (iso: string) => {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? iso : dates.format(date);
    },
  };
}

export type Format = ReturnType<typeof createFormat>;

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;

function withoutMinusZero(value: number): number {
  return Math.abs(value) < 0.05 ? 0 : value;
}

function chosen(rules: Intl.PluralRules, value: number, forms: PluralForms): string {
  const form = rules.select(value);
  return (form === 'zero' || form === 'two' ? undefined : forms[form]) ?? forms.other;
}
