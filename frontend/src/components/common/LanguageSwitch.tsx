import { type Language, language, setLanguage, text } from '../../i18n';

const LANGUAGES: { code: Language; short: string; name: string }[] = [
  { code: 'en', short: 'EN', name: 'English' },
  { code: 'ru', short: 'RU', name: 'Русский' },
];

/** The buttons that switch the language of the page. */
export function LanguageSwitch() {
  return (
    <fieldset class="languages">
      <legend class="visually-hidden">{text.value.shell.language}</legend>
      {LANGUAGES.map(({ code, short, name }) => (
        <button
          key={code}
          type="button"
          lang={code}
          title={name}
          aria-label={`${short} ${name}`}
          aria-pressed={language.value === code}
          // If the texts cannot be loaded, the page keeps its language.
          onClick={() => void setLanguage(code).catch(() => undefined)}
        >
          {short}
        </button>
      ))}
    </fieldset>
  );
}
