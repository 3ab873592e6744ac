import { area } from 'd3-shape';
import type { CurveCard, Row } from '../../api/types';
import { text } from '../../i18n';
import { type CurvePoint, curveOf, hasBand, wholeCurve } from '../../lib/curve';
import { intervalLabel, intervalText } from '../../lib/interval';
import { contributionTotal } from '../../lib/patientRow';
import type { ResultParameters } from '../../lib/resultParameters';
import { linearScale, type Scale } from '../../lib/scale';
import { MARGIN, Plot, pathOf, SurvivalAxes } from './Plot';

const BOTTOM = 226;
/** The vertical position of the interval, below the numbers of the axis. Its label is below it. */
const INTERVAL_Y = BOTTOM + 34;
const HEIGHT = INTERVAL_Y + 26;
/** An upper estimate of a letter's width, because text cannot be measured before it is drawn. */
const LETTER_WIDTH = 7.3;

interface Props {
  row: Row;
  parameters: ResultParameters;
  /** Null if the curve between its known points is unknown. */
  card: CurveCard | null;
}

/**
 * The predicted survival curve, its median, and the expected years with their interval below the
 * axis.
 */
export function SurvivalPlot({ row, parameters, card }: Props) {
  const words = text.value.plots.curve;
  const points = curveOf(row.survival);
  const curve = card && wholeCurve(row.survival, contributionTotal(row), card);
  const end = Math.max(parameters.horizon, points.at(-1)?.years ?? 0);
  const interval = intervalText(row, parameters.horizon, text.value);
  const label = words.altText(row.survival, interval);
  return (
    <Plot
      label={label}
      height={HEIGHT}
      draw={(width) => {
        const x = linearScale([0, end], [MARGIN.left, width - MARGIN.right]);
        const y = linearScale([0, 1], [BOTTOM, MARGIN.top]);
        return (
          <>
            <SurvivalAxes {...{ x, y }} />
            {curve ? <Curve {...{ x, y, curve }} /> : <Bars {...{ x, y, points }} />}
            {points.map(({ years, probability }) => (
              <circle key={years} class="plot-point" cx={x(years)} cy={y(probability)} r="3.5" />
            ))}
            {row.median_years !== null && row.median_years <= end && (
              <Median {...{ x, y }} years={row.median_years} />
            )}
            <Interval {...{ x, row }} end={parameters.horizon} />
          </>
        );
      }}
    />
  );
}

interface Scales {
  x: Scale;
  y: Scale;
}

function Curve({ x, y, curve }: Scales & { curve: readonly CurvePoint[] }) {
  const banded = curve.filter(({ band }) => band !== null);
  const band = area<CurvePoint>(
    (point) => x(point.years),
    (point) => y(point.band?.lower ?? 0),
    (point) => y(point.band?.upper ?? 0),
  );
  return (
    <>
      {banded.length > 0 && <path class="plot-band" d={band(banded) ?? ''} />}
      <path class="plot-line" d={pathOf(x, y, curve)} />
    </>
  );
}

/** The band at the known points. */
function Bars({ x, y, points }: Scales & { points: readonly CurvePoint[] }) {
  if (!hasBand(points)) return null;
  return points.map(({ years, band }) => (
    <path
      key={years}
      class="plot-bars"
      d={`M${x(years)} ${y(band?.lower ?? 0)}V${y(band?.upper ?? 0)}`}
    />
  ));
}

/**
 * The median. Its label is below the curve, or above it near the start, where there is no space
 * below.
 */
function Median({ x, y, years }: Scales & { years: number }) {
  const label = text.value.plots.curve.median(years);
  const isBelow = x(years) - MARGIN.left > label.length * LETTER_WIDTH + 12;
  return (
    <>
      <path class="plot-median" d={`M${MARGIN.left} ${y(0.5)}H${x(years)}V${BOTTOM}`} />
      <text
        class="plot-label"
        x={x(years) + (isBelow ? -6 : 8)}
        y={y(0.5) + (isBelow ? 16 : -6)}
        text-anchor={isBelow ? 'end' : 'start'}
      >
        {label}
      </text>
    </>
  );
}

function Interval({ x, row, end }: { x: Scale; row: Row; end: number }) {
  const { years, lower, upper, upper_open } = row;
  const label = intervalLabel(row, end, text.value);
  const { start: left, end: right } = x;
  const from = x(lower);
  const to = Math.max(from, x(upper_open ? end : Math.min(upper, end)));
  const halfWidth = (label.length * LETTER_WIDTH) / 2;
  const labelX = Math.max(halfWidth, Math.min((from + to) / 2, right + MARGIN.right - halfWidth));
  return (
    <>
      <line class="plot-axis" x1={left} x2={right} y1={INTERVAL_Y} y2={INTERVAL_Y} />
      {to > from && (
        <rect
          class="interval-range"
          x={from}
          y={INTERVAL_Y - 4}
          width={to - from}
          height="8"
          rx="2"
        />
      )}
      <path class="interval-end" d={`M${from} ${INTERVAL_Y - 6}v12`} />
      {upper_open ? (
        <path class="interval-open" d={`M${to} ${INTERVAL_Y - 7}l8 7l-8 7Z`} />
      ) : (
        <path class="interval-end" d={`M${to} ${INTERVAL_Y - 6}v12`} />
      )}
      <circle class="interval-point" cx={x(years)} cy={INTERVAL_Y} r="5" />
      <text class="plot-label" x={labelX} y={INTERVAL_Y + 22} text-anchor="middle">
        {label}
      </text>
    </>
  );
}
