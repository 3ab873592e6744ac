import { line } from 'd3-shape';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { text } from '../i18n';
import type { Scale } from '../lib/scale';

interface PlotProps {
  /** The sentence that stands for the plot. */
  label: string;
  height: number;
  draw: (width: number) => ComponentChildren;
}

/** Drawn for the width it gets, so that its text has the same size on every screen. */
export function Plot({ label, height, draw }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(480);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      // On paper the picture is scaled.
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="plot" ref={box}>
      <svg role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`}>
        {draw(width)}
      </svg>
    </div>
  );
}

/** Room around what is drawn: for the numbers, their unit and the name of the upright axis. */
export const ROOM = { top: 26, left: 44, right: 52, bottom: 22 };

/** Where an axis of probabilities has its numbers. */
export const QUARTERS = [0, 0.25, 0.5, 0.75, 1];

/** Whole years, fewer of them where there is little room. */
export function yearTicks(x: Scale): number[] {
  const [left = 0, right = 0] = x.range();
  return x.ticks(right - left < 320 ? 4 : 6).filter(Number.isInteger);
}

interface AxesProps {
  x: Scale;
  y: Scale;
  yTicks: readonly number[];
  yText: (value: number) => string;
  yTitle: string;
}

export function Axes({ x, y, yTicks, yText, yTitle }: AxesProps) {
  const [left = 0, right = 0] = x.range();
  const [bottom = 0, top = 0] = y.range();
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
            {/* The unit stands behind the last number, which stays at its place. */}
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
