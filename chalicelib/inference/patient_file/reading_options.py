"""What the sender of a patient file says about it: the meaning of its columns, units, decimal mark and codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MISSING_CODES_MAX = 10


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """The options that decide how a file is read.

    - ``units``: the unit of numbers whose header names none: the column's own unit (``stated``), or the SI unit of
      columns that have one (``si``).
    - ``decimal``: the decimal mark. None: the file decides.
    - ``missing``: codes that mean "not measured", such as ``999``. An empty tuple says that no code does; None: the
      file is searched for such codes.
    - ``columns``: the column of a heading; None if the heading's column is not used.
    - ``column_units``: the unit of a column.
    - ``column_values``: for a category, the value of each text of the file; None if the text means "not measured".
    """

    units: Literal["stated", "si"] = "stated"
    decimal: Literal[".", ","] | None = None
    missing: tuple[str, ...] | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)
    column_units: Mapping[str, str] = field(default_factory=dict)
    column_values: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    @property
    def si(self) -> bool:
        """Whether numbers without a unit in their header are in SI units."""
        return self.units == "si"


DEFAULT_READING = ReadingOptions()
