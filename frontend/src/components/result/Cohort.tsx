import { useEffect, useMemo } from 'preact/hooks';
import type { Prediction } from '../../api/types';
import { text } from '../../i18n';
import { estimateNumber } from '../../lib/interval';
import { resultParametersOf } from '../../lib/resultParameters';
import {
  type Bins,
  countInRange,
  countOf,
  type Stratum,
  strataOf,
  wholePercents,
  wholeStrataCurves,
} from '../../lib/strata';
import { modelById } from '../../state/catalogue';
import type { CohortState } from '../../state/cohort';
import { curveCardOf, loadCurveCard } from '../../state/curveCard';
import { isPrinting } from '../../state/printing';
import type { ResultRows } from '../../state/resultRows';
import { type TableViewState, toggleRange } from '../../state/tableView';
import { Loading } from '../common/Loading';
import { ProblemNotice } from '../common/ProblemNotice';
import { Histogram } from '../plots/Histogram';
import { StrataPlot } from '../plots/StrataPlot';
import { focusTable } from './TableTitle';

/** Smaller results have no overview, because their distribution is not informative. */
export const COHORT_MIN = 5;

interface Props {
  state: CohortState;
  prediction: Prediction;
  /** Null if the result has too many rows to load them all. */
  result: ResultRows | null;
  view: TableViewState;
}

/** The overview of a result: histogram, survival by group, and a table of the groups. */
export function Cohort({ state, prediction, result, view }: Props) {
  const words = text.value.plots.cohort;
  const isLargeEnough = prediction.rows >= COHORT_MIN;
  useEffect(() => {
    if (isLargeEnough) void state.load();
  }, [state, isLargeEnough]);
  const bins = state.cohort.value;
  const problem = state.problem.value;
  if (!isLargeEnough || (bins && countOf(bins) < COHORT_MIN)) return null;
  // Printing does not wait for the overview.
  if (!bins && isPrinting.value) return null;
  return (
    <section class="cohort" aria-labelledby="cohort-title">
      <h3 id="cohort-title">{words.title}</h3>
      {problem && <ProblemNotice problem={problem} onRetry={() => void state.load()} />}
      {!bins && !problem && <Loading sentence={words.loading} />}
      {bins && <Overview {...{ bins, prediction, result, view }} />}
    </section>
  );
}

function Overview({ bins, prediction, result, view }: Omit<Props, 'state'> & { bins: Bins }) {
  const survivalYears = prediction.survival_years ?? [];
  const strata = useMemo(() => strataOf(bins), [bins]);
  const { horizon } = resultParametersOf(prediction, modelById(prediction.prediction_model_id));
  const { wholeCurves, isLoading } = useWholeCurves(strata, prediction, result);
  return (
    <div class="cohort-parts">
      <Histogram
        bins={bins}
        chosen={view.value.arrangement.range}
        onChoose={(range) => toggleRange(view, range)}
      >
        <ChosenRange {...{ bins, view }} />
      </Histogram>
      <StrataPlot {...{ strata, survivalYears, wholeCurves, isLoading }} />
      <Strata {...{ strata, view, horizon }} total={countOf(bins)} />
    </div>
  );
}

/** The chosen range, and the way to its patients. */
function ChosenRange({ bins, view }: { bins: Bins; view: TableViewState }) {
  const words = text.value.tableFilter;
  const { range } = view.value.arrangement;
  if (!range) return <p class="hint filter-hint">{words.barsHint}</p>;
  return (
    <p class="filter-chip">
      <span>{words.active([words.range(range.from, range.to)], countInRange(bins, range))}</span>
      <button type="button" class="link-button" onClick={() => focusTable(true)}>
        {words.toTable}
      </button>
      <button
        type="button"
        class="link-button"
        onClick={({ currentTarget: button }) => {
          // The button disappears. The bar that leads the others keeps the focus.
          button.closest('figure')?.querySelector<SVGElement>('[tabindex="0"]')?.focus();
          toggleRange(view, range);
        }}
      >
        {words.clear}
      </button>
    </p>
  );
}

/** Compute the whole mean curves as soon as all rows and the model's card are loaded. */
function useWholeCurves(
  strata: readonly Stratum[],
  prediction: Prediction,
  result: ResultRows | null,
) {
  const end = prediction.survival_years?.at(-1);
  const isPossible = result !== null && end !== undefined;
  useEffect(() => {
    if (isPossible) void loadCurveCard(prediction);
  }, [isPossible, prediction]);
  const card = curveCardOf(prediction);
  const rows = result?.rows.value ?? [];
  const isComplete = rows.length === countOf({ counts: strata.map(({ count }) => count) });
  const wholeCurves = useMemo(
    () =>
      isComplete && end !== undefined && typeof card === 'object'
        ? wholeStrataCurves(strata, rows, end, card)
        : null,
    [strata, rows, end, card, isComplete],
  );
  const isLoading = isPossible && (card === 'loading' || result.isLoading.value);
  return { wholeCurves, isLoading };
}

interface StrataProps {
  strata: readonly Stratum[];
  total: number;
  horizon: number;
  view: TableViewState;
}

function Strata({ strata, total, horizon, view }: StrataProps) {
  const words = text.value.plots.cohort;
  const { format } = text.value;
  const mean = (years: number) => estimateNumber(years, horizon, text.value);
  const percents = wholePercents(strata.map(({ count }) => count));
  const columns = [
    { name: words.patients, value: ({ count }: Stratum) => format.whole(count) },
    {
      name: words.share,
      value: ({ count }: Stratum, index: number) =>
        format.share(count, total, (percents[index] ?? 0) / 100),
    },
    ...optionalColumn(strata, words.mean, 'meanYears', mean),
    ...optionalColumn(strata, words.imputed, 'imputed', format.whole),
    ...optionalColumn(strata, words.outOfRange, 'outOfRange', format.whole),
  ];
  return (
    <table class="strata">
      <caption>{words.strata}</caption>
      <thead>
        <tr>
          <th scope="col">{words.expected}</th>
          {columns.map(({ name }) => (
            <th key={name} scope="col" class="strata-number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {strata.map((stratum, index) => (
          <tr key={stratum.from}>
            <th scope="row">
              <StratumName {...{ stratum, view }} />
            </th>
            {columns.map(({ name, value }) => (
              <td key={name} class="number strata-number" data-label={name}>
                {value(stratum, index)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The button that shows only the patients of a group. */
function StratumName({ stratum, view }: { stratum: Stratum; view: TableViewState }) {
  const { from, to, count } = stratum;
  const { range } = view.value.arrangement;
  const name = text.value.tableFilter.range(from, to);
  // Printed tables have no buttons.
  if (count === 0 || isPrinting.value) return name;
  return (
    <button
      type="button"
      class="link-button"
      aria-pressed={range?.from === from && range.to === to}
      onClick={() => toggleRange(view, { from, to })}
    >
      {name}
    </button>
  );
}

/** Return the column in a list, or an empty list if an older result does not have its values. */
function optionalColumn(
  strata: readonly Stratum[],
  name: string,
  key: 'meanYears' | 'imputed' | 'outOfRange',
  format: (value: number) => string,
) {
  const value = (stratum: Stratum) => {
    const content = stratum[key];
    return content === null ? text.value.plots.cohort.none : format(content);
  };
  return strata.some((stratum) => stratum[key] !== null) ? [{ name, value }] : [];
}
