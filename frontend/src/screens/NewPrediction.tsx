import { useEffect } from 'preact/hooks';
import { isWorthRetrying } from '../api/problem';
import type { Model } from '../api/types';
import { Loading } from '../components/common/Loading';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { KeepValues } from '../components/prediction/KeepValues';
import { ModelCard } from '../components/prediction/ModelCard';
import { ModelTable } from '../components/prediction/ModelTable';
import { NotEnoughCoins } from '../components/prediction/NotEnoughCoins';
import { PatientInput } from '../components/prediction/PatientInput';
import { text } from '../i18n';
import { type StartBlocker, startBlocker } from '../lib/fileCheck';
import { addresses } from '../lib/routes';
import { catalogueProblem, loadCatalogue, models } from '../state/catalogue';
import * as draft from '../state/draft';
import { fileCheck } from '../state/fileCheck';
import { changedPatient, inputMode, submitPatients } from '../state/patientForm';
import { goTo } from '../state/route';
import { balance } from '../state/session';

/** The screen for a new prediction: choose patients and a model, see the price, and start. */
export function NewPrediction() {
  const words = text.value.submission;
  useEffect(() => void loadCatalogue().then(onCatalogueLoaded), []);
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <form class="steps" onSubmit={send} onKeyDown={ignoreEnter} noValidate>
        {/* The form cannot be changed while it is submitted. */}
        <div class="steps" inert={draft.isSubmitting.value}>
          <section class="step" aria-labelledby="step-patients">
            <h2 id="step-patients">{words.choosePatients}</h2>
            <PatientInput />
          </section>
          <fieldset class="step">
            <legend>
              <h2>{words.chooseModel}</h2>
            </legend>
            <ModelChoice />
          </fieldset>
        </div>
        <section class="step start" aria-labelledby="step-confirm">
          <h2 id="step-confirm">{words.confirm}</h2>
          <Confirmation />
        </section>
      </form>
    </>
  );
}

function ModelChoice() {
  const words = text.value.submission;
  if (catalogueProblem.value) {
    const retry = () => void loadCatalogue().then(onCatalogueLoaded);
    return <ProblemNotice problem={catalogueProblem.value} onRetry={retry} />;
  }
  if (models.value === null) return <Loading />;
  if (models.value.length === 0) return <p>{words.noModels}</p>;
  return (
    <>
      <div class="models">
        {models.value.map((model) => (
          <ModelCard
            key={model.id}
            model={model}
            isChosen={draft.chosenModelId.value === model.id}
            onChoose={() => draft.chooseModel(model.id)}
          />
        ))}
      </div>
      <ModelTable models={models.value} />
    </>
  );
}

function Confirmation() {
  const words = text.value.submission;
  const model = draft.chosenModel.value;
  const problem = draft.submissionProblem.value;
  const isSubmitting = draft.isSubmitting.value;
  const price = currentPrice(model);
  const action = price === null ? words.submitNoModel : words.submit(price);
  const blocker = currentBlocker(model, price);
  return (
    <>
      {price !== null && balance.value !== null && (
        <Cost
          price={price}
          currentBalance={balance.value}
          hasProblemNotice={problem?.code === 'not_enough_coins'}
        />
      )}
      {problem && (
        <ProblemNotice
          problem={problem}
          {...(isWorthRetrying(problem) && { onRetry: () => void submitDraft() })}
        />
      )}
      <KeepValues />
      <p class="actions">
        <button
          type="submit"
          class="button"
          aria-disabled={isSubmitting || blocker !== null}
          aria-describedby="start-hint"
        >
          {isSubmitting ? words.submitting : action}
        </button>
        <span id="start-hint">{blocker !== null && blockerHint(blocker)}</span>
      </p>
      <p class="hint">{words.chargeRule}</p>
    </>
  );
}

function blockerHint(blocker: StartBlocker): string {
  const isAboutPatients = blocker !== 'model' && blocker !== 'coins';
  const isShownAtFields = inputMode.value === 'form' && isAboutPatients;
  return isShownAtFields ? text.value.patient.blocked : text.value.check.blocked[blocker];
}

interface CostProps {
  price: number;
  currentBalance: number;
  /** Whether a notice already says that coins are missing. */
  hasProblemNotice: boolean;
}

function Cost({ price, currentBalance, hasProblemNotice }: CostProps) {
  const words = text.value.submission;
  const { whole } = text.value.format;
  const balanceAfter = currentBalance - price;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{words.cost}</dt>
          <dd>{whole(price)}</dd>
        </div>
        <div>
          <dt>{words.currentBalance}</dt>
          <dd>{whole(currentBalance)}</dd>
        </div>
        {balanceAfter >= 0 && (
          <div>
            <dt>{words.balanceAfter}</dt>
            <dd>{whole(balanceAfter)}</dd>
          </div>
        )}
      </dl>
      {balanceAfter < 0 && !hasProblemNotice && <NotEnoughCoins missing={-balanceAfter} />}
    </>
  );
}

/** Return what prevents the start, in the order of the steps on the screen. */
function currentBlocker(model: Model | null, price: number | null): StartBlocker | null {
  // The form does not disable the start: it shows at its fields what is missing.
  if (inputMode.value === 'file' && draft.chosenFile.value === null) return 'patients';
  const blocker = startBlocker(fileCheck.value, draft.skipsBadRows.value);
  if (blocker !== null) return blocker;
  if (model === null) return 'model';
  const hasCoins = price === null || balance.value === null || balance.value >= price;
  return hasCoins ? null : 'coins';
}

/** Return the price of the chosen model. That of the check is newer than that of the catalogue. */
function currentPrice(model: Model | null): number | null {
  const check = fileCheck.value;
  return model && check.state === 'done' ? check.report.cost : (model?.coins ?? null);
}

function onCatalogueLoaded(): void {
  const onlyModel = models.value?.length === 1 ? models.value[0] : undefined;
  if (onlyModel?.enabled && draft.chosenModelId.value === null) draft.chooseModel(onlyModel.id);
  // A file that was chosen before the catalogue was loaded has not been checked yet.
  else if (fileCheck.value.state === 'none') draft.checkAgain();
}

/** Ignore Enter in a field. It would start the prediction, which costs coins. */
function ignoreEnter(event: KeyboardEvent): void {
  const isField = event.target instanceof HTMLInputElement && event.target.type !== 'file';
  if (event.key === 'Enter' && isField) event.preventDefault();
}

async function send(event: Event): Promise<void> {
  event.preventDefault();
  const model = draft.chosenModel.value;
  // A blocked button can have the focus, so that screen readers read the reason.
  if (currentBlocker(model, currentPrice(model)) === null) await submitDraft();
}

async function submitDraft(): Promise<void> {
  const isForm = inputMode.value === 'form';
  const before = changedPatient.value ?? undefined;
  const submission = await submitPatients();
  if (!submission) return;
  const id = submission.prediction_id;
  goTo(isForm ? addresses.onePatient(id, before) : addresses.prediction(id));
}
