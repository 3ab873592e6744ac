import { axisTicks, placeInterval, placeOnAxis } from '../../lib/axis';

interface Estimate {
  years: number;
  lower: number;
  upper: number;
  upper_open: boolean;
}

/**
 * A bar with an estimate and its interval on the axis of years. Its geometry is in per cent, so that
 * it fits any width. Screen readers skip it, because the text beside it says the same.
 */
export function IntervalBar({ estimate, horizon }: { estimate: Estimate; horizon: number }) {
  const position = placeInterval(estimate, horizon);
  return (
    <svg class="interval" width="100%" height="18" aria-hidden="true">
      <Ticks horizon={horizon} />
      {position.end > position.start && (
        <rect
          class="interval-range"
          x={`${position.start}%`}
          y="5"
          width={`${position.end - position.start}%`}
          height="8"
          rx="2"
        />
      )}
      <line
        class="interval-end"
        x1={`${position.start}%`}
        x2={`${position.start}%`}
        y1="3"
        y2="15"
      />
      {position.open ? (
        <svg x="100%" y="0" overflow="visible" aria-hidden="true">
          <path class="interval-open" d="M0 2 L8 9 L0 16 Z" />
        </svg>
      ) : (
        <line class="interval-end" x1={`${position.end}%`} x2={`${position.end}%`} y1="3" y2="15" />
      )}
      <circle class="interval-point" cx={`${position.point}%`} cy="9" r="5" />
    </svg>
  );
}

function Ticks({ horizon }: { horizon: number }) {
  return (
    <>
      <line class="interval-axis" x1="0" x2="100%" y1="9" y2="9" />
      {axisTicks(horizon).map((year) => (
        <line
          key={year}
          class="interval-tick"
          x1={`${placeOnAxis(year, horizon)}%`}
          x2={`${placeOnAxis(year, horizon)}%`}
          y1="0"
          y2="18"
        />
      ))}
    </>
  );
}

/** The numbers of the axis, above or below the bars. */
export function AxisLabels({ horizon }: { horizon: number }) {
  return (
    <svg class="axis-labels" width="100%" height="14" aria-hidden="true">
      {axisTicks(horizon).map((year) => (
        <text
          key={year}
          x={`${placeOnAxis(year, horizon)}%`}
          y="11"
          text-anchor={year === 0 ? 'start' : year === horizon ? 'end' : 'middle'}
        >
          {year}
        </text>
      ))}
    </svg>
  );
}
