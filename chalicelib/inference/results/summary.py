"""The cohort summary of a result: the distribution of the years, and the rows with the lowest estimates."""

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
    """Accumulates the summary of a result from its chunks, in file order.

    Its memory does not grow with the file: it keeps sums for each bin and at most LOWEST_ESTIMATES_MAX lines.
    """

    def __init__(self, horizon_years: float, survival_points: int) -> None:
        self._edges = np.arange(0.0, horizon_years + BIN_YEARS / 2, BIN_YEARS)
        self._bins = len(self._edges) - 1
        self._counts, self._imputed, self._out_of_range = np.zeros((3, self._bins), dtype=np.int64)
        self._years = np.zeros(self._bins)
        self._survival = np.zeros((survival_points, self._bins))
        # Years, row index and line. The row index sorts equal years by their order in the file.
        self._lowest_estimates: list[tuple[float, int, str]] = []
        self._rows = 0

    def count(self, years: _Vector, survival: Sequence[_Vector], imputed: _Flags, out_of_range: _Flags) -> None:
        """Add a chunk of n patients to the bins.

        ``years``: shape (n,), from 0 to the horizon. ``survival``: for each year of the model's curve, the
        probabilities, shape (n,). ``imputed``, ``out_of_range``: shape (n,), whether a patient has such a value.
        """
        # As in np.histogram, the last bin includes its upper edge: a patient can have exactly the horizon.
        bins = np.minimum((years / BIN_YEARS).astype(np.intp), self._bins - 1)
        self._counts += np.bincount(bins, minlength=self._bins)
        self._imputed += np.bincount(bins[imputed], minlength=self._bins)
        self._out_of_range += np.bincount(bins[out_of_range], minlength=self._bins)
        self._years += np.bincount(bins, years, self._bins)
        for point, probabilities in enumerate(survival):
            self._survival[point] += np.bincount(bins, probabilities, self._bins)

    def rank(self, years: _Vector, lines: Sequence[str]) -> None:
        """Keep the chunk's ``lines`` of the rows file that are among the lowest estimates so far.

        ``years`` has shape (n,), and ``lines`` has n elements.
        """
        candidates = np.argsort(years, kind="stable")[:LOWEST_ESTIMATES_MAX].tolist()
        chunk = [(float(years[index]), self._rows + index, lines[index]) for index in candidates]
        self._lowest_estimates = heapq.nsmallest(LOWEST_ESTIMATES_MAX, self._lowest_estimates + chunk)
        self._rows += len(years)

    def document(self) -> bytes:
        """Return the summary as JSON.

        - ``edges``: the edges of the bins in years, ascending.
        - ``counts``: the patients of each bin; ``imputed`` and ``out_of_range``: those of them with such a value.
        - ``mean_years``: the mean years of each bin's patients, null for an empty bin.
        - ``survival``: their mean survival probabilities, ``[]`` for an empty bin.
        - ``sickest``: the lines of the rows file with the lowest estimates, the lowest first.
        """
        bins = json.dumps(
            {
                "edges": self._edges.tolist(),
                "counts": self._counts.tolist(),
                "mean_years": [mean[0] if mean else None for mean in self._means(self._years[None], YEARS_DECIMALS)],
                "survival": self._means(self._survival, PROBABILITY_DECIMALS),
                "imputed": self._imputed.tolist(),
                "out_of_range": self._out_of_range.tolist(),
            }
        )
        lines = ",".join(line.rstrip("\n") for _, _, line in self._lowest_estimates)
        return f'{bins[:-1]}, "sickest": [{lines}]}}\n'.encode()

    def _means(self, sums: _Vector, decimals: int) -> list[list[float]]:
        """Return the means of each bin from ``sums``, shape (values, bins). An empty bin has an empty list."""
        means = (sums / np.maximum(self._counts, 1)).round(decimals).T.tolist()
        return [mean if count else [] for mean, count in zip(means, self._counts.tolist(), strict=True)]
