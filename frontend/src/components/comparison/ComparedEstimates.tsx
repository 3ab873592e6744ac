import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { text } from '../../i18n';
import { survivalAt } from '../../lib/curve';
import { estimateText, intervalSentences, intervalText } from '../../lib/interval';
import { contributionTotal } from '../../lib/patientRow';
import { curveCardOf, loadCurveCard } from '../../state/curveCard';
import { ComparisonPlot } from './ComparisonPlot';
import type { Estimate } from './estimate';

/** The years of the survival probabilities in the table. */
const COMPARED_YEARS = [1, 3, 5, 7, 8];

/** The estimates of several models on one axis of years, and the same numbers as a table. */
export function ComparedEstimates({ estimates }: { estimates: readonly Estimate[] }) {
  const words = text.value.comparison;
  const withCurve = estimates.filter(({ row }) => row.survival.length > 0);
  const withoutCurve = estimates
    .filter(({ row }) => row.survival.length === 0)
    .map(({ title }) => title);
  const needed = withCurve.map(({ prediction }) => prediction.prediction_id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `needed` names the predictions.
  useEffect(() => {
    for (const { prediction } of withCurve) void loadCurveCard(prediction);
  }, [needed]);
  const horizons = [...new Set(estimates.map(({ parameters }) => parameters.horizon))].sort(
    (a, b) => a - b,
  );
  return (
    <section>
      <figure class="plot-figure">
        <figcaption>{words.plot}</figcaption>
        <ComparisonPlot estimates={estimates} />
      </figure>
      {notesOf(estimates).map((note) => (
        <p key={note} class="hint">
          {note}
        </p>
      ))}
      {withoutCurve.length > 0 && <p class="hint">{words.noCurve(withoutCurve)}</p>}
      {horizons.length > 1 && <p class="hint">{words.horizonsDiffer(horizons)}</p>}
      <EstimatesTable estimates={estimates} />
    </section>
  );
}

function EstimatesTable({ estimates }: { estimates: readonly Estimate[] }) {
  const { comparison: words, result, format } = text.value;
  const years = COMPARED_YEARS.filter((limit) =>
    estimates.some((estimate) => probabilityAt(estimate, limit) !== null),
  );
  return (
    // Long titles scroll inside the section, not the page.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the focus allows scrolling by keyboard
    <section class="comparison-table table-scroll" aria-label={words.table} tabIndex={0}>
      <table>
        <caption>{words.table}</caption>
        <thead>
          <tr>
            <th scope="col">{words.figure}</th>
            {estimates.map(({ prediction, title }) => (
              <th key={prediction.prediction_id} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Line name={words.expected} estimates={estimates}>
            {({ row, parameters }) => estimateText(row.years, parameters.horizon, text.value)}
          </Line>
          <Line name={words.interval} estimates={estimates}>
            {({ row, parameters }) => intervalText(row, parameters.horizon, text.value)}
          </Line>
          {years.map((limit) => (
            <Line key={limit} name={words.longerThan(limit)} estimates={estimates}>
              {(estimate) => {
                const probability = probabilityAt(estimate, limit);
                return probability === null ? words.none : format.percent(probability);
              }}
            </Line>
          ))}
          <Line name={result.imputedTitle} estimates={estimates}>
            {({ row }) => format.whole(row.imputed.length)}
          </Line>
          <Line name={result.outOfRangeTitle} estimates={estimates}>
            {({ row }) => format.whole(row.out_of_range.length)}
          </Line>
          <Line name={words.horizon} estimates={estimates}>
            {({ parameters }) => result.survivalYears(parameters.horizon)}
          </Line>
          <Line name={words.calculated} estimates={estimates}>
            {({ prediction }) => format.dateTime(prediction.prediction_date)}
          </Line>
          <Line name={words.price} estimates={estimates} isPrinted={false}>
            {({ prediction }) => words.paid(prediction.cost)}
          </Line>
        </tbody>
      </table>
    </section>
  );
}

interface LineProps {
  name: string;
  isPrinted?: boolean;
  estimates: readonly Estimate[];
  children: (estimate: Estimate) => ComponentChildren;
}

function Line({ name, estimates, isPrinted = true, children }: LineProps) {
  return (
    <tr class={isPrinted ? undefined : 'not-printed'}>
      <th scope="row">{name}</th>
      {estimates.map((estimate) => (
        <td key={estimate.prediction.prediction_id}>{children(estimate)}</td>
      ))}
    </tr>
  );
}

/** Return why an estimate contradicts its interval, where it does. */
function notesOf(estimates: readonly Estimate[]): string[] {
  return estimates.flatMap(({ row, parameters, title }) => {
    const { note } = intervalSentences(row, parameters, text.value);
    return note === null ? [] : [text.value.comparison.note(title, note)];
  });
}

/** Return the chance of being alive after `limit` years: a point of the row, or of the whole curve. */
function probabilityAt({ prediction, row }: Estimate, limit: number): number | null {
  const point = row.survival.find(({ years }) => years === limit);
  if (point) return point.probability;
  const card = curveCardOf(prediction);
  const isKnown = typeof card === 'object' && limit <= (row.survival.at(-1)?.years ?? 0);
  return isKnown ? survivalAt(limit, contributionTotal(row), card) : null;
}
