"""The options of a submission: units of the numbers, and the handling of bad rows."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a submission.

    ``units``: the unit of numbers whose header names none. It is the column's own unit (``stated``), or the SI unit of
    columns that have one (``si``). ``on_error``: whether a bad row makes the file invalid (``refuse``), or is skipped.
    """

    units: Literal["stated", "si"] = "stated"
    on_error: Literal["refuse", "skip"] = "refuse"

    @property
    def si(self) -> bool:
        """Whether numbers without a unit in their header are in SI units."""
        return self.units == "si"

    @property
    def skip(self) -> bool:
        """Whether bad rows are skipped."""
        return self.on_error == "skip"


DEFAULT_OPTIONS = Options()
