import type { Prediction, Row } from '../../api/types';
import type { ResultParameters } from '../../lib/resultParameters';

/** The estimate of one model for the patient. */
export interface Estimate {
  prediction: Prediction;
  row: Row;
  parameters: ResultParameters;
  /** The title of the model. */
  title: string;
}
