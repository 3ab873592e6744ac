"""What the sender of a patient file says about it: the meaning of its columns, units, decimal mark and codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

_HEADING_CHARACTERS_MAX = 100
"""The preview shows as much of a heading."""


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

    @staticmethod
    def plain_heading(text: str) -> str:
        """Return the form in which headings are compared: line breaks are blanks, and only the beginning counts."""
        return " ".join(text[:_HEADING_CHARACTERS_MAX].split())

    def mapped_headings(self) -> set[str]:
        """Return the headings whose column the sender states, in the form in which they are compared."""
        return set(map(self.plain_heading, self.columns))

    def described(self, header: Sequence[str]) -> set[int]:
        """Return the indices of the headings whose column the sender states."""
        plain = self.mapped_headings()
        return {index for index, text in enumerate(header) if self.plain_heading(text) in plain}

    def column_of(self, heading: str) -> str | None:
        """Return the column that the sender states for ``heading``."""
        plain = self.plain_heading(heading)
        return next((name for text, name in self.columns.items() if self.plain_heading(text) == plain), None)


DEFAULT_READING = ReadingOptions()
