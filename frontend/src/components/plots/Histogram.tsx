import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { text } from '../../i18n';
import { isInRange, type YearRange } from '../../lib/rowTable';
import { linearScale, niceAxisEnd, type Scale } from '../../lib/scale';
import { type Bins, countOf, largestBin, rangeOf, strataOf } from '../../lib/strata';
import { Axes, MARGIN, Plot } from './Plot';
import { PlotData } from './PlotData';

const BOTTOM = 200;

interface Choice {
  bins: Bins;
  chosen: YearRange | null;
  onChoose: (range: YearRange) => void;
}

interface Props extends Choice {
  /** Beneath the plot. */
  children: ComponentChildren;
}

/** The histogram of the expected years, with its values as a table. Each bar is a button. */
export function Histogram({ bins, chosen, onChoose, children }: Props) {
  const words = text.value.plots.cohort;
  const { format } = text.value;
  const largest = largestBin(bins);
  const [lowest] = strataOf(bins);
  const label = words.histogramAltText(countOf(bins), largest, lowest?.to ?? 0, lowest?.count ?? 0);
  return (
    <figure class="plot-figure">
      <figcaption>{words.histogram}</figcaption>
      <Plot
        label={label}
        height={BOTTOM + MARGIN.bottom}
        hasControls
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
              <Bars {...{ bins, chosen, onChoose, x, y }} />
            </>
          );
        }}
      />
      {children}
      <HistogramData {...{ bins, chosen, onChoose }} />
    </figure>
  );
}

/** The bars. Tab leads to one of them, and the arrow keys lead from there to the others. */
function Bars({ bins, chosen, onChoose, x, y }: Choice & { x: Scale; y: Scale }) {
  const [visited, setVisited] = useState<number | null>(null);
  const group = useRef<SVGGElement>(null);
  const buttons = bins.counts.flatMap((count, bin) => (count > 0 ? [bin] : []));
  const tabStop = visited ?? buttons.find((bin) => isChosen(bins, bin, chosen)) ?? buttons[0];

  function move(bin: number, step: number): void {
    const next = buttons[buttons.indexOf(bin) + step];
    group.current?.querySelector<SVGElement>(`[data-bin="${next}"]`)?.focus();
  }

  function press(event: KeyboardEvent, bin: number): void {
    if (event.key === 'ArrowLeft') move(bin, -1);
    else if (event.key === 'ArrowRight') move(bin, 1);
    else if (event.key === 'Enter' || event.key === ' ') onChoose(rangeOf(bins, bin));
    else return;
    event.preventDefault();
  }

  return (
    <g ref={group}>
      {buttons.map((bin) => (
        // biome-ignore lint/a11y/useSemanticElements: SVG has no button.
        <g
          key={bin}
          class="plot-button"
          role="button"
          data-bin={bin}
          tabIndex={bin === tabStop ? 0 : -1}
          aria-pressed={isChosen(bins, bin, chosen)}
          aria-label={text.value.tableFilter.bar(nameOf(bins, bin), bins.counts[bin] ?? 0)}
          onClick={() => onChoose(rangeOf(bins, bin))}
          onFocus={() => setVisited(bin)}
          onKeyDown={(event) => press(event, bin)}
        >
          <Bar {...{ bins, bin, chosen, x, y }} />
        </g>
      ))}
      {/* Above the other bars, which would cover a part of it. */}
      {visited !== null &&
        ['plot-focus plot-focus-gap', 'plot-focus'].map((kind) => (
          <rect key={kind} class={kind} {...areaOf(bins, visited, x)} />
        ))}
    </g>
  );
}

interface BarProps extends Pick<Choice, 'bins' | 'chosen'> {
  bin: number;
  x: Scale;
  y: Scale;
}

/** A bar, and around it an area as high as the plot, because bars can be low. */
function Bar({ bins, bin, chosen, x, y }: BarProps) {
  const { from } = rangeOf(bins, bin);
  const count = bins.counts[bin] ?? 0;
  const area = areaOf(bins, bin, x);
  const isFaint = chosen !== null && !isInRange(from, chosen);
  return (
    <>
      <rect class="plot-hit" {...area} />
      <rect
        class={isFaint ? 'plot-bar plot-bar-faint' : 'plot-bar'}
        {...area}
        y={y(count)}
        height={BOTTOM - y(count)}
      />
    </>
  );
}

/** Return the area of a bar, as high as the plot. */
function areaOf({ edges }: Bins, bin: number, x: Scale) {
  const left = x(edges[bin] ?? 0) + 1;
  const width = Math.max(0, x(edges[bin + 1] ?? 0) - left - 1);
  return { x: left, y: MARGIN.top, width, height: BOTTOM - MARGIN.top };
}

function isChosen(bins: Bins, bin: number, chosen: YearRange | null): boolean {
  const { from, to } = rangeOf(bins, bin);
  return chosen?.from === from && chosen.to === to;
}

function nameOf(bins: Bins, bin: number): string {
  const { from, to } = rangeOf(bins, bin);
  return text.value.tableFilter.range(from, to);
}

/** The bins as a table. Its buttons are large enough for a finger, unlike narrow bars. */
function HistogramData({ bins, chosen, onChoose }: Choice) {
  const words = text.value.plots.cohort;
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
              {count === 0 ? (
                nameOf(bins, bin)
              ) : (
                <button
                  type="button"
                  class="link-button"
                  aria-pressed={isChosen(bins, bin, chosen)}
                  onClick={() => onChoose(rangeOf(bins, bin))}
                >
                  {nameOf(bins, bin)}
                </button>
              )}
            </th>
            <td class="number">{text.value.format.whole(count)}</td>
          </tr>
        ))}
      </tbody>
    </PlotData>
  );
}
