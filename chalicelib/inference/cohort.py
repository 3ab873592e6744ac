"""A result at a glance, however large: how the years are spread, and the rows of those who have the fewest."""

import heapq
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

SICKEST_MAX = 1000
BIN_YEARS = 0.5

_Vector = np.ndarray[Any, np.dtype[np.float64]]


class Cohort:
    """Takes chunks of years, shape (n,), each with its lines of the rows object."""

    def __init__(self, horizon_years: float) -> None:
        self._edges = np.arange(0.0, horizon_years + BIN_YEARS / 2, BIN_YEARS)
        self._counts = np.zeros(len(self._edges) - 1, dtype=np.int64)
        # Years, and the place among all as a tie's end: the earlier row first.
        self._sickest: list[tuple[float, int, str]] = []
        self._seen = 0

    def add(self, years: _Vector, lines: Sequence[str]) -> None:
        """Count a chunk in, and keep those of its lines that are among the sickest so far."""
        self._counts += np.histogram(years, self._edges)[0]
        candidates = np.argsort(years, kind="stable")[:SICKEST_MAX].tolist()
        chunk = [(float(years[at]), self._seen + at, lines[at]) for at in candidates]
        self._sickest = heapq.nsmallest(SICKEST_MAX, self._sickest + chunk)
        self._seen += len(years)

    def document(self) -> bytes:
        """JSON: ``edges`` in years, ascending, ``counts`` of patients between them (the last bin holds the horizon),
        and ``sickest``: lines of the rows object, the fewest years first."""
        counted = json.dumps({"edges": self._edges.tolist(), "counts": self._counts.tolist()})
        sickest = ",".join(line.rstrip("\n") for _, _, line in self._sickest)
        return f'{counted[:-1]}, "sickest": [{sickest}]}}\n'.encode()
