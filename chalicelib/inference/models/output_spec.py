"""What a model's answers are. Known to the API too, hence without pandas."""

from dataclasses import dataclass
from typing import Literal

ContributionScale = Literal["years", "log_hazard", "score"]


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """Years within ``horizon_years``; contributions on ``contribution_scale``; the probability to live longer than
    each of ``survival_years``, none for a model without a survival curve. ``curve_band_level``: that of the band around
    these probabilities, None for a model without a band."""

    horizon_years: float
    contribution_scale: ContributionScale
    survival_years: tuple[int, ...] = ()
    curve_band_level: float | None = None
