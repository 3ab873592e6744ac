import { ScreenTitle } from '../components/common/ScreenTitle';
import { text } from '../i18n';

/** The screen that says what users with disabilities can rely on. */
export function Accessibility() {
  const words = text.value.accessibility;
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <p class="lead">{words.lead}</p>
      <h2>{words.worksTitle}</h2>
      <List sentences={words.works} />
      <h2>{words.gapsTitle}</h2>
      <List sentences={words.gaps} />
      <p>{words.contact}</p>
    </>
  );
}

function List({ sentences }: { sentences: readonly string[] }) {
  return (
    <ul>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
