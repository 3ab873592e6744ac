import { useEffect } from 'preact/hooks';
import { isWorthRetrying } from '../api/problem';
import type { Model } from '../api/types';
import { ProblemNotice } from '../components/common/ProblemNotice';
import { ScreenTitle } from '../components/common/ScreenTitle';
import { ModelCard } from '../components/prediction/ModelCard';
import { NotEnough } from '../components/prediction/NotEnough';
import { PatientSource } from '../components/prediction/PatientSource';
import { text } from '../i18n';
import { addresses } from '../lib/routes';
import { type StartBlock, startBlock } from '../lib/startBlock';
import { catalogueProblem, loadCatalogue, modelById, models } from '../state/catalogue';
import * as draft from '../state/draft';
import { fileCheck } from '../state/fileCheck';
import { source, submitPatients } from '../state/patientForm';
import { goTo } from '../state/route';
import { balance } from '../state/session';

export function NewPrediction() {
  const words = text.value.submission;
  useEffect(() => void loadCatalogue().then(catalogueIsHere), []);
  return (
    <>
      <ScreenTitle>{words.title}</ScreenTitle>
      <form class="steps" onSubmit={send} onKeyDown={keepEnter} noValidate>
        {/* What is being sent is not changed on its way. */}
        <div class="steps" inert={draft.isSubmitting.value}>
          <section class="step" aria-labelledby="step-patients">
            <h2 id="step-patients">{words.choosePatients}</h2>
            <PatientSource />
          </section>
          <fieldset class="step">
            <legend>
              <h2>{words.chooseModel}</h2>
            </legend>
            <ModelChoice />
          </fieldset>
        </div>
        <section class="step" aria-labelledby="step-confirm">
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
    const retry = () => void loadCatalogue().then(catalogueIsHere);
    return <ProblemNotice problem={catalogueProblem.value} onRetry={retry} />;
  }
  if (models.value === null) return <p role="status">{text.value.shell.loading}</p>;
  if (models.value.length === 0) return <p>{words.noModels}</p>;
  return (
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
  );
}

function Confirmation() {
  const words = text.value.submission;
  const model = chosenModel();
  const problem = draft.submissionProblem.value;
  const isSubmitting = draft.isSubmitting.value;
  const check = fileCheck.value;
  // The check is newer than the catalogue.
  const price = model && check.state === 'done' ? check.report.cost : (model?.coins ?? null);
  const action = price === null ? words.submitNoModel : words.submit(price);
  const block = blockOf(model);
  return (
    <>
      {price !== null && balance.value !== null && (
        <Cost
          price={price}
          balanceNow={balance.value}
          isSaid={problem?.code === 'not_enough_coins'}
        />
      )}
      {problem && (
        <ProblemNotice
          problem={problem}
          {...(isWorthRetrying(problem) && { onRetry: () => void submitDraft() })}
        />
      )}
      <p class="actions">
        <button
          type="submit"
          class="button"
          disabled={block !== null}
          aria-disabled={isSubmitting}
          aria-describedby="start-hint"
        >
          {isSubmitting ? words.submitting : action}
        </button>
        <span id="start-hint">{block !== null && blockedHint(block)}</span>
      </p>
      <p class="hint">{words.chargeRule}</p>
    </>
  );
}

function blockedHint(block: StartBlock): string {
  const isAtFields = source.value === 'form' && block !== 'model';
  return isAtFields ? text.value.patient.blocked : text.value.check.blocked[block];
}

interface CostProps {
  price: number;
  balanceNow: number;
  /** Whether a refusal says already that the coins don't suffice. */
  isSaid: boolean;
}

function Cost({ price, balanceNow, isSaid }: CostProps) {
  const words = text.value.submission;
  const { whole } = text.value.format;
  const after = balanceNow - price;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{words.costNow}</dt>
          <dd>{whole(price)}</dd>
        </div>
        <div>
          <dt>{words.balanceNow}</dt>
          <dd>{whole(balanceNow)}</dd>
        </div>
        {after >= 0 && (
          <div>
            <dt>{words.balanceAfter}</dt>
            <dd>{whole(after)}</dd>
          </div>
        )}
      </dl>
      {after < 0 && !isSaid && <NotEnough missing={-after} />}
    </>
  );
}

/** What is still missing, in the order in which the screen asks for it. */
function blockOf(model: Model | null): StartBlock | null {
  // A form says at its fields what it lacks, when it is to be started.
  if (source.value === 'file' && draft.chosenFile.value === null) return 'patients';
  return startBlock(fileCheck.value, draft.leavesBadOut.value) ?? (model === null ? 'model' : null);
}

function chosenModel(): Model | null {
  const id = draft.chosenModelId.value;
  return id === null ? null : modelById(id);
}

function catalogueIsHere(): void {
  const only = models.value?.length === 1 ? models.value[0] : undefined;
  if (only?.enabled && draft.chosenModelId.value === null) draft.chooseModel(only.id);
  // A file that was chosen before waits for its check.
  else if (fileCheck.value.state === 'none') draft.checkAgain();
}

/** Enter in a field would start the prediction, which costs coins. */
function keepEnter(event: KeyboardEvent): void {
  const isField = event.target instanceof HTMLInputElement && event.target.type !== 'file';
  if (event.key === 'Enter' && isField) event.preventDefault();
}

async function send(event: Event): Promise<void> {
  event.preventDefault();
  await submitDraft();
}

async function submitDraft(): Promise<void> {
  const submission = await submitPatients();
  if (submission) goTo(addresses.prediction(submission.prediction_id));
}
