"""Encode a chunk of result rows as lines of CSV and JSON.

The encoding is written by hand because the csv and json modules would format every number twice.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd

from chalicelib.core.invisible_characters import is_invisible
from chalicelib.inference.models.base import Outputs

DECIMALS = 6

_Vector = np.ndarray[Any, np.dtype[np.float64]]

# Semicolons and tabs are quoted too: a spreadsheet that splits at them could start a new cell with a formula.
_QUOTED = re.compile(r'[,;"\t\r\n]')
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_FORMULA_SIGNS = frozenset("=+-@")
_RISKY_STARTS = ("\t", "\r", "\n", "\0")


@dataclass(frozen=True, slots=True)
class ImputedTexts:
    """What a chunk's rows say of their imputed columns, in the format of each file. Both lists have n elements."""

    json: list[str]
    csv: list[str]


@dataclass(frozen=True, slots=True)
class RowTexts:
    """The values of a chunk's n rows as text. Both files use the same texts, because numbers look the same in each.

    Every field has n elements. ``estimates``, ``contributions``, ``survival`` and ``band`` hold a row's numbers, joined
    by commas.
    """

    ids: Sequence[str | None]
    estimates: list[str]
    upper_open: list[bool]
    imputed: list[str]
    out_of_range: list[str]
    contributions: list[str]
    mayo_score: list[str]
    survival: list[str] | None
    median: list[str] | None
    if_measured: ImputedTexts
    measure_first: list[str]
    band: list[str] | None
    imputed_values: ImputedTexts

    def json_lines(self, row_numbers: Iterable[int]) -> Iterator[str]:
        """Yield the lines of the rows file, in the format that ``ResultWriter`` describes."""
        empty = [""] * len(self.ids)
        rows = zip(
            row_numbers,
            ("null" if patient_id is None else _json_text(patient_id) for patient_id in self.ids),
            self.estimates,
            self.upper_open,
            _map_distinct(_json_text, self.imputed),
            _map_distinct(_json_text, self.out_of_range),
            self.contributions,
            self.mayo_score,
            self.survival or empty,
            self.median or empty,
            self.if_measured.json,
            _map_distinct(_json_text, self.measure_first),
            self.band or empty,
            self.imputed_values.json,
            strict=True,
        )
        for (
            row, patient_id, estimates, upper_open, imputed, out_of_range, contributions, mayo_score, survival, median,
            if_measured, measure_first, band, imputed_values,
        ) in rows:  # fmt: skip
            is_open = "true" if upper_open else "false"
            yield (
                f"[{row},{patient_id},{estimates},{is_open},{imputed},{out_of_range},[{contributions}],{mayo_score},"
                f"[{survival}],{median or 'null'},[{if_measured}],{measure_first},[{band}],[{imputed_values}]]\n"
            )

    def csv_lines(self, row_numbers: Iterable[int], baseline: str, model: str) -> Iterator[str]:
        """Yield the lines of the CSV.

        ``baseline`` is the same for all rows. ``model`` holds the cells of the model's id and version.
        """
        rows = zip(
            row_numbers,
            ("" if patient_id is None else csv_cell(escape_formula(patient_id)) for patient_id in self.ids),
            self.estimates,
            self.upper_open,
            self._curve_cells(),
            self.mayo_score,
            self.imputed,
            self.imputed_values.csv,
            self.out_of_range,
            self.if_measured.csv,
            self.measure_first,
            self.contributions,
            strict=True,
        )
        for (
            row, patient_id, estimates, upper_open, curve, mayo_score, imputed, imputed_values, out_of_range,
            if_measured, measure_first, contributions,
        ) in rows:  # fmt: skip
            is_open = "yes" if upper_open else "no"
            yield (
                f"{row},{patient_id},{estimates},{is_open},{curve}{mayo_score},{imputed},{imputed_values},{out_of_range},{if_measured},"
                f"{measure_first},{baseline},{contributions},{model},\n"
            )

    def _curve_cells(self) -> Iterable[str]:
        """Yield each row's cells of the survival curve, followed by a comma. Yield empty texts without a curve."""
        if self.survival is None or self.median is None:
            return repeat("", len(self.ids))
        return (f"{median},{curve}," for median, curve in zip(self.median, self.survival, strict=True))


