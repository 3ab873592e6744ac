"""Helpers of the tests of the reader."""

import io

import pytest

from chalicelib.inference.patient_file.findings import InvalidFileError
from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions
from chalicelib.inference.patient_file.validator import Inspection, check_file, inspect


def inspected(content: bytes, options: ReadingOptions = DEFAULT_READING) -> Inspection:
    """Return the outcome of checking a file that is accepted."""
    result = inspect(io.BytesIO(content), options)
    result.raise_if_bad()
    return result


def refusal(content: bytes, options: ReadingOptions = DEFAULT_READING) -> InvalidFileError:
    """Return the error that refuses the file."""
    with pytest.raises(InvalidFileError) as caught:
        check_file(content, options)
    return caught.value


def assumptions(result: Inspection) -> set[str]:
    """Return the sentences of the assumptions."""
    return {assumption.text for assumption in result.assumptions}


def canonical(content: bytes, options: ReadingOptions = DEFAULT_READING) -> bytes:
    """Return the canonical CSV of a file."""
    return check_file(content, options).content
