import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { curveOf, hasBand } from '../../lib/curve';
import { PlotFigures } from './PlotFigures';

/** The figures behind the curve. */
export function CurveFigures({ row }: { row: Row }) {
  const words = text.value.plots.curve;
  const { result, format } = text.value;
  const curve = curveOf(row.survival);
  const isBanded = hasBand(curve);
  return (
    <PlotFigures name={text.value.result.survivalTitle}>
      <thead>
        <tr>
          <th scope="col">{result.survivalTime}</th>
          <th scope="col">{result.survivalProbability}</th>
          {isBanded && <th scope="col">{words.band}</th>}
        </tr>
      </thead>
      <tbody>
        {curve.slice(1).map(({ years, probability, band }) => (
          <tr key={years}>
            <th scope="row">{result.survivalYears(years)}</th>
            <td class="number">{format.percent(probability)}</td>
            {isBanded && band && <td class="number">{words.bandValue(band.lower, band.upper)}</td>}
          </tr>
        ))}
      </tbody>
    </PlotFigures>
  );
}
