import { text } from '../../i18n';
import { curveOf, wholeCurve } from '../../lib/curve';
import { estimateText, intervalLabel, intervalText } from '../../lib/interval';
import { contributionTotal } from '../../lib/patientRow';
import { linearScale, type Scale } from '../../lib/scale';
import { models } from '../../state/catalogue';
import { curveCardOf } from '../../state/curveCard';
import { MARGIN, Plot, pathOf, SurvivalAxes } from '../plots/Plot';
import type { Estimate } from './estimate';

const BOTTOM = 226;
/** The height of a model's title, estimate and interval below the axis. */
const INTERVAL_HEIGHT = 62;

/**
 * The curves of the models, and below them the expected years with the interval of each, on one axis
 * of years.
 */
export function ComparisonPlot({ estimates }: { estimates: readonly Estimate[] }) {
  const words = text.value.comparison;
  const ends = estimates.map(({ row, parameters }) =>
    Math.max(parameters.horizon, row.survival.at(-1)?.years ?? 0),
  );
  const lines = estimates.map(({ title, row, parameters: { horizon } }) =>
    words.plotLine(
      title,
      estimateText(row.years, horizon, text.value),
      intervalText(row, horizon, text.value),
    ),
  );
  return (
    <Plot
      label={words.plotAltText(lines)}
      height={BOTTOM + MARGIN.bottom + 12 + INTERVAL_HEIGHT * estimates.length}
      draw={(width) => {
        const x = linearScale([0, Math.max(...ends)], [MARGIN.left, width - MARGIN.right]);
        const y = linearScale([0, 1], [BOTTOM, MARGIN.top]);
        return (
          <>
            <SurvivalAxes {...{ x, y }} />
            {estimates.map((estimate, index) => (
              <g
                key={estimate.prediction.prediction_id}
                class={`compared-${(colourOf(estimate) % 4) + 1}`}
              >
                <Curve {...{ x, y, estimate }} />
                <Interval
                  {...{ x, estimate }}
                  top={BOTTOM + MARGIN.bottom + 18 + INTERVAL_HEIGHT * index}
                />
              </g>
            ))}
          </>
        );
      }}
    />
  );
}

/** Return the model's place in the catalogue, so that it keeps its colour when another is added. */
function colourOf({ prediction }: Estimate): number {
  return (models.value ?? []).findIndex(({ id }) => id === prediction.prediction_model_id) + 1;
}

/** A model's curve: whole if its card is known, otherwise its points, joined by thin lines. */
function Curve({
  x,
  y,
  estimate: { prediction, row },
}: {
  x: Scale;
  y: Scale;
  estimate: Estimate;
}) {
  const card = curveCardOf(prediction);
  const points = curveOf(row.survival);
  if (points.length === 0) return null;
  const isKnown = typeof card === 'object';
  const line = isKnown ? wholeCurve(row.survival, contributionTotal(row), card) : points;
  return (
    <>
      <path class={isKnown ? 'plot-line' : 'plot-line plot-guide'} d={pathOf(x, y, line)} />
      {points.slice(1).map(({ years, probability }) => (
        <circle key={years} class="plot-point" cx={x(years)} cy={y(probability)} r="3" />
      ))}
    </>
  );
}

/** A model's title with the pattern of its curve, and its expected years with their interval. */
function Interval({ x, estimate, top }: { x: Scale; estimate: Estimate; top: number }) {
  const { row, parameters, title } = estimate;
  const { horizon } = parameters;
  const middle = top + 32;
  const from = x(row.lower);
  const to = Math.max(from, x(row.upper_open ? horizon : Math.min(row.upper, horizon)));
  const hasCurve = row.survival.length > 0;
  return (
    <>
      {hasCurve && <path class="plot-line" d={`M0 ${top - 4}h26`} />}
      <text class="plot-label" x={hasCurve ? 32 : 0} y={top}>
        {title}
      </text>
      <text x={0} y={top + 16}>
        {intervalLabel(row, horizon, text.value)}
      </text>
      <path class="plot-axis" d={`M${x.start} ${middle}H${x(horizon)}`} />
      <rect class="interval-range" x={from} y={middle - 4} width={to - from} height="8" rx="2" />
      <path class="interval-end" d={`M${from} ${middle - 6}v12`} />
      {row.upper_open ? (
        <path class="interval-open" d={`M${to} ${middle - 7}l8 7l-8 7Z`} />
      ) : (
        <path class="interval-end" d={`M${to} ${middle - 6}v12`} />
      )}
      <circle class="interval-point" cx={x(row.years)} cy={middle} r="5" />
    </>
  );
}
