import { text } from '../../i18n';
import type { Frame } from '../../lib/survivalFrames';

const PLACES = Array.from({ length: 100 }, (_, index) => index);
const STEP = 20;

/**
 * A hundred people, ten in a row: filled circles are alive, empty ones with a stroke have died, so
 * that nobody has to tell them apart by colour.
 */
export function IconArray({ frame: { years, alive } }: { frame: Frame }) {
  const words = text.value.patientPage;
  return (
    <figure class="icon-array">
      <svg
        role="img"
        aria-label={words.frame(years, alive)}
        viewBox={`0 0 ${10 * STEP} ${10 * STEP}`}
      >
        {PLACES.map((place) => (
          <Person
            key={place}
            x={((place % 10) + 0.5) * STEP}
            y={(Math.floor(place / 10) + 0.5) * STEP}
            isAlive={place < alive}
          />
        ))}
      </svg>
      <figcaption>
        <Key isAlive={true} name={words.alive} />
        <Key isAlive={false} name={words.died} />
      </figcaption>
    </figure>
  );
}

function Person({ x, y, isAlive }: { x: number; y: number; isAlive: boolean }) {
  if (isAlive) return <circle class="person-alive" cx={x} cy={y} r="7.5" />;
  return (
    <g class="person-died">
      <circle cx={x} cy={y} r="6.75" />
      <path d={`M${x - 4.5} ${y + 4.5}l9 -9`} />
    </g>
  );
}

function Key({ isAlive, name }: { isAlive: boolean; name: string }) {
  return (
    <span>
      <svg width="16" height="16" viewBox="0 0 20 20" aria-hidden="true">
        <Person x={10} y={10} isAlive={isAlive} />
      </svg>{' '}
      {name}
    </span>
  );
}
