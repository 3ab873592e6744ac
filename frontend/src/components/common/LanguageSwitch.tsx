import { useEffect } from 'preact/hooks';
import { chooseLanguage, type Language, language, languageNotLoaded, text } from '../../i18n';

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
          onClick={() => void chooseLanguage(code)}
        >
          {short}
        </button>
      ))}
    </fieldset>
  );
}

/** A notice that the chosen language could not be loaded. It tries again when the connection is back. */
export function LanguageNotice() {
  const missing = languageNotLoaded.value;
  return missing && <NotLoaded missing={missing} />;
}

function NotLoaded({ missing }: { missing: Language }) {
  useEffect(() => {
    const retry = () => void chooseLanguage(missing);
    addEventListener('online', retry);
    return () => removeEventListener('online', retry);
  }, [missing]);
  return (
    <div class="notice notice-error" role="alert">
      <p class="notice-sentence">{text.value.shell.languageNotLoaded}</p>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => void chooseLanguage(missing)}
      >
        {text.value.problems.tryAgain}
      </button>
    </div>
  );
}
