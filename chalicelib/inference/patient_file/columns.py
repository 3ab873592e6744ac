"""The column specification: the columns that a patient file may have, with their units and limits.

The file check, the worker, ``GET /api/models``, the page and the docs all use it. Names and units are those of the
Mayo Clinic PBC study's public file. The training ranges are the extremes of its 418 patients. The hard limits are the
values that are possible in a living adult.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category", "id", "ignored"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a column: value in this unit = value in the column's own unit * ``factor``."""

    name: str
    factor: float


@dataclass(frozen=True, slots=True)
class UnitSuspicion:
    """A rule that detects values in the wrong unit: beyond ``threshold`` a value is almost certainly in ``unit``.

    ``factor`` converts such a value to the expected unit. It is None if no factor can: an INR cannot be converted to
    seconds.
    """

    side: Literal["below", "above"]
    threshold: float
    unit: str
    factor: float | None

    def holds(self, value: float) -> bool:
        """Return whether ``value`` lies on the suspicious side of the threshold."""
        return value < self.threshold if self.side == "below" else value > self.threshold


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a patient file.

    - ``minimum`` and ``maximum``: the hard limits in ``unit``. A value beyond them is an error.
    - ``training_minimum`` and ``training_maximum``: the range of the training patients. A value beyond it is flagged;
      all models but ``mayo`` also clamp it.
    - ``si``: the unit that ``units=si`` selects. ``other_units`` can be named in the header only.
    - ``aliases``: other names of the column in a header.
    """

    name: str
    kind: Kind
    title_en: str
    title_ru: str
    required: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    training_minimum: float | None = None
    training_maximum: float | None = None
    allowed: tuple[str, ...] = ()
    si: Unit | None = None
    other_units: tuple[Unit, ...] = ()
    suspicion: UnitSuspicion | None = None
    aliases: tuple[str, ...] = ()

    @property
    def limits(self) -> tuple[float, float]:
        """The hard limits, minimum and maximum.

        Raises
        ------
        ValueError
            The column holds no numbers.
        """
        if self.minimum is None or self.maximum is None:
            raise ValueError(f"{self.name} has no limits: it holds no numbers")
        return self.minimum, self.maximum

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every unit that the header may name, the column's own unit first."""
        if self.unit is None:
            return ()
        return (Unit(self.unit, 1.0), *([self.si] if self.si else []), *self.other_units)


