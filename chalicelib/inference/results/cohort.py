"""The cohort summary of a result: the distribution of the years, and the patients with the lowest estimates.

For a result of at most SMALL_RESULT_ROWS rows the API computes it from the rows. For a larger one the worker stores it
(``results.summary``). The API imports this module, so it imports no numpy.
"""

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

LOWEST_ESTIMATES_MAX = 1000
SMALL_RESULT_ROWS = LOWEST_ESTIMATES_MAX
BIN_YEARS = 0.5
YEARS_DECIMALS = 3
PROBABILITY_DECIMALS = 4


def bin_count(horizon_years: float) -> int:
    """Return the number of bins from 0 to the horizon."""
    return math.ceil(horizon_years / BIN_YEARS - 0.5)


def bins_document(
    counts: Sequence[int],
    imputed: Sequence[int],
    out_of_range: Sequence[int],
    years: Sequence[float],
    survival: Sequence[Sequence[float]],
) -> dict[str, Any]:
    """Return the bins in the API's format.

    Every argument has an element for each bin. ``imputed`` and ``out_of_range`` count the bin's patients with such a
    value. ``years`` has the sum of their years, and ``survival`` the sums of their probabilities at each year of the
    curve.
    """
    return {
        "edges": [BIN_YEARS * index for index in range(len(counts) + 1)],
        "counts": list(counts),
        "mean_years": [
            round(total / count, YEARS_DECIMALS) if count else None for total, count in zip(years, counts, strict=True)
        ],
        "survival": [
            [round(total / count, PROBABILITY_DECIMALS) for total in totals] if count else []
            for totals, count in zip(survival, counts, strict=True)
        ],
        "imputed": list(imputed),
        "out_of_range": list(out_of_range),
    }


def cohort_of(rows: list[dict[str, Any]], horizon_years: float) -> dict[str, Any]:
    """Return the cohort summary of a result's predicted rows. All are in the API's format and in file order."""
    bins = bin_count(horizon_years)
    counts, imputed, out_of_range = ([0] * bins for _ in range(3))
    years = [0.0] * bins
    survival = [[0.0] * len(rows[0]["survival"]) for _ in range(bins)]
    for row in rows:
        # The last bin includes its upper edge: a patient can have exactly the horizon.
        index = min(int(row["years"] / BIN_YEARS), bins - 1)
        counts[index] += 1
        imputed[index] += bool(row["imputed"])
        out_of_range[index] += bool(row["out_of_range"])
        years[index] += row["years"]
        for point, survival_at in enumerate(row["survival"]):
            survival[index][point] += survival_at["probability"]
    return bins_document(counts, imputed, out_of_range, years, survival) | {
        "sickest": sorted(rows, key=itemgetter("years"))
    }
