"""The result CSV: its columns, the lines that are written from a model's outputs, and the rows that the API reads.

The API imports this module too, so it imports no numpy. Lines are written by hand because the csv module would take
each number on its own.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from chalicelib.core.invisible_characters import is_invisible
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.patient_file.columns import BY_NAME

if TYPE_CHECKING:
    from chalicelib.inference.models.base import Outputs, Patients
    from chalicelib.inference.results.number_texts import Vector

Cells = Mapping[str, str]
"""The cells of a row, by column."""

_ESTIMATES = {"years": "years", "lower_10": "lower", "upper_90": "upper"}

# Semicolons and tabs are quoted too: a spreadsheet that splits at them could start a new cell with a formula.
_QUOTED = re.compile(r'[,;"\t\r\n]')
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_FORMULA_SIGNS = frozenset("=+-@")
_RISKY_STARTS = ("\t", "\r", "\n", "\0")
_UNUSUAL = re.compile(r"[^\x1f !#-+\--:<-~]")
_UNUSUAL_START = re.compile(r"\x1f[^\x1f0-9A-Za-z]")
"""What an ID contains, or begins with after a separator ``\\x1f``, if it may have to be quoted or escaped."""


@dataclass(frozen=True, slots=True)
class RowCodec:
    """Writes and reads the rows of one result.

    ``columns`` are those of the contributions, in their order. ``keeps_values`` says whether the rows that are written
    also have the patients' values in these columns. The rows that are read tell it themselves.
    """

    output_spec: OutputSpec
    columns: tuple[str, ...]
    keeps_values: bool = False

    @property
    def header(self) -> list[str]:
        """The columns of the CSV."""
        return [
            "row", "ID", *_ESTIMATES, *self._curve, "mayo_score", *self._terms, "upper_is_open", "out_of_range",
            "imputed", "imputed_values", "years_if_measured", "measure_first",
            *(map(_value_column, self.columns) if self.keeps_values else ()), "model", "model_version", "error",
        ]  # fmt: skip

    @property
    def header_line(self) -> str:
        """The first line of the CSV."""
        return ",".join(map(csv_cell, self.header)) + "\n"

    @property
    def _curve(self) -> dict[str, str]:
        """The columns of the survival curve and its band, each with its name in ``Model.predict``."""
        years = self.output_spec.survival_years
        points = {_point(year): f"survival:{year}" for year in years}
        band = {
            column: f"survival_{end}:{year}"
            for year in years
            for end, column in zip(("lower", "upper"), self._band(year), strict=False)
        }
        return ({"median_years": "median"} if years else {}) | points | band

    def _band(self, year: int) -> tuple[str, ...]:
        """Return the columns of the lower and the upper end of the band, or none for a model without a band."""
        level = self.output_spec.curve_band_level
        if level is None:
            return ()
        return f"{_point(year)}_lower_{round(50 * (1 - level))}", f"{_point(year)}_upper_{round(50 * (1 + level))}"

    @property
    def _terms(self) -> dict[str, str]:
        """The columns of the baseline and the contributions, each with its name in ``Model.predict``."""
        scale = self.output_spec.contribution_scale
        contributions = {f"contribution_{name}_{scale}": f"contribution:{name}" for name in self.columns}
        return {f"baseline_{scale}": "baseline", **contributions}

    # ---- writing

    def lines(
        self,
        row_numbers: Iterable[int],
        ids: Iterable[str] | None,
        predicted: Outputs,
        mayo_score: Vector,
        model: str,
        number_texts: Callable[..., list[str]],
        patients: Patients,
    ) -> list[str]:
        """Return the lines of n predicted rows.

        ``mayo_score`` has the shape (n,). ``model`` is what ``model_cells`` returns. ``number_texts`` is the function
        of that name, which the API can't import. ``patients`` are the values, which are written if they are kept.
        """
        before, after = (
            [predicted[name] for name in names.values()] for names in (_ESTIMATES | self._curve, self._terms)
        )
        rows = zip(
            row_numbers,
            _id_cells(ids, len(mayo_score)),
            number_texts([*before, mayo_score, *after]),
            predicted["upper_open"].tolist(),  # type: ignore[union-attr]
            predicted["out_of_range"],
            _imputed_cells(predicted, number_texts),
            predicted["measure_first"],
            self._value_cells(patients, len(mayo_score), number_texts),
            strict=True,
        )
        return [
            f"{row},{patient_id},{numbers}{'yes' if is_open else 'no'},"
            f"{out_of_range},{imputed},{first},{values}{model},\n"
            for row, patient_id, numbers, is_open, out_of_range, imputed, first, values in rows
        ]

    def _value_cells(self, patients: Patients, count: int, number_texts: Callable[..., list[str]]) -> Iterable[str]:
        """Return the cells of each row's values, each followed by a comma. They are empty if none are kept."""
        if not self.keeps_values:
            return repeat("", count)
        texts = [_value_texts(name, patients, count, number_texts) for name in self.columns]
        return ["".join(f"{text}," for text in row) for row in zip(*texts, strict=True)]

    def skipped_line(self, bad_row: Mapping[str, Any], model: str) -> str:
        """Return the line of a skipped row, from its line in the list of bad rows. It has no estimates."""
        error = escape_formula(" ".join(finding["message"] for finding in bad_row["errors"]))
        empty_cells = "," * (len(self.header) - 4)
        return f"{bad_row['row']},{id_cell(bad_row['id'] or '')}{empty_cells}{model},{csv_cell(error)}\n"

    # ---- reading

    def document(self, cells: Cells, errors: list[dict[str, Any]] | None) -> dict[str, Any]:
        """Return a row in the API's format. ``errors`` are the findings of a skipped row, None for another row."""
        row, patient_id = int(cells["row"]), cells["ID"].removeprefix("'") or None
        if errors is not None:
            return skipped_document(row, patient_id, errors)
        baseline, *contributions = (_number(cells[column]) for column in self._terms)
        return {
            "row": row,
            "id": patient_id,
            **{name: _number(cells[column]) for column, name in _ESTIMATES.items()},
            "upper_open": cells["upper_is_open"] == "yes",
            "median_years": _number(cells.get("median_years", "")),
            "survival": [self._survival(year, cells) for year in self.output_spec.survival_years],
            "mayo_score": _number(cells["mayo_score"]),
            "imputed": list(_items(cells["imputed"])),
            "imputed_values": [
                {"column": column, "value": float(value)} for column, value in _pairs(cells["imputed_values"])
            ],
            "if_measured": [
                {"column": column, "low": float(low), "high": float(high)}
                for column, ends in _pairs(cells["years_if_measured"])
                for low, high in [ends.split("..")]
            ],
            "measure_first": cells["measure_first"] or None,
            "errors": [],
            "out_of_range": out_of_range_document(cells["out_of_range"]),
            "baseline": baseline,
            "contributions": contributions_document(self.columns, contributions),
            **self._values(cells),
        }

    def _values(self, cells: Cells) -> dict[str, dict[str, float | str]]:
        """Return the field ``values``, or nothing if the result has no values. Every patient has at least one."""
        texts = {name: cells.get(_value_column(name), "") for name in self.columns}
        values = {name: float(text) if BY_NAME[name].kind == "number" else text for name, text in texts.items() if text}
        return {"values": values} if values else {}

    def _survival(self, year: int, cells: Cells) -> dict[str, Any]:
        probability, *band = (float(cells[column]) for column in (_point(year), *self._band(year)))
        lower, upper = band or (None, None)
        return {"years": year, "probability": probability, "lower": lower, "upper": upper}


