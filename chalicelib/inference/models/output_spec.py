"""The output specification of a model: its horizon, its scale and the years of its curve.

The API imports this module too, so it imports no pandas.
"""

from dataclasses import dataclass
from typing import Literal

ContributionScale = Literal["years", "log_hazard", "score"]

INTERVAL_QUANTILES = (0.1, 0.9)
"""The probabilities of death at the ends of every model's interval."""


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What a model's output columns mean.

    - ``horizon_years``: estimates are years within this horizon.
    - ``contribution_scale``: the scale of baseline and contributions.
    - ``survival_years``: the years at which the survival curve is given; empty for a model without a curve.
    - ``curve_band_level``: the level of the band around the curve, such as 0.8; None for a model without a band.
    - ``interval_quantiles``: the probabilities of death at the ends of the interval, (0.1, 0.9): 9 of 10 such patients
      outlive its lower end, 1 of 10 its upper end. None in results of the models' versions 1, whose intervals were made
      to contain the true number for 80% of the patients.
    """

    horizon_years: float
    contribution_scale: ContributionScale
    survival_years: tuple[int, ...] = ()
    curve_band_level: float | None = None
    interval_quantiles: tuple[float, float] | None = None
