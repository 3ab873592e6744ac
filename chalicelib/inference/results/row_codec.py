"""A chunk of the result as text. By hand, since the csv and json modules would spell every number twice."""

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

DECIMALS = 6

_Vector = np.ndarray[Any, np.dtype[np.float64]]

# Semicolons and tabs too: where they separate, a spreadsheet would begin a new cell, perhaps a formula, behind one.
_QUOTED = re.compile(r'[,;"\t\r\n]')
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_FORMULA_SIGNS = frozenset("=+-@")
_RISKY_STARTS = ("\t", "\r", "\n", "\0")


@dataclass(frozen=True, slots=True)
class RowTexts:
    """A chunk's rows, each value a text once for both files: numbers look the same in CSV and in JSON.

    ``estimates``, ``contributions``, ``survival`` and ``band`` are a row's numbers, joined by commas.
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
    if_measured: list[list[str]]
    measure_first: list[str]
    band: list[str] | None

    def json_lines(self, row_numbers: Iterable[int]) -> Iterator[str]:
        """The lines of the rows object."""
        nothing = [""] * len(self.ids)
        rows = zip(
            row_numbers,
            ("null" if each is None else _json_text(each) for each in self.ids),
            self.estimates,
            self.upper_open,
            _each_once(_json_text, self.imputed),
            _each_once(_json_text, self.out_of_range),
            self.contributions,
            self.mayo_score,
            self.survival or nothing,
            self.median or nothing,
            self.if_measured,
            _each_once(_json_text, self.measure_first),
            self.band or nothing,
            strict=True,
        )
        for row, name, numbers, is_open, gaps, beyond, parts, score, curve, median, ranges, measure, band in rows:
            opened = "true" if is_open else "false"
            yield (
                f"[{row},{name},{numbers},{opened},{gaps},{beyond},[{parts}],{score},[{curve}],{median or 'null'},"
                f"[{','.join(f'[{each}]' for each in ranges)}],{measure},[{band}]]\n"
            )

    def csv_lines(self, row_numbers: Iterable[int], baseline: str, model: str) -> Iterator[str]:
        """The lines of the CSV."""
        rows = zip(
            row_numbers,
            ("" if each is None else csv_cell(harmless(each)) for each in self.ids),
            self.estimates,
            self.upper_open,
            self._curves(),
            self.mayo_score,
            self.imputed,
            self.out_of_range,
            self.if_measured,
            self.measure_first,
            self.contributions,
            strict=True,
        )
        for row, name, numbers, is_open, curve, score, gaps, beyond, ranges, measure, parts in rows:
            opened = "yes" if is_open else "no"
            measured = _named(gaps, ranges) if gaps else ""
            yield (
                f"{row},{name},{numbers},{opened},{curve}{score},{gaps},{beyond},{measured},{measure},{baseline},{parts},"
                f"{model},\n"
            )

    def _curves(self) -> Iterable[str]:
        """The cells of the survival curve with a comma behind, none without a curve."""
        if self.survival is None or self.median is None:
            return repeat("", len(self.ids))
        return (f"{median},{curve}," for median, curve in zip(self.median, self.survival, strict=True))


def ranges_if_measured(predicted: pd.DataFrame, imputed: list[str]) -> list[list[str]]:
    """For each row, in the order of its imputed columns, ``low,high``."""
    if not any(imputed):
        return [[]] * len(imputed)
    names = {name for pattern in set(imputed) if pattern for name in pattern.split(";")}
    pairs = {name: joined(predicted[side + name].to_numpy(float) for side in ("if_low:", "if_high:")) for name in names}
    lists = {pattern: [pairs[name] for name in pattern.split(";")] if pattern else [] for pattern in set(imputed)}
    return [[pair[row] for pair in lists[pattern]] for row, pattern in enumerate(imputed)]


def _named(imputed: str, ranges: list[str]) -> str:
    """``Copper:5.1..6.3;Stage:5.4..6.1``."""
    pairs = zip(imputed.split(";"), ranges, strict=True)
    return ";".join(f"{name}:{each.replace(',', '..')}" for name, each in pairs)


def joined(columns: Iterable[_Vector]) -> list[str]:
    """The numbers of each row, joined by commas."""
    return list(map(",".join, zip(*map(numbers, columns), strict=True)))


def numbers(values: _Vector) -> list[str]:
    """Each number as text, to DECIMALS, nothing for NaN. A lab has few distinct values, and each is spelt once."""
    rounded = values.round(DECIMALS) + 0.0  # plus zero turns the -0.0 of an unused column into 0.0
    places, distinct = pd.factorize(rounded, use_na_sentinel=False)
    texts = ["" if number != number else repr(number) for number in distinct.tolist()]  # noqa: PLR0124 - NaN
    return list(map(texts.__getitem__, places.tolist()))


def _each_once(spell: Callable[[str], str], texts: list[str]) -> Iterator[str]:
    return map({text: spell(text) for text in set(texts)}.__getitem__, texts)


_json_text = json.JSONEncoder(ensure_ascii=False).encode


def csv_cell(text: str) -> str:
    """A cell as RFC 4180 quotes it, semicolons and tabs as well."""
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def harmless(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula (OWASP, "CSV Injection"). Numbers stay.

    A risky text gets one apostrophe in front. A text that is risky behind its own apostrophes gets one more, so that
    two texts never become the same cell.
    """
    if text[:1].isalnum() and text.isascii():
        return text
    return "'" + text if _is_risky(text) and not _NUMBER.fullmatch(text) else text


def _is_risky(text: str) -> bool:
    """Tell whether ``text``, without leading apostrophes, would be run or hides what comes first.

    Spreadsheets read full-width signs like the plain ones, and some drop what shows nothing.
    """
    if text.lstrip("'").startswith(_RISKY_STARTS):
        return True
    visible = next((each for each in text if each != "'" and not each.isspace() and not is_invisible(each)), "")
    return unicodedata.normalize("NFKC", visible)[:1] in _FORMULA_SIGNS
