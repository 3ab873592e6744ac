"""Helpers of the tests of the reader: whole columns in, canonical values, findings and assumptions out."""

import csv
import io
from typing import Any

from chalicelib.inference.patient_file.findings import Finding
from chalicelib.inference.patient_file.reading_options import ReadingOptions
from chalicelib.inference.patient_file.validator import Inspection, check_file, inspect

PATIENT = {
    "ID": "p", "Age": "18000", "Sex": "F", "Ascites": "N", "Hepatomegaly": "Y", "Spiders": "N", "Edema": "N",
    "Bilirubin": "1.4", "Cholesterol": "310", "Albumin": "3.5", "Copper": "62", "Alk_Phos": "1650", "SGOT": "118",
    "Tryglicerides": "120", "Platelets": "245", "Prothrombin": "10.6", "Stage": "3",
}  # fmt: skip


def file_of(columns: dict[str, list[str]], headings: dict[str, str] | None = None, separator: str = ",") -> bytes:
    """Return a file with these texts in these columns. The other columns hold those of ``PATIENT``."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow([(headings or {}).get(name, name) for name in PATIENT])
    for number in range(max(map(len, columns.values()))):
        writer.writerow([columns[name][number] if name in columns else cell for name, cell in PATIENT.items()])
    return text.getvalue().encode()


def inspected(content: bytes, **options: Any) -> Inspection:
    """Return the inspection of ``content``."""
    return inspect(io.BytesIO(content), ReadingOptions(**options))


def stored(content: bytes, column: str, **options: Any) -> list[str]:
    """Return the texts of ``column`` in the canonical CSV."""
    checked = check_file(content, ReadingOptions(**options))
    return [row[column] for row in csv.DictReader(io.StringIO(checked.content.decode()))]


def values(content: bytes, column: str, **options: Any) -> list[float | None]:
    """Return the numbers of ``column`` in the canonical CSV, rounded to five digits. None stands for a missing one."""
    return [float(f"{float(text):.5g}") if text else None for text in stored(content, column, **options)]


def findings(content: bytes, **options: Any) -> list[tuple[str, str | None]]:
    """Return the code and the column of each finding about a whole column."""
    return [(finding.code, finding.column) for finding in inspected(content, **options).column_findings]


def only_finding(content: bytes, **options: Any) -> Finding:
    """Return the only finding of ``content``."""
    (finding,) = inspected(content, **options).errors
    return finding


def assumed(content: bytes, kind: str, **options: Any) -> list[tuple[str | None, str]]:
    """Return the column and the text of each assumption of ``kind``."""
    return [(item.column, item.text) for item in inspected(content, **options).assumptions if item.kind == kind]
