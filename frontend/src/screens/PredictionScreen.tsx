import { useEffect, useMemo } from 'preact/hooks';
import { type Problem, pageProblem } from '../api/problem';
import type { Prediction } from '../api/types';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { FilesDeleted } from '../components/prediction/FilesDeleted';
import { PredictionActions } from '../components/prediction/PredictionActions';
import { PredictionFacts } from '../components/prediction/PredictionFacts';
import { Progress } from '../components/prediction/Progress';
import { Result } from '../components/result/Result';
import { text } from '../i18n';
import { addresses } from '../lib/routes';
import { loadCatalogue } from '../state/catalogue';
import { createPredictionWatch } from '../state/predictionWatch';

export function PredictionScreen({ id }: { id: string }) {
  const words = text.value.prediction;
  const watch = useMemo(() => createPredictionWatch(id), [id]);
  useEffect(() => {
    void loadCatalogue();
    watch.start();
    return watch.stop;
  }, [watch]);
  useWaking(watch.wake);

  const prediction = watch.prediction.value;
  const problem = watch.problem.value;
  const phase = watch.phase.value;
  return (
    <>
      <ScreenTitle>{words.title(prediction?.file_name ?? null)}</ScreenTitle>
      {prediction === null && phase === 'waiting' && (
        <p role="status">{text.value.shell.loading}</p>
      )}
      {prediction && <PredictionFacts prediction={prediction} />}
      {prediction && <PredictionActions prediction={prediction} onChange={watch.learn} />}
      {problem && phase === 'failed' && <NotTold problem={problem} onRetry={watch.start} />}
      {phase === 'stalled' && <Stalled onCheck={watch.start} />}
      {prediction && phase === 'waiting' && (
        <Progress
          prediction={prediction}
          secondsLeft={watch.left.value}
          isCutOff={problem !== null}
        />
      )}
      {prediction && phase === 'ended' && <End prediction={prediction} />}
    </>
  );
}

/** The connection is back, or the person is: both want to know at once. */
function useWaking(wake: () => void): void {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') wake();
    };
    addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [wake]);
}

/** For an address whose id cannot be one: nothing is asked for it. */
export function NoPrediction() {
  return (
    <>
      <ScreenTitle>{text.value.prediction.title(null)}</ScreenTitle>
      <Unknown problem={pageProblem('unknown_prediction')} />
    </>
  );
}

function NotTold({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  if (problem.status !== 404) return <ProblemNotice problem={problem} onRetry={onRetry} />;
  return <Unknown problem={problem} />;
}

function Unknown({ problem }: { problem: Problem }) {
  return (
    <>
      <ProblemNotice problem={problem} />
      <a class="button" href={addresses.history}>
        {text.value.history.title}
      </a>
    </>
  );
}

function Stalled({ onCheck }: { onCheck: () => void }) {
  const words = text.value.prediction;
  return (
    <div class="notice notice-warning" role="status">
      <p>{words.stalled}</p>
      <button type="button" class="button button-quiet" onClick={onCheck}>
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
      <UnhappyEnd prediction={prediction} />
      <p class="actions">
        <a class="button" href={addresses.new}>
          {text.value.prediction.another}
        </a>
      </p>
    </>
  );
}

function UnhappyEnd({ prediction }: { prediction: Prediction }) {
  const words = text.value.prediction;
  const titles: Record<string, string> = {
    failed: words.failedTitle,
    rejected: words.rejectedTitle,
    cancelled: words.cancelledTitle,
  };
  const title = titles[prediction.status];
  // Who cancels a prediction knows why; nothing is wrong.
  const isFailure =
    prediction.status !== 'cancelled' && (prediction.error_code || prediction.error_info);
  return (
    <section class="end">
      <h2>{title ?? words.unknownTitle}</h2>
      {title === undefined && <p>{words.unknownLead(prediction.status)}</p>}
      {isFailure && (
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
