"""What a submitter may choose about a file."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """``units``: what a number is in whose header names no unit: the column's own unit (``stated``), or the SI unit
    where it has one. ``on_error``: whether bad rows refuse the file, or are skipped."""

    units: Literal["stated", "si"] = "stated"
    on_error: Literal["refuse", "skip"] = "refuse"

    @property
    def si(self) -> bool:
        """Whether numbers are in SI units."""
        return self.units == "si"

    @property
    def skip(self) -> bool:
        """Whether bad rows are skipped."""
        return self.on_error == "skip"


STATED = Options()
"""As a file without further words is taken."""