def texts_of_imputed(predicted: Outputs, imputed: list[str], prefixes: tuple[str, ...]) -> ImputedTexts:
    """Return the numbers that belong to each row's imputed columns, in their order.

    ``imputed`` holds each row's imputed columns, joined by ``;``. A column's numbers are in the columns
    ``prefix + column`` of ``predicted``: one, or the two ends of a range. In the CSV they look like
    ``Copper:71.5;Stage:2.9`` or ``Copper:5.1..6.3;Stage:5.4..6.1``.
    """
    texts = ImputedTexts([""] * len(imputed), [""] * len(imputed))
    rows_by_pattern: dict[str, list[int]] = {}
    for row, pattern in enumerate(imputed):
        if pattern:
            rows_by_pattern.setdefault(pattern, []).append(row)
    names = {name for pattern in rows_by_pattern for name in pattern.split(";")}
    numbers = {
        name: [number_texts(np.asarray(predicted[prefix + name], float)) for prefix in prefixes] for name in names
    }
    json_item = "{}" if len(prefixes) == 1 else "[{},{}]"
    csv_item = "..".join(["{}"] * len(prefixes))
    for pattern, rows in rows_by_pattern.items():
        columns = [list(map(column.__getitem__, rows)) for name in pattern.split(";") for column in numbers[name]]
        json_template = ",".join([json_item] * (pattern.count(";") + 1))
        csv_template = ";".join(f"{name}:{csv_item}" for name in pattern.split(";"))
        formatted = zip(rows, map(json_template.format, *columns), map(csv_template.format, *columns), strict=True)
        for row, json_text, csv_text in formatted:
            texts.json[row], texts.csv[row] = json_text, csv_text
    return texts


def comma_joined(columns: Iterable[_Vector]) -> list[str]:
    """Return the numbers of each row as text, joined by commas. ``columns`` holds vectors of shape (n,)."""
    return list(map(",".join, zip(*map(number_texts, columns), strict=True)))


def number_texts(values: _Vector) -> list[str]:
    """Return each number as text with at most DECIMALS decimals, and an empty text for NaN.

    A laboratory value has few distinct values, so each distinct number is formatted once.
    """
    rounded = values.round(DECIMALS) + 0.0  # adding zero turns the -0.0 of an unused column into 0.0
    codes, distinct = pd.factorize(rounded, use_na_sentinel=False)
    texts = ["" if number != number else repr(number) for number in distinct.tolist()]  # noqa: PLR0124 - NaN
    return list(map(texts.__getitem__, codes.tolist()))


def _map_distinct(function: Callable[[str], str], texts: list[str]) -> Iterator[str]:
    """Apply ``function`` to each of ``texts``, but only once to each distinct text."""
    return map({text: function(text) for text in set(texts)}.__getitem__, texts)


_json_text = json.JSONEncoder(ensure_ascii=False).encode


def csv_cell(text: str) -> str:
    """Return ``text`` as a CSV cell, quoted as in RFC 4180 and also if it contains a semicolon or a tab."""
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def escape_formula(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet runs as a formula (OWASP, "CSV Injection"). Numbers stay unchanged.

    A risky text gets an apostrophe in front. A text that already starts with apostrophes and is risky without them gets
    one more, so that two different texts never become the same cell.
    """
    if text[:1].isalnum() and text.isascii():
        return text
    return "'" + text if _is_risky(text) and not _NUMBER.fullmatch(text) else text


def _is_risky(text: str) -> bool:
    """Return whether a spreadsheet might run ``text``, without its leading apostrophes, as a formula.

    Spreadsheets treat full-width signs like ordinary ones, and some ignore invisible characters.
    """
    if text.lstrip("'").startswith(_RISKY_STARTS):
        return True
    visible = next((char for char in text if char != "'" and not char.isspace() and not is_invisible(char)), "")
    return unicodedata.normalize("NFKC", visible)[:1] in _FORMULA_SIGNS
