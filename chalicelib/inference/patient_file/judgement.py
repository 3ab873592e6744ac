"""Judge whole columns after all rows were read.

What is wrong with a whole column refuses the file even if bad rows may be skipped.
"""

from collections.abc import Sequence

from chalicelib.inference.patient_file.cells import Cells
from chalicelib.inference.patient_file.code_judgement import has_unclear_two, missing_codes, unclear_codes
from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.unit_judgement import odd_among_others, odd_median, wrong_unit


def findings_about_columns(cells: Sequence[Cells]) -> list[Finding]:
    """Return the findings about whole columns. Each refuses the file."""
    has_unclear_flags = any(has_unclear_two(column) for column in cells)
    findings: list[Finding | None] = []
    for column in cells:
        if column.reading.column.kind == "category":
            findings.append(unclear_codes(column, has_unclear_flags=has_unclear_flags))
        elif column.reading.column.kind == "number":
            findings.append(wrong_unit(column))
    return [finding for finding in (*findings, *missing_codes(cells)) if finding]


def warnings_about_columns(cells: Sequence[Cells]) -> list[Finding]:
    """Return what is odd about the columns' numbers, but possible."""
    numbers = [column for column in cells if column.reading.column.kind == "number" and column.numbers]
    suspected = {column.reading.column.name: wrong_unit(column) for column in numbers}
    return [
        warning
        for column in numbers
        if suspected[column.reading.column.name] is None
        and (warning := odd_median(column) or odd_among_others(column, numbers, suspected))
    ]
