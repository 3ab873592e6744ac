import type { ComponentChildren } from 'preact';
import type { Prediction, Row } from '../../api/types';
import { localised, text } from '../../i18n';
import type { ResultParameters } from '../../lib/resultParameters';
import { type Frame, frameAt, framesOf } from '../../lib/survivalFrames';
import { models } from '../../state/catalogue';
import { chosenYear, type PatientView } from '../../state/patientView';
import { SegmentedChoice } from '../common/SegmentedChoice';
import { IconArray } from '../plots/IconArray';
import { ContributionTable } from './ContributionTable';
import { CurveView } from './CurveView';
import { SurvivalTable } from './SurvivalTable';

interface Props {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/** The views of a patient's estimate beside the words. The page loads them when it needs them. */
export function MoreViews({ view, ...props }: Props & { view: Exclude<PatientView, 'words'> }) {
  const { row, parameters } = props;
  switch (view) {
    case 'people':
      return <PeopleView {...props} />;
    case 'curve':
      return row.survival.length > 0 ? <CurveView {...props} /> : <NoCurve />;
    case 'table':
      return (
        <>
          {row.survival.length > 0 ? <SurvivalTable row={row} /> : <NoCurve />}
          <ContributionTable {...{ row, parameters }} />
        </>
      );
  }
}

/** What the printed report has beside the words: the table, the people, and the chosen curve. */
export function PrintedViews({ view, ...props }: Props & { view: PatientView }) {
  const { row, parameters } = props;
  const frame = frameAt(framesOf(row, parameters.horizon), chosenYear.value);
  const hasCurve = row.survival.length > 0;
  return (
    <>
      <section class="card printed-views">
        {hasCurve ? <SurvivalTable row={row} /> : <NoCurve />}
        {frame && <People frame={frame} />}
      </section>
      {view === 'curve' && hasCurve && (
        <section class="card printed-curve">
          <CurveView {...props} />
        </section>
      )}
    </>
  );
}

function PeopleView({ row, parameters }: Props) {
  const words = text.value.patientPage;
  const frames = framesOf(row, parameters.horizon);
  const frame = frameAt(frames, chosenYear.value);
  if (frame === null) return <NoCurve />;
  const options = Object.fromEntries(
    frames.map(({ years }) => [String(years), words.inYears(years)]),
  );
  return (
    <People frame={frame}>
      <SegmentedChoice
        name="people-year"
        legend={words.year}
        options={options}
        chosen={String(frame.years)}
        onChoose={(years) => {
          chosenYear.value = Number(years);
        }}
      />
    </People>
  );
}

/** The choice of the year, then what the picture shows in words, then the picture. */
function People({ frame, children }: { frame: Frame; children?: ComponentChildren }) {
  return (
    <div class="people">
      {children}
      <p class="plain-sentence" role="status">
        {text.value.patientPage.frame(frame.years, frame.alive)}
      </p>
      <IconArray frame={frame} />
    </div>
  );
}

/** Why a model has no curve, and which models have one. */
function NoCurve() {
  const words = text.value.patientPage;
  const titles = (models.value ?? [])
    .filter(({ enabled, survival_years }) => enabled && survival_years.length > 0)
    .map(({ title }) => localised(title));
  return (
    <p>
      {words.noCurve} {titles.length > 0 && words.modelsWithCurve(titles)}
    </p>
  );
}
