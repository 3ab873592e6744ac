import { text } from '../../i18n';
import { spreadLabels } from '../../lib/curve';
import { linearScale, type Scale } from '../../lib/scale';
import { type Stratum, type StratumCurve, strataCurves } from '../../lib/strata';
import { MARGIN, Plot, pathOf, SurvivalAxes } from './Plot';
import { PlotData } from './PlotData';

const BOTTOM = 200;
const LABEL_HEIGHT = 15;

interface Props {
  strata: readonly Stratum[];
  survivalYears: readonly number[];
  /** Null if only the points at `survivalYears` are known. */
  wholeCurves: ReadonlyMap<Stratum, StratumCurve['points']> | null;
  /** Whether the whole curves may still become known. */
  isLoading: boolean;
}

/** The mean survival curve of each stratum. Empty if the result has no curves. */
export function StrataPlot({ strata, survivalYears, wholeCurves, isLoading }: Props) {
  const words = text.value.plots.cohort;
  const curves = strataCurves(strata, survivalYears);
  if (curves.length === 0) return null;
  return (
    <figure class="plot-figure">
      <figcaption>{words.curves}</figcaption>
      <Plot
        label={words.curvesAltText(curves)}
        height={BOTTOM + MARGIN.bottom}
        draw={(width) => {
          const x = linearScale(
            [0, survivalYears.at(-1) ?? 1],
            [MARGIN.left, width - MARGIN.right],
          );
          const y = linearScale([0, 1], [BOTTOM, MARGIN.top]);
          return (
            <>
              <SurvivalAxes {...{ x, y }} />
              <Lines {...{ x, y, strata, curves, wholeCurves }} />
            </>
          );
        }}
      />
      {!wholeCurves && !isLoading && <p class="hint">{words.curvesGuide}</p>}
      <CurvesData curves={curves} />
    </figure>
  );
}

interface LinesProps {
  x: Scale;
  y: Scale;
  /** All groups, so that each has the same style in every result. */
  strata: readonly Stratum[];
  curves: readonly StratumCurve[];
  wholeCurves: Props['wholeCurves'];
}

function Lines({ x, y, strata, curves, wholeCurves }: LinesProps) {
  const words = text.value.plots.cohort;
  const ends = curves.map(({ points }) => y(points.at(-1)?.probability ?? 0));
  const labelPositions = spreadLabels(ends, LABEL_HEIGHT, BOTTOM - 6);
  return (
    <>
      {curves.map(({ stratum, points }, index) => (
        <g key={stratum.from} class={`stratum stratum-${strata.indexOf(stratum) + 1}`}>
          {wholeCurves ? (
            <path class="plot-line" d={pathOf(x, y, wholeCurves.get(stratum) ?? [])} />
          ) : (
            <Guide {...{ x, y, points }} />
          )}
          <text class="plot-label" x={x.end + 6} y={(labelPositions[index] ?? 0) + 4}>
            {words.stratumShort(stratum.from, stratum.to)}
          </text>
        </g>
      ))}
    </>
  );
}

/** Known points of a curve, joined by thin lines. */
function Guide({ x, y, points }: { x: Scale; y: Scale; points: StratumCurve['points'] }) {
  return (
    <>
      <path class="plot-line plot-guide" d={pathOf(x, y, points)} />
      {points.map(({ years, probability }) => (
        <circle key={years} class="plot-point" cx={x(years)} cy={y(probability)} r="3.5" />
      ))}
    </>
  );
}

function CurvesData({ curves }: { curves: readonly StratumCurve[] }) {
  const words = text.value.plots.cohort;
  const { result, tableFilter, format } = text.value;
  return (
    <PlotData name={words.curves}>
      <thead>
        <tr>
          <th scope="col">{result.survivalTime}</th>
          {curves.map(({ stratum }) => (
            <th
              key={stratum.from}
              scope="col"
              aria-label={tableFilter.range(stratum.from, stratum.to)}
            >
              {words.stratumShort(stratum.from, stratum.to)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {(curves[0]?.points ?? []).slice(1).map(({ years }, point) => (
          <tr key={years}>
            <th scope="row">{result.survivalYears(years)}</th>
            {curves.map(({ stratum, points }) => (
              <td key={stratum.from} class="number">
                {format.percent(points[point + 1]?.probability ?? 0)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </PlotData>
  );
}
