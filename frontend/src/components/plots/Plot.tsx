import { line } from 'd3-shape';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../../i18n';
import type { Scale } from '../../lib/scale';
import { isPrinting } from '../../state/printing';

interface PlotProps {
  /** The alternative text. */
  label: string;
  height: number;
  draw: (width: number) => ComponentChildren;
  /** Whether it has controls. Those of a picture would be hidden from screen readers. */
  hasControls?: boolean;
}

/** About half a sheet. The width cannot be measured on paper, so the plot is scaled to it. */
const PRINTED_WIDTH = 380;

/** A plot, drawn for its actual width, so that its text has the same size on every screen. */
export function Plot({ label, height, draw, hasControls = false }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const drawnWidth = isPrinting.value ? PRINTED_WIDTH : width;
  return (
    <div class="plot" ref={box}>
      <svg
        role={hasControls ? 'group' : 'img'}
        aria-label={label}
        viewBox={`0 0 ${drawnWidth} ${height}`}
      >
        {draw(drawnWidth)}
      </svg>
    </div>
  );
}

/** The margin for the numbers of the axes, their unit and the name of the vertical axis. */
export const MARGIN = { top: 26, left: 44, right: 52, bottom: 22 };

/** The ticks of a probability axis. */
const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

/** Return ticks in whole years, fewer on a narrow axis. */
export function yearTicks(x: Scale): number[] {
  return x.ticks(x.end - x.start < 320 ? 5 : 8);
}

/** The axes of survival curves: years, and the probability from 0 to 1. */
export function SurvivalAxes({ x, y }: { x: Scale; y: Scale }) {
  const { format, plots } = text.value;
  return (
    <Axes
      {...{ x, y }}
      yTicks={QUARTERS}
      yText={(value) => format.share(value, 1)}
      yTitle={plots.curve.vertical}
    />
  );
}

interface AxesProps {
  x: Scale;
  y: Scale;
  yTicks: readonly number[];
  yText: (value: number) => string;
  yTitle: string;
}

export function Axes({ x, y, yTicks, yText, yTitle }: AxesProps) {
  const { start: left, end: right } = x;
  const { start: bottom, end: top } = y;
  const xTicks = yearTicks(x);
  const words = text.value.result;
  return (
    <>
      <text x={0} y={top - 12}>
        {yTitle}
      </text>
      {yTicks.map((tick) => (
        <g key={`y${tick}`}>
          <line class="plot-grid" x1={left} x2={right} y1={y(tick)} y2={y(tick)} />
          <text x={left - 6} y={y(tick) + 4} text-anchor="end">
            {yText(tick)}
          </text>
        </g>
      ))}
      <path class="plot-axis" d={`M${left} ${bottom}H${right}`} />
      {xTicks.map((tick) => {
        const isLast = tick === xTicks.at(-1);
        return (
          <g key={`x${tick}`}>
            <path class="plot-axis" d={`M${x(tick)} ${bottom}v4`} />
            {/* The last number has the unit after it, and is aligned like the others. */}
            <text x={x(tick) - 4} y={bottom + 16}>
              {isLast ? words.survivalYears(tick) : tick}
            </text>
          </g>
        );
      })}
    </>
  );
}

export function pathOf(
  x: Scale,
  y: Scale,
  points: readonly { years: number; probability: number }[],
): string {
  const path = line<{ years: number; probability: number }>(
    (point) => x(point.years),
    (point) => y(point.probability),
  );
  return path(points) ?? '';
}
