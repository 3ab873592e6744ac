import { text } from '../../i18n';
import { linearScale, roundEnd } from '../../lib/scale';
import { type Bins, countOf, fullestBin, strataOf } from '../../lib/strata';
import { Axes, Plot, ROOM } from './Plot';
import { PlotFigures } from './PlotFigures';

const BOTTOM = 200;

export function Histogram({ bins }: { bins: Bins }) {
  const words = text.value.plots.cohort;
  const { format } = text.value;
  const fullest = fullestBin(bins);
  const [lowest] = strataOf(bins);
  const label = words.histogramAlternative(
    countOf(bins),
    fullest,
    lowest?.to ?? fullest.to,
    lowest?.count ?? 0,
  );
  return (
    <figure class="plot-figure">
      <figcaption>{words.histogram}</figcaption>
      <Plot
        label={label}
        height={BOTTOM + ROOM.bottom}
        draw={(width) => {
          const x = linearScale([0, bins.edges.at(-1) ?? 1], [ROOM.left, width - ROOM.right]);
          const y = linearScale([0, roundEnd(fullest.count, 5)], [BOTTOM, ROOM.top]);
          return (
            <>
              <Axes
                {...{ x, y }}
                yTicks={y.ticks(5)}
                yText={format.whole}
                yTitle={words.histogramVertical}
              />
              {bins.counts.map((count, bin) => (
                <rect
                  key={bin}
                  class="plot-bar"
                  x={x(bins.edges[bin] ?? 0) + 1}
                  y={y(count)}
                  width={Math.max(0, x(bins.edges[bin + 1] ?? 0) - x(bins.edges[bin] ?? 0) - 2)}
                  height={BOTTOM - y(count)}
                />
              ))}
            </>
          );
        }}
      />
      <Figures bins={bins} />
    </figure>
  );
}

function Figures({ bins }: { bins: Bins }) {
  const words = text.value.plots.cohort;
  const last = bins.counts.length - 1;
  return (
    <PlotFigures name={words.histogram}>
      <thead>
        <tr>
          <th scope="col">{words.expected}</th>
          <th scope="col">{words.patients}</th>
        </tr>
      </thead>
      <tbody>
        {bins.counts.map((count, bin) => (
          <tr key={bin}>
            <th scope="row">
              {words.binName(bins.edges[bin] ?? 0, bins.edges[bin + 1] ?? 0, bin === last)}
            </th>
            <td class="number">{text.value.format.whole(count)}</td>
          </tr>
        ))}
      </tbody>
    </PlotFigures>
  );
}