COLUMNS: tuple[Column, ...] = (
    Column("ID", "id", "Patient ID, echoed in the result", "ID пациента, повторяется в результате"),
    Column(
        "Age", "number", "Age", "Возраст",
        required=True, unit="days", minimum=6570, maximum=40000,
        training_minimum=9598, training_maximum=28650, other_units=(Unit("years", 1 / 365.25),),
        suspicion=UnitSuspicion("below", 150, "years", 365.25),
    ),
    Column("Sex", "category", "Sex", "Пол", allowed=("F", "M")),
    Column("Ascites", "category", "Ascites", "Асцит", allowed=("N", "Y")),
    Column("Hepatomegaly", "category", "Enlarged liver", "Гепатомегалия", allowed=("N", "Y")),
    Column("Spiders", "category", "Spider naevi", "Сосудистые звёздочки", allowed=("N", "Y")),
    Column(
        "Edema", "category",
        "Oedema", "Отёки",
        required=True, allowed=("N", "S", "Y"),
    ),
    Column(
        "Bilirubin", "number", "Bilirubin, serum", "Билирубин общий",
        required=True, unit="mg/dL", minimum=0.1, maximum=60,
        training_minimum=0.3, training_maximum=28, si=Unit("umol/L", 17.1),
        suspicion=UnitSuspicion("above", 60, "umol/L", 1 / 17.1),
    ),
    Column(
        "Cholesterol", "number", "Cholesterol, serum", "Холестерин общий",
        unit="mg/dL", minimum=20, maximum=3000, training_minimum=120, training_maximum=1775,
        si=Unit("mmol/L", 1 / 38.67), suspicion=UnitSuspicion("below", 20, "mmol/L", 38.67),
    ),
    Column(
        "Albumin", "number", "Albumin, serum", "Альбумин",
        required=True, unit="g/dL", minimum=1, maximum=6,
        training_minimum=1.96, training_maximum=4.64, si=Unit("g/L", 10),
        suspicion=UnitSuspicion("above", 10, "g/L", 0.1),
    ),
    Column(
        "Copper", "number", "Copper, urine per day", "Медь в суточной моче",
        unit="ug/day", minimum=1, maximum=2000, training_minimum=4, training_maximum=588,
    ),
    Column(
        "Alk_Phos", "number", "Alkaline phosphatase (old assay scale)", "Щелочная фосфатаза (старая методика)",
        unit="U/L", minimum=1, maximum=30000, training_minimum=289, training_maximum=13862.4,
    ),
    Column(
        "SGOT", "number", "AST (SGOT)", "АСТ",
        unit="U/mL", minimum=1, maximum=5000, training_minimum=26.35, training_maximum=457.25,
        aliases=("AST",),
    ),
    Column(
        "Tryglicerides", "number", "Triglycerides", "Триглицериды",
        unit="mg/dL", minimum=5, maximum=3000, training_minimum=33, training_maximum=598,
        si=Unit("mmol/L", 1 / 88.57), suspicion=UnitSuspicion("below", 5, "mmol/L", 88.57),
        aliases=("Triglycerides",),
    ),
    Column(
        "Platelets", "number", "Platelets", "Тромбоциты",
        unit="10^9/L", minimum=5, maximum=1500, training_minimum=62, training_maximum=721,
    ),
    Column(
        "Prothrombin", "number", "Prothrombin time", "Протромбиновое время",
        required=True, unit="s", minimum=8, maximum=60, training_minimum=9, training_maximum=18,
        suspicion=UnitSuspicion("below", 5, "INR", None),
    ),
    Column("Stage", "category", "Histological stage", "Гистологическая стадия", allowed=("1", "2", "3", "4")),
    Column("Drug", "ignored", "Trial arm (not used)", "Группа в исследовании (не используется)"),
    Column("Status", "ignored", "Outcome (never used)", "Исход (никогда не используется)"),
    Column("N_Days", "ignored", "Follow-up in days (never used)", "Срок наблюдения, дни (не используется)"),
)  # fmt: skip

BY_NAME: dict[str, Column] = {column.name: column for column in COLUMNS}

REQUIRED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.required)
NUMBERS: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.kind == "number")
CATEGORIES: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.kind == "category")

STORED: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.kind != "ignored")
"""The columns of the canonical CSV, in this order. All other columns are dropped before storage."""

MISSING: frozenset[str] = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
"""Cell texts that mean "not measured", in lower case and without surrounding blanks."""

_BY_HEADER: dict[str, Column] = {name.lower(): column for column in COLUMNS for name in (column.name, *column.aliases)}

HEADER_CHARACTERS_MAX = 100
"""A longer header cell is not looked up."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A parsed header cell: its column, and the unit in its brackets as written, if any."""

    column: Column
    unit: str | None = None

    def known_unit(self) -> Unit | None:
        """Return the column's unit of that name, or None. Case, blanks and the form of the micro sign do not matter."""
        name = _plain(self.unit or "")
        return next((unit for unit in self.column.units if _plain(unit.name) == name), None)


def find(header: str) -> Heading | None:
    """Return the column and unit of a header cell such as ``Bilirubin`` or ``Bilirubin [umol/L]``, or None.

    Case and surrounding blanks do not matter.
    """
    cell = header.strip()
    if len(cell) > HEADER_CHARACTERS_MAX:
        return None
    if column := _BY_HEADER.get(cell.lower()):
        return Heading(column)
    opening = max(cell.rfind("["), cell.rfind("("))
    if opening < 0 or cell[-1] not in "])":
        return None
    column = _BY_HEADER.get(cell[:opening].strip().lower())
    if column is None:
        return None
    # The brackets of a column without units, such as "Sex (F/M)", hold no unit.
    return Heading(column, cell[opening + 1 : -1].strip() if column.units else None)


def _plain(unit: str) -> str:
    """Return a form in which ``\u00b5mol / L`` and ``umol/l`` are equal."""
    return unit.replace("\u00b5", "u").replace("\u03bc", "u").replace(" ", "").lower()
