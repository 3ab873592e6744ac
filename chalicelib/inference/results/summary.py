"""A result at a glance, however large: how the years are spread, and the rows of those who have the fewest."""

import heapq
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

LOWEST_ESTIMATES_MAX = 1000
BIN_YEARS = 0.5
YEARS_DECIMALS = 3
PROBABILITY_DECIMALS = 4

_Vector = np.ndarray[Any, np.dtype[np.float64]]
_Flags = np.ndarray[Any, np.dtype[np.bool_]]


class CohortSummary:
    """Accumulates chunks of n patients in the order of the file. Keeps sums and ``LOWEST_ESTIMATES_MAX`` lines."""

    def __init__(self, horizon_years: float, survival_points: int) -> None:
        self._edges = np.arange(0.0, horizon_years + BIN_YEARS / 2, BIN_YEARS)
        self._bins = len(self._edges) - 1
        self._counts, self._imputed, self._out_of_range = np.zeros((3, self._bins), dtype=np.int64)
        self._years = np.zeros(self._bins)
        self._survival = np.zeros((survival_points, self._bins))
        # Years, and the place among all as a tie's end: the earlier row first.
        self._sickest: list[tuple[float, int, str]] = []
        self._seen = 0

    def count(self, years: _Vector, survival: Sequence[_Vector], imputed: _Flags, out_of_range: _Flags) -> None:
        """Count a chunk in.

        ``years``: from 0 to the horizon. ``survival``: for each year of the model's curve the n probabilities.
        ``imputed``, ``out_of_range``: whether a patient has such a value.
        """
        # The last bin has both its ends, as np.histogram's: the horizon itself is in it.
        bins = np.minimum((years / BIN_YEARS).astype(np.intp), self._bins - 1)
        self._counts += np.bincount(bins, minlength=self._bins)
        self._imputed += np.bincount(bins[imputed], minlength=self._bins)
        self._out_of_range += np.bincount(bins[out_of_range], minlength=self._bins)
        self._years += np.bincount(bins, years, self._bins)
        for point, probabilities in enumerate(survival):
            self._survival[point] += np.bincount(bins, probabilities, self._bins)

    def rank(self, years: _Vector, lines: Sequence[str]) -> None:
        """Keep those of a chunk's lines of the rows object that are among the sickest so far."""
        candidates = np.argsort(years, kind="stable")[:LOWEST_ESTIMATES_MAX].tolist()
        chunk = [(float(years[at]), self._seen + at, lines[at]) for at in candidates]
        self._sickest = heapq.nsmallest(LOWEST_ESTIMATES_MAX, self._sickest + chunk)
        self._seen += len(years)

    def document(self) -> bytes:
        """JSON: ``edges`` in years, ascending; a bin's patients (``counts``), those of them with a value that was
        ``imputed`` or ``out_of_range``, their ``mean_years`` (null if there are none) and mean probabilities to
        survive (``survival``, ``[]`` if there are none); and ``sickest``: lines of the rows object, the fewest years
        first.
        """
        counted = json.dumps(
            {
                "edges": self._edges.tolist(),
                "counts": self._counts.tolist(),
                "mean_years": [mean[0] if mean else None for mean in self._means(self._years[None], YEARS_DECIMALS)],
                "survival": self._means(self._survival, PROBABILITY_DECIMALS),
                "imputed": self._imputed.tolist(),
                "out_of_range": self._out_of_range.tolist(),
            }
        )
        sickest = ",".join(line.rstrip("\n") for _, _, line in self._sickest)
        return f'{counted[:-1]}, "sickest": [{sickest}]}}\n'.encode()

    def _means(self, sums: _Vector, decimals: int) -> list[list[float]]:
        """For each bin the means of ``sums``, shape (values, bins); of an empty one none."""
        means = (sums / np.maximum(self._counts, 1)).round(decimals).T.tolist()
        return [mean if count else [] for mean, count in zip(means, self._counts.tolist(), strict=True)]
