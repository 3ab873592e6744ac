import { text } from '../../i18n';
import { linearScale, niceAxisEnd } from '../../lib/scale';
import { type Bins, countOf, largestBin, strataOf } from '../../lib/strata';
import { Axes, MARGIN, Plot } from './Plot';
import { PlotData } from './PlotData';

const BOTTOM = 200;

/** The histogram of the expected years, with its values as a table. */
export function Histogram({ bins }: { bins: Bins }) {
  const words = text.value.plots.cohort;
  const { format } = text.value;
  const largest = largestBin(bins);
  const [lowest] = strataOf(bins);
  const label = words.histogramAltText(
    countOf(bins),
    largest,
    lowest?.to ?? largest.to,
    lowest?.count ?? 0,
  );
  return (
    <figure class="plot-figure">
      <figcaption>{words.histogram}</figcaption>
      <Plot
        label={label}
        height={BOTTOM + MARGIN.bottom}
        draw={(width) => {
          const x = linearScale([0, bins.edges.at(-1) ?? 1], [MARGIN.left, width - MARGIN.right]);
          const y = linearScale([0, niceAxisEnd(largest.count, 5)], [BOTTOM, MARGIN.top]);
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
      <HistogramData bins={bins} />
    </figure>
  );
}

function HistogramData({ bins }: { bins: Bins }) {
  const words = text.value.plots.cohort;
  const last = bins.counts.length - 1;
  return (
    <PlotData name={words.histogram}>
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
    </PlotData>
  );
}
