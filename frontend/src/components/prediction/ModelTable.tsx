import type { CommonHorizon, Model } from '../../api/types';
import { localised, text } from '../../i18n';

type Figures = CommonHorizon['constant'];

/** All models at one horizon, and the estimate that ignores the patient beside them. */
export function ModelTable({ models }: { models: readonly Model[] }) {
  const words = text.value.models;
  const compared = models.flatMap((model) =>
    model.common_horizon
      ? [{ model, title: localised(model.title), figures: model.common_horizon }]
      : [],
  );
  const [first] = compared;
  if (!first) return null;
  const { horizon_years: horizon, constant } = first.figures;
  return (
    <section class="model-table">
      {/* A narrow screen scrolls the table, not the page. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the focus allows scrolling by keyboard */}
      <section class="table-scroll" aria-label={words.tableTitle(horizon)} tabIndex={0}>
        <table>
          <caption>{words.tableTitle(horizon)}</caption>
          <thead>
            <tr>
              <th scope="col">{words.model}</th>
              <th scope="col">{words.calibration}</th>
              <th scope="col">{words.concordance}</th>
              <th scope="col">{words.error}</th>
            </tr>
          </thead>
          <tbody>
            {compared.map(({ title, figures }) => (
              <Line key={title} title={title} figures={figures} />
            ))}
            <Line title={words.constant(horizon)} figures={constant} />
          </tbody>
        </table>
      </section>
      <p class="hint">
        {words.tableHint}{' '}
        {compared
          .filter(({ figures }) => figures.is_refitted)
          .map(({ title }) => words.refitted(title, horizon))
          .join(' ')}{' '}
        {compared
          .filter(({ model }) => model.contribution_scale === 'score')
          .map(({ title }) => words.ownPatients(title))
          .join(' ')}
      </p>
    </section>
  );
}

function Line({ title, figures }: { title: string; figures: Figures }) {
  const words = text.value.models;
  const { calibration_error, concordance, concordance_se, mae, mae_se } = figures;
  return (
    <tr>
      <th scope="row">{title}</th>
      <td class="number">{text.value.format.hundredth(calibration_error)}</td>
      <td class="number">
        {concordance_se > 0
          ? words.plusMinus(concordance, concordance_se)
          : text.value.format.hundredth(concordance)}
      </td>
      <td class="number">{words.plusMinus(mae, mae_se)}</td>
    </tr>
  );
}
