"""Predict the patients of a canonical CSV and write their result, chunk by chunk."""

from collections.abc import Callable, Iterator
from typing import IO, BinaryIO

import pandas as pd

from chalicelib.inference.models.base import LoadedModel, Outputs
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import BrokenCsvError, InvalidRowsError
from chalicelib.inference.results.writer import ResultWriter

CHUNK_ROWS = 10_000

_DTYPES = dict.fromkeys(columns.NUMBERS, "float64") | dict.fromkeys((*columns.CATEGORIES, "ID"), "str")


def predict_rows(
    patients: BinaryIO | IO[str], loaded: LoadedModel, writer: ResultWriter, on_chunk: Callable[[], None] = lambda: None
) -> None:
    """Predict all rows of a canonical CSV, and add them to ``writer``. ``on_chunk`` is called after each chunk.

    Raises
    ------
    InvalidFileError
        The stored file is not one that passed the check.
    """
    for chunk in canonical_chunks(patients):
        ids = chunk["ID"].fillna("").tolist() if "ID" in chunk else None
        writer.add(ids, _outputs(loaded.model.predict(chunk)), risk_score(chunk))
        on_chunk()


def _outputs(predicted: pd.DataFrame) -> Outputs:
    return {
        str(name): values.tolist() if pd.api.types.is_string_dtype(values.dtype) else values.to_numpy()
        for name, values in predicted.items()
    }


def canonical_chunks(patients: object) -> Iterator[pd.DataFrame]:
    """Yield the canonical CSV in chunks of at most CHUNK_ROWS rows.

    Numbers are float64 in the units of the column specification, categories and IDs are text, and missing values are
    NaN.
    """
    try:
        chunks = pd.read_csv(
            patients,  # type: ignore[call-overload]
            dtype=_DTYPES,
            keep_default_na=False,
            na_values={name: [""] for name in columns.STORED if name != "ID"},
            chunksize=CHUNK_ROWS,
        )
        for chunk in chunks:
            _require_valid(chunk)
            yield chunk
    except (ValueError, pd.errors.ParserError) as error:
        raise BrokenCsvError("The stored file can't be read as a table.") from error


def _require_valid(frame: pd.DataFrame) -> None:
    """Check the limits of the column specification again, so that no other values reach a model."""
    for name in columns.REQUIRED:
        if name not in frame or frame[name].hasnans:
            raise InvalidRowsError(f"The column {name} is missing or has missing values.")
    for name in columns.NUMBERS:
        low, high = columns.BY_NAME[name].limits
        # Comparisons with NaN are false, so missing values pass.
        if name in frame and (((values := frame[name].to_numpy()) < low) | (values > high)).any():
            raise InvalidRowsError(f"The column {name} has values outside the range {low:g} to {high:g}.")
    for name in columns.CATEGORIES:
        if name in frame and not set(frame[name].dropna().unique()) <= set(columns.BY_NAME[name].allowed):
            raise InvalidRowsError(f"The column {name} has unknown values.")
