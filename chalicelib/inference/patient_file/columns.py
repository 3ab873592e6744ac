"""The column specification: the columns that a patient file may have, with their units and limits.

The file check, the worker, ``GET /api/models``, the page and the docs all use it. Names and units are those of the
Mayo Clinic PBC study's public file. The training ranges are the extremes of its 418 patients. The hard limits are the
values that are possible in a living adult.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["number", "category", "id", "ignored"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a column: value in this unit = value in the column's own unit * ``factor``.

    ``spellings``: other ways to write it, in the form that ``plain_unit`` returns.
    """

    name: str
    factor: float
    spellings: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name in a sentence."""
        return self.name

    def own_value(self, value: float) -> float:
        """Convert ``value`` from this unit to the column's own unit."""
        return value / self.factor if self.factor != 1.0 else value

    def file_value(self, value: float) -> float:
        """Convert ``value`` from the column's own unit to this unit, and round it to four digits."""
        return value if self.factor == 1.0 else float(f"{value * self.factor:.4g}")


@dataclass(frozen=True, slots=True)
class OtherScale:
    """A scale that a laboratory may report instead of the column's unit, and that no factor converts to it.

    ``title`` is its name in a sentence.
    ``minimum`` to ``maximum`` is what is possible on this scale, and ``usual_minimum`` to ``usual_maximum`` what most
    patients have.
    """

    name: str
    title: str
    spellings: tuple[str, ...]
    minimum: float
    maximum: float
    usual_minimum: float
    usual_maximum: float


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a patient file.

    - ``minimum`` and ``maximum``: the hard limits in ``unit``. A value beyond them is an error.
    - ``training_minimum`` and ``training_maximum``: the range of the training patients. A value beyond it is flagged;
      all models but ``mayo`` also clamp it.
    - ``median_minimum`` and ``median_maximum``: a column whose median lies beyond them is probably in another unit. By
      default they are the training range. Some are lower: today's patients are treated, and today's assays of enzymes
      give lower numbers than the study's.
    - ``study_high``: the 90th percentile of the training patients.
    - ``si``: the unit that ``units=si`` selects. Where ``si_is_rare``, laboratories in most countries with SI units
      report the column's own unit, so the numbers decide. ``other_units`` can only be named.
    - ``other_scales``: scales that cannot be converted.
    - ``spellings``: other ways to write the column's own unit, in the form that ``plain_unit`` returns.
    - ``units``: every unit that the header may name, the column's own unit first.
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
    study_high: float | None = None
    median_minimum: float | None = None
    median_maximum: float | None = None
    allowed: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    si: Unit | None = None
    si_is_rare: bool = False
    other_units: tuple[Unit, ...] = ()
    other_scales: tuple[OtherScale, ...] = ()
    units: tuple[Unit, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the units."""
        own = (Unit(self.unit, 1.0, self.spellings),) if self.unit is not None else ()
        object.__setattr__(self, "units", (*own, *([self.si] if self.si else []), *self.other_units))

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
    def units_and_scales(self) -> tuple[Unit | OtherScale, ...]:
        """The units, and the scales that no factor converts to them."""
        return (*self.units, *self.other_scales)

    @property
    def median_limits(self) -> tuple[float, float]:
        """The smallest and the largest median that is usual, in the column's own unit."""
        low = self.training_minimum if self.median_minimum is None else self.median_minimum
        high = self.training_maximum if self.median_maximum is None else self.median_maximum
        if low is None or high is None:
            raise ValueError(f"{self.name} has no usual median: it holds no numbers")
        return low, high

    def limits_in(self, unit: Unit) -> tuple[float, float]:
        """Return the hard limits in ``unit``, rounded to four digits."""
        low, high = self.limits
        return unit.file_value(low), unit.file_value(high)

    def unit_named(self, text: str) -> Unit | None:
        """Return the unit that ``text`` names, or None. Its spelling does not matter."""
        plain = plain_unit(text)
        return next((unit for unit in self.units if plain in (plain_unit(unit.name), *unit.spellings)), None)

    def scale_named(self, text: str) -> OtherScale | None:
        """Return the other scale that ``text`` names, or None."""
        plain = plain_unit(text)
        return next((scale for scale in self.other_scales if plain in scale.spellings), None)


_NOT_IN_A_UNIT = re.compile(r"[^\w%]|_")


def plain_unit(text: str) -> str:
    """Return a form in which ``\u00b5mol / L``, ``mcmol/l`` and ``umol_l`` are equal."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("\u03bc", "u").replace(" per ", "/")
    plain = _NOT_IN_A_UNIT.sub("", plain).replace("mcl", "ul")
    return f"u{plain[2:]}" if plain.startswith(("mcg", "mcm", "mkg", "mkm")) else plain


_MG_DL = ("mg%", "mg100ml", "мгдл", "мг%", "мг100мл")
_ENZYMES = ("ul", "iul", "uil", "unitsl", "muml", "едл", "мел", "ел")
_MICROKATALS = Unit("ukat/L", 1 / 60, ("ukatl", "мккатл", "мккатал"))
_MILLIMOLES = ("mml", "ммольл")


COLUMNS: tuple[Column, ...] = (
    Column("ID", "id", "Patient ID, echoed in the result", "ID пациента, повторяется в результате"),
    Column(
        "Age", "number", "Age", "Возраст",
        required=True, unit="days", minimum=6570, maximum=40000,
        training_minimum=9598, training_maximum=28650, study_high=23487,
        spellings=("day", "d", "дни", "дней", "день", "дн", "сут", "сутки"),
        other_units=(
            Unit(
                "years", 1 / 365.25,
                (
                    "year", "yrs", "yr", "y", "yo", "yearsold", "yearsofage", "лет", "полныхлет", "год", "года", "годы",
                    "годах", "г",
                ),
            ),
            Unit("months", 12 / 365.25, ("month", "mo", "мес", "месяцы", "месяцев")),
        ),
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
        training_minimum=0.3, training_maximum=28, median_minimum=0.15, study_high=8.03,
        spellings=("mgdl", *_MG_DL),
        si=Unit("umol/L", 17.1, ("umoll", "micromoll", "um", "мкмольл", "мкмл")),
    ),
    Column(
        "Cholesterol", "number", "Cholesterol, serum", "Холестерин общий",
        unit="mg/dL", minimum=20, maximum=3000, training_minimum=120, training_maximum=1775, median_minimum=77,
        study_high=560.8, spellings=_MG_DL,
        si=Unit("mmol/L", 1 / 38.67, _MILLIMOLES), other_units=(Unit("g/L", 0.01, ("гл",)),),
    ),
    Column(
        "Albumin", "number", "Albumin, serum", "Альбумин",
        required=True, unit="g/dL", minimum=1, maximum=6,
        training_minimum=1.96, training_maximum=4.64, study_high=4.01,
        spellings=("gmdl", "grdl", "gm%", "g%", "g100ml", "гдл", "г%", "г100мл"),
        si=Unit("g/L", 10, ("gml", "гл")),
    ),
    Column(
        "Copper", "number", "Copper, urine per day", "Медь в суточной моче",
        unit="ug/day", minimum=1, maximum=2000, training_minimum=4, training_maximum=588,
        study_high=208.1,
        spellings=(
            "ugd", "ug24h", "ug24hr", "ug24hrs", "ug24hours", "мкгсут", "мкгсутки", "мкг24ч", "мкгдень", "мкгд",
        ),
        si=Unit(
            "umol/day", 1 / 63.55,
            ("umold", "umol24h", "umol24hr", "umol24hrs", "umol24hours", "мкмольсут", "мкмольсутки", "мкмоль24ч"),
        ),
    ),
    Column(
        "Alk_Phos", "number", "Alkaline phosphatase (old assay scale)", "Щелочная фосфатаза (старая методика)",
        unit="U/L", minimum=1, maximum=30000, training_minimum=289, training_maximum=13862.4, median_minimum=20,
        spellings=_ENZYMES, si=_MICROKATALS, si_is_rare=True,
    ),
    Column(
        "SGOT", "number", "AST (SGOT)", "АСТ",
        unit="U/L", minimum=1, maximum=5000, training_minimum=26.35, training_maximum=457.25, median_minimum=8,
        spellings=(*_ENZYMES, "uml", "iuml", "едмл"),   # U/mL is what the study's documentation writes
        si=_MICROKATALS, si_is_rare=True,
    ),
    Column(
        "Tryglicerides", "number", "Triglycerides", "Триглицериды",
        unit="mg/dL", minimum=5, maximum=3000, training_minimum=33, training_maximum=598, median_minimum=26,
        study_high=195, spellings=_MG_DL,
        si=Unit("mmol/L", 1 / 88.57, _MILLIMOLES), other_units=(Unit("g/L", 0.01, ("гл",)),),
    ),
    Column(
        "Platelets", "number", "Platelets", "Тромбоциты",
        unit="10^9/L", minimum=5, maximum=1500, training_minimum=62, training_maximum=721,
        study_high=386.2,
        spellings=(
            "109l", "x109l", "gptl", "tsdul", "thoucumm", "thoumm3", "x1000", "1000",
            "10e9l", "x10e9l", "gl", "gigal", "103ul", "x103ul", "10e3ul", "x10e3ul",
            "1000ul", "x1000ul", "kul", "thouul", "thousul",
            "thousandul", "thousandsul", "x1000mm3", "ml1000",
            "103mm3", "x103mm3", "1000mm3", "kmm3", "nl", "109л", "x109л", "х109л", "гл", "тысмкл", "103мкл", "х103мкл",
            "x103мкл", "тысмм3",
        ),
        other_units=(
            Unit(
                "/uL", 1000,
                ("ul", "permm3", "perul", "cumm", "cellsul", "mm3", "cellsmm3", "мкл", "клмкл", "мм3"),
            ),
        ),
    ),
    Column(
        "Prothrombin", "number", "Prothrombin time", "Протромбиновое время",
        required=True, unit="s", minimum=8, maximum=60, training_minimum=9, training_maximum=18, median_maximum=25,
        study_high=12, spellings=("sec", "secs", "second", "seconds", "с", "сек", "секунд", "секунды"),
        other_scales=(
            OtherScale("INR", "INR", ("inr", "ratio", "мно"), 0.5, 7.9, 0.7, 5),
            OtherScale(
                "%", "Quick's percentage",
                ("%", "quick", "quick%", "percent", "квик", "поквику", "поквику%", "%поквику"), 5, 170, 25, 130,
            ),
        ),
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
