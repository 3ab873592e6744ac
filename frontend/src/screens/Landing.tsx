import { useEffect } from 'preact/hooks';
import { LogOutNotice } from '../components/account/LogOutNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { Samples } from '../components/file/Samples';
import { AxisLabels, IntervalBar } from '../components/plots/IntervalBar';
import { localised, text } from '../i18n';
import {
  estimateText,
  type IntervalParameters,
  intervalMeaning,
  intervalText,
} from '../lib/interval';
import { addresses } from '../lib/routes';
import { loadCatalogue, models } from '../state/catalogue';
import { isLoggedIn } from '../state/session';

/** A patient of moderate risk, as the model with a survival curve answers. */
const EXAMPLE = {
  years: 5.4,
  lower: 1.8,
  upper: 8,
  upper_open: true,
  survival: [{ years: 8, probability: 0.32, lower: null, upper: null }],
};
const PARAMETERS: IntervalParameters = { horizon: 8, intervalQuantiles: [0.1, 0.9] };

/** The start page: what the service predicts, for whom not, what it costs, and sample files. */
export function Landing() {
  const words = text.value.landing;
  const { horizon } = PARAMETERS;
  useEffect(() => void loadCatalogue(), []);
  return (
    <>
      <LogOutNotice />
      <div class="hero">
        <div>
          <ScreenTitle>{words.title}</ScreenTitle>
          <p class="lead">{words.lead}</p>
          <p class="actions">
            {isLoggedIn.value ? (
              <a class="button" href={addresses.new}>
                {words.startLoggedIn}
              </a>
            ) : (
              <>
                <a class="button" href={addresses.register}>
                  {words.start}
                </a>
                <a class="button button-quiet" href={addresses.login}>
                  {text.value.shell.logIn}
                </a>
              </>
            )}
            <a class="button button-quiet" href={addresses.example}>
              {text.value.example.open}
            </a>
          </p>
        </div>
        <figure class="card example">
          <IntervalBar estimate={EXAMPLE} horizon={horizon} />
          <AxisLabels horizon={horizon} />
          <figcaption>
            {words.exampleCaption(
              estimateText(EXAMPLE.years, horizon, text.value),
              intervalText(EXAMPLE, horizon, text.value),
              intervalMeaning(EXAMPLE, PARAMETERS, text.value),
            )}
            <span class="example-warning">{text.value.patientPage.udca}</span>
          </figcaption>
        </figure>
      </div>
      <div class="facts">
        <section class="notice notice-warning">
          <h2>{words.notForTitle}</h2>
          <ul>
            {words.notFor.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <p>{words.studyPatients}</p>
        </section>
        <section class="card">
          <h2>{words.costTitle}</h2>
          <p>{words.cost}</p>
          {/* Without the catalogue, the prices are left out. */}
          {models.value && (
            <ul>
              {models.value.map((model) => (
                <li key={model.id}>{words.price(localised(model.title), model.coins)}</li>
              ))}
            </ul>
          )}
        </section>
        <section class="card">
          <h2>{words.samplesTitle}</h2>
          <p>{words.samples}</p>
          <Samples />
        </section>
      </div>
    </>
  );
}
