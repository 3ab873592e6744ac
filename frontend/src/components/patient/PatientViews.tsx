import { useEffect } from 'preact/hooks';
import type { Prediction, Row } from '../../api/types';
import { text } from '../../i18n';
import type { ResultParameters } from '../../lib/resultParameters';
import { createChunk } from '../../state/chunk';
import { choosePatientView, patientView } from '../../state/patientView';
import { isPrinting } from '../../state/printing';
import { Loading } from '../common/Loading';
import { Tabs } from '../common/Tabs';
import { CopySummary } from './CopySummary';
import { EstimateSentences, WordsView } from './WordsView';

const moreViews = createChunk(() => import('./MoreViews'));

interface Props {
  row: Row;
  prediction: Prediction;
  parameters: ResultParameters;
}

/**
 * A patient's estimate in the chosen view. The print is always the report, with the words first, so
 * that it has everything that belongs on one sheet.
 */
export function PatientViews(props: Props) {
  const { row, parameters } = props;
  const words = text.value.patientPage;
  // Printing cannot wait for a chunk, so it is loaded with the first patient.
  useEffect(() => void moreViews.load(), []);
  const view = patientView.value;
  const chosen =
    view === 'words' ? (
      <WordsView {...{ row, parameters }} />
    ) : (
      <>
        <EstimateSentences {...{ row, parameters }} />
        <Chosen {...props} />
      </>
    );
  return (
    <>
      <section class="card patient-views">
        <h2>{text.value.result.estimand(parameters.horizon)}</h2>
        {isPrinting.value ? (
          <WordsView {...{ row, parameters }} />
        ) : (
          <Tabs
            label={words.viewsLabel}
            names={words.views}
            chosen={view}
            onChoose={choosePatientView}
          >
            {chosen}
          </Tabs>
        )}
        <CopySummary key={row.row} {...props} />
      </section>
      {isPrinting.value && moreViews.module.value && (
        <moreViews.module.value.PrintedViews view={view} {...props} />
      )}
    </>
  );
}

function Chosen(props: Props) {
  const view = patientView.value;
  const { module, hasFailed, load } = moreViews;
  if (view === 'words') return null;
  if (module.value) return <module.value.MoreViews view={view} {...props} />;
  if (!hasFailed.value) return <Loading />;
  return (
    <p role="alert">
      {text.value.patientPage.viewNotLoaded}{' '}
      <button type="button" class="link-button" onClick={() => void load()}>
        {text.value.problems.tryAgain}
      </button>
    </p>
  );
}
