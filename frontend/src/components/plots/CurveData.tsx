import type { Row } from '../../api/types';
import { text } from '../../i18n';
import { curveOf, hasBand } from '../../lib/curve';
import { PlotData } from './PlotData';

/** The table of the survival curve's values. */
export function CurveData({ row }: { row: Row }) {
  const words = text.value.plots.curve;
  const { result, format } = text.value;
  const curve = curveOf(row.survival);
  const isWithBand = hasBand(curve);
  return (
    <PlotData name={text.value.result.survivalTitle}>
      <thead>
        <tr>
          <th scope="col">{result.survivalTime}</th>
          <th scope="col">{result.survivalProbability}</th>
          {isWithBand && <th scope="col">{words.band}</th>}
        </tr>
      </thead>
      <tbody>
        {curve.slice(1).map(({ years, probability, band }) => (
          <tr key={years}>
            <th scope="row">{result.survivalYears(years)}</th>
            <td class="number">{format.percent(probability)}</td>
            {isWithBand && band && (
              <td class="number">{words.bandValue(band.lower, band.upper)}</td>
            )}
          </tr>
        ))}
      </tbody>
    </PlotData>
  );
}
