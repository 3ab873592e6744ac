"""Results in memory: what the worker writes and the reader reads, without S3."""

import csv
import io
import json
from typing import IO

from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file.validator import check_file
from chalicelib.inference.predictions.batch import predict_rows
from chalicelib.inference.results.result import Result
from chalicelib.inference.results.writer import ResultWriter
from chalicelib.inference.storage.file_store import FileGoneError, FileStore, StoredObject


class Files(FileStore):
    """Keeps the stored files in memory, and the keys and ranges that were read."""

    def __init__(self, contents: dict[str, bytes] | None = None) -> None:
        self.contents = contents or {}
        self.reads: list[tuple[str, int, int]] = []

    def put_stream(self, key: str, stream: IO[bytes], size: int, content_type: str) -> StoredObject:
        stream.seek(0)
        self.contents[key] = stream.read(size)
        return StoredObject(size, "")

    def read(self, key: str) -> bytes:
        if key not in self.contents:
            raise FileGoneError(key)
        return self.contents[key]

    def read_range(self, key: str, start: int, end: int) -> bytes:
        self.reads.append((key, start, end))
        return self.read(key)[start:end]

    def table(self) -> list[list[str]]:
        """Return the cells of the result CSV, its header included."""
        return list(csv.reader(io.StringIO(self.contents["result.csv"].decode(), newline="")))


def predict(model_id: str, content: bytes, *, skip: bool = False) -> tuple[Result, Files]:
    """Predict a patient file as the worker does."""
    checked, loaded, files = check_file(content, skip=skip), load(model_id, ARTEFACTS), Files()
    with ResultWriter(loaded, map(json.loads, checked.bad.splitlines())) as writer:
        predict_rows(io.BytesIO(checked.content), loaded, writer)
        writer.finish()
        return writer.upload(files, ""), files
