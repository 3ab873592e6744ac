"""Judge whole columns after all rows were read.

What is wrong with a whole column refuses the file even if bad rows may be skipped.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.code_judgement import has_unclear_two, missing_codes, unclear_codes
from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.unit_judgement import odd_among_others, odd_median, wrong_unit


class Judgement(NamedTuple):
    """What is wrong with whole columns, and what is odd about their numbers, but possible."""

    findings: list[Finding]
    warnings: list[Finding]


def judge(cells: Sequence[Cells]) -> Judgement:
    """Judge the columns of a file."""
    numbers = [column for column in cells if column.reading.column.kind == "number" and column.numbers]
    suspected = {column.reading.column.name: wrong_unit(column) for column in numbers}
    has_unclear_flags = any(has_unclear_two(column) for column in cells)
    by_column = [
        unclear_codes(column, has_unclear_flags=has_unclear_flags)
        if column.reading.column.kind == "category"
        else suspected.get(column.reading.column.name)
        for column in cells
    ]
    findings = [finding for finding in (*by_column, *missing_codes(cells)) if finding]
    warnings = [
        warning
        for column in numbers
        if suspected[column.reading.column.name] is None
        and (warning := odd_median(column) or odd_among_others(column, numbers, suspected))
    ]
    return Judgement(findings, warnings)
