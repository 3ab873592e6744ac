import { text } from '../../i18n';

/** Links to the sample files. */
export function Samples() {
  const words = text.value.landing;
  return (
    <ul class="samples">
      <li>
        <a href="samples/patients-10.csv" download="patients-10.csv">
          {words.sampleSmall}
        </a>
      </li>
      <li>
        <a href="samples/pbc-418.csv" download="pbc-418.csv">
          {words.sampleFull}
        </a>
      </li>
    </ul>
  );
}
