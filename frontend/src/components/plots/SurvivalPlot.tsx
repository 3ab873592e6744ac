import { area } from 'd3-shape';
import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { type CurvePoint, curveOf, hasBand, lineOf } from '../../lib/curve';
import type { Reading } from '../../lib/reading';
import { linearScale, type Scale } from '../../lib/scale';
import { Axes, Plot, pathOf, QUARTERS, ROOM } from './Plot';

const BOTTOM = 226;
/** The interval's place below the numbers of the axis, and its words below that. */
const INTERVAL = BOTTOM + 34;
const HEIGHT = INTERVAL + 26;
/** Wide enough for a letter of a label; what is drawn in a picture can't be measured beforehand. */
const LETTER = 7.3;

/** The predicted curve, its median, and along the axis the expected years with their interval. */
export function SurvivalPlot({ row, reading }: { row: Row; reading: Reading }) {
  const words = text.value.plots.curve;
  const { share } = text.value.format;
  const curve = curveOf(row.survival);
  const end = Math.max(reading.horizon, curve.at(-1)?.years ?? 0);
  const label = words.alternative(row.survival, row.lower, row.upper, row.upper_open);
  return (
    <Plot
      label={label}
      height={HEIGHT}
      draw={(width) => {
        const x = linearScale([0, end], [ROOM.left, width - ROOM.right]);
        const y = linearScale([0, 1], [BOTTOM, ROOM.top]);
        return (
          <>
            <Axes
              {...{ x, y }}
              yTicks={QUARTERS}
              yText={(value) => share(value, 1)}
              yTitle={words.vertical}
            />
            <Curve {...{ x, y, curve }} median={row.median_years} />
            {row.median_years !== null && row.median_years <= end && (
              <Median {...{ x, y }} years={row.median_years} />
            )}
            <Interval {...{ x, row }} end={reading.horizon} />
          </>
        );
      }}
    />
  );
}

interface CurveProps {
  x: Scale;
  y: Scale;
  curve: readonly CurvePoint[];
  median: number | null;
}

function Curve({ x, y, curve, median }: CurveProps) {
  const band = area<CurvePoint>(
    (point) => x(point.years),
    (point) => y(point.band?.lower ?? 0),
    (point) => y(point.band?.upper ?? 0),
  );
  return (
    <>
      {hasBand(curve) && <path class="plot-band" d={band(curve) ?? ''} />}
      <path class="plot-line" d={pathOf(x, y, lineOf(curve, median))} />
      {curve.map((point) => (
        <circle
          key={point.years}
          class="plot-point"
          cx={x(point.years)}
          cy={y(point.probability)}
          r="3.5"
        />
      ))}
    </>
  );
}

/** Its words stand where the falling curve leaves room: below it, or above it near the start. */
function Median({ x, y, years }: { x: Scale; y: Scale; years: number }) {
  const words = text.value.plots.curve.median(years);
  const isBelow = x(years) - ROOM.left > words.length * LETTER + 12;
  return (
    <>
      <path class="plot-median" d={`M${ROOM.left} ${y(0.5)}H${x(years)}V${BOTTOM}`} />
      <text
        class="plot-label"
        x={x(years) + (isBelow ? -6 : 8)}
        y={y(0.5) + (isBelow ? 16 : -6)}
        text-anchor={isBelow ? 'end' : 'start'}
      >
        {words}
      </text>
    </>
  );
}

function Interval({ x, row, end }: { x: Scale; row: Row; end: number }) {
  const { years, lower, upper, upper_open } = row;
  const words = text.value.plots.curve.interval(years, lower, upper, upper_open);
  const { start: left, end: right } = x;
  const from = x(lower);
  const to = Math.max(from, x(upper_open ? end : Math.min(upper, end)));
  const half = (words.length * LETTER) / 2;
  const place = Math.max(half, Math.min((from + to) / 2, right + ROOM.right - half));
  return (
    <>
      <line class="plot-axis" x1={left} x2={right} y1={INTERVAL} y2={INTERVAL} />
      <rect class="interval-range" x={from} y={INTERVAL - 4} width={to - from} height="8" rx="2" />
      <path class="interval-end" d={`M${from} ${INTERVAL - 6}v12`} />
      {upper_open ? (
        <path class="interval-open" d={`M${to - 7} ${INTERVAL - 7}l8 7l-8 7Z`} />
      ) : (
        <path class="interval-end" d={`M${to} ${INTERVAL - 6}v12`} />
      )}
      <circle class="interval-point" cx={x(years)} cy={INTERVAL} r="5" />
      <text class="plot-label" x={place} y={INTERVAL + 22} text-anchor="middle">
        {words}
      </text>
    </>
  );
}
