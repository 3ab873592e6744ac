"""Accumulate the cohort summary of a result in the worker, which has numpy."""

import heapq
import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chalicelib.inference.results.cohort import BIN_YEARS, LOWEST_ESTIMATES_MAX, bin_count, bins_document
from chalicelib.inference.results.number_texts import Vector

_Flags = npt.NDArray[np.bool_]


class CohortSummary:
    """Accumulates the summary of a result from its chunks, in file order.

    Its memory does not grow with the file: it keeps sums for each bin and at most LOWEST_ESTIMATES_MAX lines.
    """

    def __init__(self, horizon_years: float, survival_points: int) -> None:
        self._bins = bin_count(horizon_years)
        self._counts, self._imputed, self._out_of_range = np.zeros((3, self._bins), dtype=np.int64)
        self._years = np.zeros(self._bins)
        self._survival = np.zeros((survival_points, self._bins))
        # Years, row index and line. The row index sorts equal years by their order in the file.
        self._lowest_estimates: list[tuple[float, int, str]] = []
        self._rows = 0

    def add(
        self, years: Vector, survival: Sequence[Vector], imputed: _Flags, out_of_range: _Flags, lines: Sequence[str]
    ) -> None:
        """Add a chunk of n patients.

        ``years``: shape (n,), from 0 to the horizon. ``survival``: for each year of the model's curve, the
        probabilities, shape (n,). ``imputed``, ``out_of_range``: shape (n,), whether a patient has such a value.
        ``lines``: the n lines of the CSV.
        """
        # As in np.histogram, the last bin includes its upper edge: a patient can have exactly the horizon.
        bins = np.minimum((years / BIN_YEARS).astype(np.intp), self._bins - 1)
        self._counts += np.bincount(bins, minlength=self._bins)
        self._imputed += np.bincount(bins[imputed], minlength=self._bins)
        self._out_of_range += np.bincount(bins[out_of_range], minlength=self._bins)
        self._years += np.bincount(bins, years, self._bins)
        for point, probabilities in enumerate(survival):
            self._survival[point] += np.bincount(bins, probabilities, self._bins)
        self._rank(years, lines)

    def _rank(self, years: Vector, lines: Sequence[str]) -> None:
        """Keep the lines that are among the lowest estimates so far."""
        is_full = len(self._lowest_estimates) == LOWEST_ESTIMATES_MAX
        candidates = np.flatnonzero(years < (self._lowest_estimates[-1][0] if is_full else np.inf))
        lowest = candidates[np.argsort(years[candidates], kind="stable")[:LOWEST_ESTIMATES_MAX]].tolist()
        chunk = [(float(years[index]), self._rows + index, lines[index]) for index in lowest]
        self._lowest_estimates = list(heapq.merge(self._lowest_estimates, chunk))[:LOWEST_ESTIMATES_MAX]
        self._rows += len(years)

    def document(self, header: str) -> bytes:
        """Return the summary as JSON: the bins of ``bins_document``, and ``lowest_estimates``.

        ``lowest_estimates`` is a part of the CSV: its header line, and the lines with the lowest estimates, the lowest
        first.
        """
        bins = bins_document(
            self._counts.tolist(),
            self._imputed.tolist(),
            self._out_of_range.tolist(),
            self._years.tolist(),
            self._survival.T.tolist(),
        )
        lines = "".join(line for _, _, line in self._lowest_estimates)
        return json.dumps(bins | {"lowest_estimates": header + lines}, ensure_ascii=False).encode()