def read_rows(text: str) -> Iterator[Cells]:
    """Yield the rows of a part of a result CSV that begins with its header."""
    return csv.DictReader(io.StringIO(text, newline=""))


def is_skipped(cells: Cells) -> bool:
    """Return whether the row was skipped."""
    return cells["error"] != ""


def contributions_document(columns: Iterable[str], values: Iterable[float | None]) -> list[dict[str, Any]]:
    """Return the contributions in the API's format."""
    contributions = [{"column": column, "value": value} for column, value in zip(columns, values, strict=True) if value]
    return sorted(contributions, key=lambda contribution: -abs(contribution["value"]))


def out_of_range_document(text: str) -> list[dict[str, str]]:
    """Return the columns with values outside the training range in the API's format."""
    return [{"column": column, "direction": direction} for column, direction in _pairs(text)]


def skipped_document(row: int, patient_id: str | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a skipped row in the API's format: it has no estimates, only the findings."""
    missing = dict.fromkeys(("years", "lower", "upper", "median_years", "mayo_score", "measure_first", "baseline"))
    empty_lists: dict[str, list[Any]] = {
        name: [] for name in ("survival", "imputed", "imputed_values", "if_measured", "out_of_range", "contributions")
    }
    return {"row": row, "id": patient_id, **missing, "upper_open": False, **empty_lists, "errors": errors}


def _point(year: int) -> str:
    """Return the column of a point of the survival curve."""
    return f"survival_{year}y"


def _value_column(name: str) -> str:
    """Return the column of the patients' values in the column ``name``."""
    return f"value_{name}"


def _value_texts(name: str, patients: Patients, count: int, number_texts: Callable[..., list[str]]) -> Sequence[str]:
    """Return the values of n patients in a column, as texts. A missing value is an empty text."""
    if name not in patients:
        return [""] * count
    if BY_NAME[name].kind == "number":
        return number_texts([patients[name]], commas=False)
    # A missing category has the position -1, which selects the last text.
    texts = [*BY_NAME[name].allowed, ""]
    return [texts[position] for position in patients[name].tolist()]


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _items(cell: str) -> Sequence[str]:
    return cell.split(";") if cell else ()


def _pairs(cell: str) -> Iterator[list[str]]:
    """Yield column and value of each item of a cell such as ``Copper:71.5;Stage:2.9``."""
    return (item.split(":") for item in _items(cell))


def _imputed_cells(predicted: Outputs, number_texts: Callable[..., list[str]]) -> list[str]:
    """Return the cells ``imputed``, ``imputed_values`` and ``years_if_measured`` of each row."""
    imputed: Sequence[str] = predicted["imputed"]  # type: ignore[assignment]
    patterns = {pattern: pattern.split(";") for pattern in set(imputed) if pattern}
    # The texts of each column, for its rows with a missing value; the other rows have NaN. The rows of all patterns
    # take their texts from these iterators, in file order.
    texts = {
        prefix + name: iter(number_texts([numbers[numbers == numbers]], commas=False))  # noqa: PLR0124
        for name in {name for columns in patterns.values() for name in columns}
        for prefix in ("imputed_value:", "if_low:", "if_high:")
        for numbers in [predicted[prefix + name]]
    }
    cells: dict[str, Iterator[str]] = {}
    for pattern, columns in patterns.items():
        values, ranges = (";".join(f"{name}:{text}" for name in columns) for text in ("%s", "%s..%s"))
        names = [f"imputed_value:{name}" for name in columns]
        names += [f"{prefix}:{name}" for name in columns for prefix in ("if_low", "if_high")]
        cells[pattern] = map(
            f"{pattern},{values},{ranges}".__mod__, zip(*(texts[name] for name in names), strict=False)
        )
    rows = [next(cells[pattern]) if pattern else ",," for pattern in imputed]
    if any(next(left, None) is not None for left in texts.values()):
        raise ValueError("the model gives numbers for values that are not missing")
    return rows


def model_cells(model_id: str, version: str) -> str:
    """Return the cells of the model that ran."""
    return f"{csv_cell(model_id)},{csv_cell(version)}"


def _id_cells(ids: Iterable[str] | None, count: int) -> Iterable[str]:
    if ids is None:
        return repeat("", count)
    texts = list(ids)
    joined = "\x1f" + "\x1f".join(texts)
    if _UNUSUAL.search(joined) or _UNUSUAL_START.search(joined):
        return map(id_cell, texts)
    return texts


def id_cell(text: str) -> str:
    """Return an ID as a cell. An ID that begins with an apostrophe gets one more, so that it can be read back."""
    return csv_cell("'" + text if text.startswith("'") else escape_formula(text))


def csv_cell(text: str) -> str:
    """Return ``text`` as a CSV cell, quoted as in RFC 4180 and also if it contains a semicolon or a tab."""
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def escape_formula(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet runs as a formula (OWASP, "CSV Injection"). Numbers stay unchanged.

    A risky text gets an apostrophe in front.
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
