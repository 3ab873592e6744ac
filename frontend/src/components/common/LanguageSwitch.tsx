import { type Language, language, speak, text } from '../../i18n';

const LANGUAGES: { code: Language; short: string; name: string }[] = [
  { code: 'en', short: 'EN', name: 'English' },
  { code: 'ru', short: 'RU', name: 'Русский' },
];

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
          // Without a connection the page stays as it is, and readable.
          onClick={() => void speak(code).catch(() => undefined)}
        >
          {short}
        </button>
      ))}
    </fieldset>
  );
}
