"""Predict the patients of a canonical CSV and write their result, chunk by chunk."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, Any, BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from chalicelib.inference.models.base import LoadedModel, Patients
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.patient_file import columns
from chalicelib.inference.patient_file.findings import BrokenCsvError, InvalidRowsError
from chalicelib.inference.results.writer import ResultWriter

CHUNK_ROWS = 20_000
SMALL_ROWS = 1_000
"""A file of at most so many rows is read faster as a whole than as a stream."""

_POSITIONS = {
    name: {text: position for position, text in enumerate(columns.BY_NAME[name].allowed)} | {"": -1}
    for name in columns.CATEGORIES
}


class Chunk(NamedTuple):
    """Some patients of the canonical CSV. ``ids`` is None if it has no IDs."""

    ids: list[str] | None
    patients: Patients


def predict_rows(
    stored: bytes | BinaryIO | IO[str],
    loaded: LoadedModel,
    writer: ResultWriter,
    on_chunk: Callable[[], None] = lambda: None,
) -> None:
    """Predict all rows of a canonical CSV, and add them to ``writer``. ``on_chunk`` is called after each chunk.

    Raises
    ------
    InvalidFileError
        The stored file is not one that passed the check.
    """
    for ids, patients in canonical_chunks(stored, loaded.model.columns):
        writer.add(ids, patients, loaded.model.predict(patients), risk_score(patients))
        on_chunk()


def canonical_chunks(stored: bytes | BinaryIO | IO[str], wanted: Iterable[str] = columns.STORED) -> Iterator[Chunk]:
    """Yield the canonical CSV in chunks of at most CHUNK_ROWS rows, with the required and the ``wanted`` columns.

    The content of a small file is read without pandas, because importing it takes longer than such a prediction. A
    stream is read in bounded memory.
    """
    try:
        names = {"ID", *columns.REQUIRED, *wanted}
        chunks = _chunks_of_content(stored, names) if isinstance(stored, bytes) else _chunks_of_stream(stored, names)
        for chunk in chunks:
            _require_valid(chunk.patients)
            yield chunk
    except (ValueError, csv.Error) as error:
        raise BrokenCsvError("The stored file can't be read as a table.") from error


def _chunks_of_content(content: bytes, wanted: set[str]) -> Iterator[Chunk]:
    reader = csv.reader(io.StringIO(content.decode(), newline=""), strict=True)
    header = next(reader, [])
    while rows := list(islice(reader, CHUNK_ROWS)):
        texts = dict(zip(header, zip(*rows, strict=True), strict=True))
        numbers = {
            name: np.array([float(text) if text else np.nan for text in texts[name]])
            for name in columns.NUMBERS
            if name in texts and name in wanted
        }
        categories = {
            name: _positions(name, texts[name]) for name in columns.CATEGORIES if name in texts and name in wanted
        }
        yield Chunk(list(texts["ID"]) if "ID" in texts else None, {**numbers, **categories})


def _chunks_of_stream(stream: BinaryIO | IO[str], wanted: set[str]) -> Iterator[Chunk]:
    import pandas as pd  # noqa: PLC0415 - small files don't need it

    types: dict[str, Any] = {name: pd.CategoricalDtype(list(_POSITIONS[name])) for name in columns.CATEGORIES}
    chunks = pd.read_csv(
        stream,
        usecols=wanted.__contains__,
        dtype=types | dict.fromkeys(columns.NUMBERS, "float64") | {"ID": "object"},
        keep_default_na=False,
        na_values={name: [""] for name in columns.NUMBERS},
        chunksize=CHUNK_ROWS,
    )
    for frame in chunks:
        numbers = {name: frame[name].to_numpy() for name in columns.NUMBERS if name in frame}
        categories = {
            name: _positions(name, frame[name].cat.categories)[frame[name].cat.codes]
            for name in columns.CATEGORIES
            if name in frame
        }
        if unknown := [name for name in categories if frame[name].hasnans]:
            raise _unknown_values(unknown[0])
        yield Chunk(frame["ID"].tolist() if "ID" in frame else None, {**numbers, **categories})


def _positions(name: str, texts: Iterable[str]) -> npt.NDArray[np.intp]:
    """Return the position of each category in ``allowed``, -1 for an empty text."""
    try:
        return np.array([_POSITIONS[name][text] for text in texts], np.intp)
    except KeyError:
        raise _unknown_values(name) from None


def _unknown_values(name: str) -> InvalidRowsError:
    return InvalidRowsError(f"The column {name} has unknown values.")


def _require_valid(patients: Patients) -> None:
    """Check the limits of the column specification again, so that no other values reach a model."""
    for name in columns.REQUIRED:
        # A missing number is NaN and a missing category is -1, so no comparison is true for them.
        if name not in patients or not (patients[name] >= 0).all():
            raise InvalidRowsError(f"The column {name} is missing or has missing values.")
    for name in columns.NUMBERS:
        low, high = columns.BY_NAME[name].limits
        # Comparisons with NaN are false, so missing values pass.
        if name in patients and ((patients[name] < low) | (patients[name] > high)).any():
            raise InvalidRowsError(f"The column {name} has values outside the range {low:g} to {high:g}.")
