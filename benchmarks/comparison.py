"""Compare figures of this checkout with those of another one: their table, and the file that a chart is drawn from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RATES = ("per s", "rows/s")
"""The units of which more is better."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of two versions of the service, each a median over alternating runs."""

    name: str
    unit: str
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """The figure after the change divided by the one before it."""
        return self.after / self.before if self.before else math.nan

    @property
    def speedup(self) -> float:
        """How many times as fast the service has become."""
        return self.ratio if self.unit in RATES else 1 / self.ratio


def print_table(rows: Iterable[Compared], before: str = "before", after: str = "after") -> list[Compared]:
    """Print each figure as soon as it is measured, as a row of a Markdown table. Return all of them."""
    print(f"| {'':<40} | {'unit':<6} | {before:>9} | {after:>9} | ratio |")
    print(f"| {'-' * 40} | {'-' * 6} | {'-' * 8}: | {'-' * 8}: | ----: |")
    printed = []
    for row in rows:
        figures = f"{rounded(row.before):>9} | {rounded(row.after):>9} | {row.ratio:>5.2f}"
        print(f"| {row.name:<40} | {row.unit:<6} | {figures} |", flush=True)
        printed.append(row)
    return printed


def rounded(figure: float) -> str:
    """Return a figure as it is printed: a whole number, or three significant digits."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def write(rows: Sequence[Compared], file: Path) -> None:
    """Write the figures as JSON."""
    file.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> list[Compared]:
    """Return the figures of a file that ``write`` wrote."""
    return [Compared(**row) for row in json.loads(file.read_text("utf-8"))]


def interpreter(checkout: Path) -> Path:
    """Return the Python interpreter of a checkout. Raises ``SystemExit`` if ``make`` has not installed it there."""
    python = checkout / ".venv" / "bin" / "python"
    if not python.exists():
        raise SystemExit(f"{checkout} has no .venv. Install it with: make -C {checkout} .venv/.dev")
    return python
