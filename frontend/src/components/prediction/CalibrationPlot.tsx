import type { CommonHorizon } from '../../api/types';
import { text } from '../../i18n';
import { linearScale } from '../../lib/scale';
import { Axes, MARGIN, Plot } from '../plots/Plot';
import { PlotData } from '../plots/PlotData';

const BOTTOM = 226;
/** Half the width of a 95% range, in standard errors. */
const NORMAL_95 = 1.96;

/** The estimated and the lived years of four groups of patients. */
export function CalibrationPlot({ figures }: { figures: CommonHorizon }) {
  const words = text.value.models;
  const { horizon_years: horizon, calibration: groups } = figures;
  return (
    <>
      <Plot
        label={words.plotAltText(groups, horizon)}
        height={BOTTOM + MARGIN.bottom + 18}
        draw={(width) => {
          const x = linearScale([0, horizon], [MARGIN.left, width - MARGIN.right]);
          const y = linearScale([0, horizon], [BOTTOM, MARGIN.top]);
          return (
            <>
              <Axes
                {...{ x, y }}
                yTicks={y.ticks(horizon)}
                yText={text.value.format.whole}
                yTitle={words.lived}
              />
              <text x={MARGIN.left} y={BOTTOM + 34}>
                {words.estimated}
              </text>
              <path class="plot-median" d={`M${x(0)} ${y(0)}L${x(horizon)} ${y(horizon)}`} />
              {groups.map(({ predicted, observed, bias_se }) => {
                const half = NORMAL_95 * bias_se;
                const [low, high] = [
                  Math.max(0, observed - half),
                  Math.min(horizon, observed + half),
                ];
                return (
                  <g key={predicted}>
                    <path class="plot-bars" d={`M${x(predicted)} ${y(low)}V${y(high)}`} />
                    <circle class="plot-point" cx={x(predicted)} cy={y(observed)} r="4" />
                  </g>
                );
              })}
            </>
          );
        }}
      />
      <p class="hint">{words.plotHint}</p>
      <PlotData name={words.plot}>
        <thead>
          <tr>
            <th scope="col">{words.estimated}</th>
            <th scope="col">{words.lived}</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ predicted, observed }) => (
            <tr key={predicted}>
              <td class="number">{text.value.format.hundredth(predicted)}</td>
              <td class="number">{text.value.format.hundredth(observed)}</td>
            </tr>
          ))}
        </tbody>
      </PlotData>
    </>
  );
}
