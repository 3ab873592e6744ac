import { useEffect } from 'preact/hooks';
import { text } from '../../i18n';
import { wholeCurve } from '../../lib/curve';
import { estimateText } from '../../lib/interval';
import {
  missingColumns,
  type Score,
  type ScoreCard,
  type ScoreValues,
  scoreOf,
} from '../../lib/mayoScore';
import { linearScale } from '../../lib/scale';
import { fields, visibleFinding } from '../../state/patientForm';
import { loadScoreCard, scoreCard } from '../../state/scoreCard';
import { MARGIN, Plot, pathOf, SurvivalAxes } from '../plots/Plot';
import { LiveScoreNotLoaded } from './LiveScoreNotLoaded';
import { labelOf } from './PatientField';

/** The published score and its curve, which follow the fields of the form at once. */
export function LiveScore() {
  const words = text.value.values.live;
  useEffect(() => void loadScoreCard(), []);
  const card = scoreCard.value;
  if (card === null) return null;
  return (
    <section class="live-score" aria-labelledby="live-score">
      <h3 id="live-score">{words.title}</h3>
      <p class="hint">{words.lead}</p>
      {card === 'loading' && <p>{words.loading}</p>}
      {card === 'failed' && <LiveScoreNotLoaded onRetry={() => void loadScoreCard()} />}
      {typeof card === 'object' && <ScoreOfForm card={card} />}
    </section>
  );
}

function ScoreOfForm({ card }: { card: ScoreCard }) {
  const words = text.value.values.live;
  const values = valuesOfForm();
  const missing = new Set(missingColumns(card, values));
  if (missing.size > 0) {
    const names = fields.value.filter(({ column }) => missing.has(column.name)).map(labelOf);
    return <p>{words.missing(names)}</p>;
  }
  const score = scoreOf(card, values);
  return (
    <>
      <dl class="figures">
        <div>
          <dt>
            {words.score} ({words.average(card.reference)})
          </dt>
          <dd>{text.value.format.hundredth(score.score)}</dd>
        </div>
        <div>
          <dt>{words.estimate}</dt>
          <dd>{estimateText(score.years, card.horizon_years, text.value)}</dd>
        </div>
      </dl>
      <Curve score={score} card={card} />
      <p class="hint">
        {text.value.interval.estimate.notLifeExpectancy(card.horizon_years)}{' '}
        {text.value.landing.studyPatients}
      </p>
    </>
  );
}

const BOTTOM = 150;

function Curve({ score, card }: { score: Score; card: ScoreCard }) {
  const words = text.value.values.live;
  return (
    <Plot
      label={words.altText(score.survival)}
      height={BOTTOM + MARGIN.bottom}
      draw={(width) => {
        const x = linearScale([0, card.horizon_years], [MARGIN.left, width - MARGIN.right]);
        const y = linearScale([0, 1], [BOTTOM, MARGIN.top]);
        const points = wholeCurve(score.survival, score.score, card);
        return (
          <>
            <SurvivalAxes {...{ x, y }} />
            <path class="plot-line" d={pathOf(x, y, points)} />
          </>
        );
      }}
    />
  );
}

/** Return the values of the fields that are filled in and right. */
function valuesOfForm(): ScoreValues {
  const valid = fields.value.filter((field) => visibleFinding(field) === null && !field.finding);
  return Object.fromEntries(
    valid.flatMap(({ column, cell, ownValue }) => {
      const value = column.kind === 'number' ? ownValue : cell;
      return value === null || value === '' ? [] : [[column.name, value]];
    }),
  );
}
