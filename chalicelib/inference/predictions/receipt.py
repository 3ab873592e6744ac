"""The receipt of a succeeded prediction: the hashes of its input file, its model and its result CSV.

With the receipt, the two files and the model, anybody can check offline (``make verify``) that this model computes this
result from this input. The receipt is not signed, so its coins and times cannot be verified.
"""

from chalicelib.core.clock import iso
from chalicelib.inference.patient_file.schemas import Assumption
from chalicelib.inference.predictions import schemas
from chalicelib.inference.predictions.prediction import Prediction

FORMAT = 1


def assumptions_of(prediction: Prediction) -> list[Assumption]:
    """Return how the file was read, as the API shows it."""
    whole = prediction.result.assumptions if prediction.result else None
    return [assumption.document() for assumption in (prediction.assumptions if whole is None else whole)]


def receipt(prediction: Prediction) -> schemas.Receipt | None:
    """Return the receipt of ``prediction``, or None if it has no result or if hashes are missing.

    Hashes are SHA-256 in hexadecimal: ``input_sha256`` of the submitted file, ``result_sha256`` of the result CSV.
    """
    result = prediction.result
    if result is None or result.csv_sha256 is None or prediction.finished_at is None:
        return None
    input_sha256 = prediction.input_sha256 or result.input_sha256
    if input_sha256 is None:
        return None
    reading = prediction.options.reading
    return {
        "format": FORMAT,
        "prediction_id": prediction.prediction_id,
        "model_id": prediction.model_id,
        "model_version": result.model_version,
        "model_sha256": result.model_sha256,
        "rows": prediction.rows,
        "units": reading.units,
        "on_error": prediction.options.on_error,
        "keep_values": prediction.options.keep_values,
        "decimal": reading.decimal,
        "missing": None if reading.missing is None else list(reading.missing),
        "columns": dict(reading.columns),
        "column_units": dict(reading.column_units),
        "column_values": {name: dict(values) for name, values in reading.column_values.items()},
        "assumptions": assumptions_of(prediction),
        "input_sha256": input_sha256,
        "result_sha256": result.csv_sha256,
        "ledger_entry_id": prediction.charge_entry_id,
        "coins": prediction.cost,
        "submitted_at": iso(prediction.created_at),
        "finished_at": iso(prediction.finished_at),
    }
