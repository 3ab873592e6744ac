import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Problem, pageProblem } from '../api/problem';
import type { Prediction } from '../api/types';
import { Loading } from '../components/common/Loading';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { AssumptionList } from '../components/file/AssumptionList';
import { Description } from '../components/prediction/Description';
import { FilesDeleted } from '../components/prediction/FilesDeleted';
import { PredictionActions } from '../components/prediction/PredictionActions';
import { PredictionFacts } from '../components/prediction/PredictionFacts';
import { Progress } from '../components/prediction/Progress';
import { Result } from '../components/result/Result';
import { text } from '../i18n';
import { isFormFile } from '../lib/patientForm';
import { addresses, type PatientPlace } from '../lib/routes';
import { statusName } from '../lib/sentences';
import { loadCatalogue } from '../state/catalogue';
import { createPredictionWatch } from '../state/predictionWatch';
import { replaceWith } from '../state/route';
import { wasAccepted } from '../state/session';

interface Props {
  id: string;
  /** Given for one patient: their page takes the place of the result. */
  patientPage?: { before: PatientPlace | undefined };
}

/** The screen of a prediction: its progress, then its result or why there is none. */
export function PredictionScreen({ id, patientPage }: Props) {
  const watch = useMemo(() => createPredictionWatch(id), [id]);
  useEffect(() => {
    void loadCatalogue();
    watch.start();
    return watch.stop;
  }, [watch]);
  usePollOnReturn(watch.pollNow);

  const prediction = watch.prediction.value;
  const problem = watch.problem.value;
  const phase = watch.phase.value;
  const isUnseen = useUnseenEnd(phase === 'ended');
  const hasResult = prediction?.status === 'succeeded' && !prediction.files_deleted_at;
  // The title of a hidden tab stays until the user looks at it.
  const isSeen = document.visibilityState === 'visible' && !isUnseen;
  const opensPatient = patientPage !== undefined && phase === 'ended' && hasResult && isSeen;
  useEffect(() => {
    if (opensPatient) replaceWith(addresses.patient(id, 1, patientPage.before));
  }, [opensPatient, id, patientPage?.before]);
  if (opensPatient) return <Loading />;
  return (
    <>
      <ScreenTitle documentTitle={tabTitle(isUnseen ? (prediction?.status ?? null) : null)}>
        {titleOf(prediction)}
      </ScreenTitle>
      {prediction === null && phase === 'waiting' && !problem && <Loading />}
      {prediction && <PredictionFacts prediction={prediction} />}
      {prediction && <Description prediction={prediction} />}
      {prediction && prediction.assumptions.length > 0 && (
        <details>
          <summary>{text.value.reading.assumptionsTitle}</summary>
          <AssumptionList assumptions={prediction.assumptions} />
        </details>
      )}
      {prediction && <PredictionActions prediction={prediction} onChange={watch.update} />}
      {problem && (phase === 'failed' || (phase === 'waiting' && prediction === null)) && (
        <LoadFailure {...{ id, problem }} onRetry={watch.start} />
      )}
      {phase === 'stalled' && <Stalled onRetry={watch.start} />}
      {prediction && phase === 'waiting' && (
        <Progress
          prediction={prediction}
          secondsLeft={watch.secondsLeft.value}
          isOffline={problem !== null}
        />
      )}
      {prediction && phase === 'ended' && <End prediction={prediction} />}
    </>
  );
}

/** Return the title for the tab. It begins with the status of an end that the user has not seen yet. */
function tabTitle(unseenStatus: string | null): string {
  const title = text.value.prediction.title(null);
  if (unseenStatus === null) return title;
  const mark = unseenStatus === 'succeeded' ? '✓' : '✗';
  return `${mark} ${statusName(unseenStatus, text.value)} – ${title}`;
}

