"""The receipt of a succeeded prediction: which bytes went into which model, and which came out.

Whoever keeps it with the two files and the model can check without this service (``make verify``) that these bytes,
through this model, give that result. It isn't signed: the coins and the time are only what the service says.
"""

from chalicelib.core.clock import iso
from chalicelib.inference.predictions import schemas
from chalicelib.inference.predictions.prediction import Prediction

FORMAT = 1


def receipt(prediction: Prediction) -> schemas.Receipt | None:
    """The receipt, or None while there is no result. Hashes are SHA-256 in hexadecimal.

    ``input_sha256`` is that of the file as it was sent, ``result_sha256`` that of the result CSV.
    """
    result = prediction.result
    if result is None or result.csv_sha256 is None or prediction.finished_at is None:
        return None
    input_sha256 = prediction.input_sha256 or result.input_sha256
    if input_sha256 is None:
        return None
    return {
        "format": FORMAT,
        "prediction_id": prediction.prediction_id,
        "model_id": prediction.model_id,
        "model_version": result.model_version,
        "model_sha256": result.model_sha256,
        "rows": prediction.rows,
        "units": prediction.options.units,
        "on_error": prediction.options.on_error,
        "input_sha256": input_sha256,
        "result_sha256": result.csv_sha256,
        "ledger_entry_id": prediction.charge_entry_id,
        "coins": prediction.cost,
        "submitted_at": iso(prediction.created_at),
        "finished_at": iso(prediction.finished_at),
    }
