import type { Prediction } from '../../api/types';
import { type Language, language, text } from '../../i18n';
import { saveFile } from '../../lib/download';
import { api } from '../../state/session';
import { ProblemNotice } from '../common/ProblemNotice';
import { useAction } from '../common/useAction';

/** The conversion needs the whole result in memory. */
const ROWS_MAX = 50_000;

/** The button that converts the result CSV for Excel, or why the result is too large for it. */
export function ExcelDownload({ prediction }: { prediction: Prediction }) {
  const words = text.value.reading;
  const { isBusy, problem, run } = useAction();
  if (prediction.rows > ROWS_MAX)
    return <span class="hint excel-limit">{words.excelTooLarge(ROWS_MAX)}</span>;
  const download = () => void run(() => downloadForExcel(prediction.prediction_id, language.value));
  return (
    <>
      <button type="button" class="button button-quiet" disabled={isBusy} onClick={download}>
        {isBusy ? text.value.result.downloading : words.excel}
      </button>
      {problem && <ProblemNotice problem={problem} onRetry={download} />}
    </>
  );
}

async function downloadForExcel(id: string, to: Language): Promise<void> {
  const [{ url }, { excelFile }] = await Promise.all([api.download(id), import('../../lib/excel')]);
  saveFile(await excelFile(url, to));
}