/** Whether the end of the prediction was loaded while the tab was hidden, until the user looks at it. */
function useUnseenEnd(hasEnded: boolean): boolean {
  const [isUnseen, setIsUnseen] = useState(false);
  useEffect(() => {
    if (!hasEnded || document.visibilityState === 'visible') return;
    setIsUnseen(true);
    const look = () => setIsUnseen(false);
    document.addEventListener('visibilitychange', look, { once: true });
    return () => document.removeEventListener('visibilitychange', look);
  }, [hasEnded]);
  return isUnseen;
}

/** Poll at once when the connection is back or the user returns to the tab. */
function usePollOnReturn(pollNow: () => void): void {
  useEffect(() => {
    const pollIfVisible = () => {
      if (document.visibilityState === 'visible') pollNow();
    };
    addEventListener('online', pollIfVisible);
    document.addEventListener('visibilitychange', pollIfVisible);
    return () => {
      removeEventListener('online', pollIfVisible);
      document.removeEventListener('visibilitychange', pollIfVisible);
    };
  }, [pollNow]);
}

/** Return the heading. The file of the form has a name that says nothing to the user. */
function titleOf(prediction: Prediction | null): string {
  const words = text.value.prediction;
  if (prediction?.name) return prediction.name;
  const name = prediction?.file_name ?? null;
  const isForm = prediction?.rows === 1 && name !== null && isFormFile(name);
  return isForm ? words.titleOfForm : words.title(name);
}

/** The screen for an id with a wrong format. It makes no request. */
export function InvalidPrediction() {
  return (
    <>
      <ScreenTitle>{text.value.prediction.title(null)}</ScreenTitle>
      <PredictionNotFound problem={pageProblem('unknown_prediction')} />
    </>
  );
}

interface FailureProps {
  id: string;
  problem: Problem;
  onRetry: () => void;
}

function LoadFailure({ id, problem, onRetry }: FailureProps) {
  if (problem.status === 404) return <PredictionNotFound problem={problem} />;
  return (
    <>
      <ProblemNotice problem={problem} onRetry={onRetry} />
      {wasAccepted(id) && <p>{text.value.prediction.accepted}</p>}
    </>
  );
}

function PredictionNotFound({ problem }: { problem: Problem }) {
  return (
    <>
      <ProblemNotice problem={problem} />
      <a class="button" href={addresses.history}>
        {text.value.history.title}
      </a>
    </>
  );
}

function Stalled({ onRetry }: { onRetry: () => void }) {
  const words = text.value.prediction;
  return (
    <div class="notice notice-warning" role="status">
      <p>{words.stalled}</p>
      <button type="button" class="button button-quiet" onClick={onRetry}>
        {words.checkAgain}
      </button>
    </div>
  );
}

function End({ prediction }: { prediction: Prediction }) {
  const deletedAt = prediction.files_deleted_at;
  if (prediction.status === 'succeeded') {
    return deletedAt ? <FilesDeleted at={deletedAt} /> : <Result prediction={prediction} />;
  }
  return (
    <>
      <UnsuccessfulEnd prediction={prediction} />
      <p class="actions">
        <a class="button" href={addresses.new}>
          {text.value.prediction.another}
        </a>
      </p>
    </>
  );
}

function UnsuccessfulEnd({ prediction }: { prediction: Prediction }) {
  const words = text.value.prediction;
  const titles: Record<string, string> = {
    failed: words.failedTitle,
    rejected: words.rejectedTitle,
    cancelled: words.cancelledTitle,
  };
  const title = titles[prediction.status];
  // A cancellation is no failure, and the user knows its reason.
  const hasProblem =
    prediction.status !== 'cancelled' && (prediction.error_code || prediction.error_info);
  return (
    <section class="end">
      <h2>{title ?? words.unknownTitle}</h2>
      {title === undefined && <p>{words.unknownLead(prediction.status)}</p>}
      {hasProblem && (
        <ProblemNotice
          problem={{
            ...pageProblem('bad_answer'),
            code: prediction.error_code ?? 'unknown',
            detail: prediction.error_info,
          }}
        />
      )}
      {prediction.refunded && (
        <p class="notice notice-good">{words.refundedNote(prediction.cost)}</p>
      )}
    </section>
  );
}
