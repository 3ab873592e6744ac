import { Failure, pageProblem } from '../../api/problem';
import { text } from '../../i18n';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';

interface Props {
  /** Called with a sample that is to be used at once. Without it there are only links. */
  onUse?: (file: File) => void;
}

/** Links to the sample files, and buttons that use them without a download. */
export function Samples({ onUse }: Props) {
  const words = text.value.landing;
  const { isBusy, problem, run } = useAction();
  const samples = [
    { name: 'patients-10.csv', label: words.sampleSmall },
    { name: 'pbc-418.csv', label: words.sampleFull },
  ];
  return (
    <>
      <ul class="samples">
        {samples.map(({ name, label }) => (
          <li key={name}>
            <a href={addressOf(name)} download={name}>
              {label}
            </a>
            {onUse && (
              <button
                type="button"
                class="link-button"
                aria-label={`${text.value.example.useSample}: ${label}`}
                disabled={isBusy}
                onClick={() => void run(async () => onUse(await fetchSample(name)))}
              >
                {text.value.example.useSample}
              </button>
            )}
          </li>
        ))}
      </ul>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}

const addressOf = (name: string) => `samples/${name}`;

/** Return a sample as a file. Throws a `Failure` if it cannot be loaded. */
async function fetchSample(name: string): Promise<File> {
  const response = await fetch(addressOf(name)).catch(() => null);
  if (!response?.ok) throw new Failure(pageProblem('network_down'));
  return new File([await response.blob()], name, { type: 'text/csv' });
}
