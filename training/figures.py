"""Write measured figures under their names on the cards, with their standard errors and differences."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.inference.models.stable_comparison import exceeds
from training.metrics import Figure

Figures = dict[str, Any]

_ERRORS = {
    "mae": "ipcw_mae",
    "rmse": "ipcw_rmse",
    "bias": "bias",
    "brier_score": "integrated_brier_score",
    "mae_of_median": "ipcw_mae_of_median",
}
"""The names of errors on the card, where they also say the horizon (``bias_8y``)."""

CHANCE = 2.0
"""A figure that differs from a number by more standard errors than this is unlikely to do so by chance."""


def is_unlikely_chance(difference: float, se: float) -> bool:
    """Return whether a difference is unlikely to be chance, given its standard error."""
    return bool(exceeds(abs(difference), CHANCE * se))


def by_horizon(figures: Mapping[str, Figure], horizon_years: float, names: Iterable[str] = ()) -> dict[str, Figure]:
    """Return figures of ``evaluation.accuracy`` by their names on the card: all, or those of ``names``."""
    return {
        f"{_ERRORS[name]}_{horizon_years:.0f}y" if name in _ERRORS else name: figures[name]
        for name in names or figures
        if name in figures
    }


def errors_only(figures: Mapping[str, Figure], horizon_years: float) -> dict[str, Figure]:
    """Return the errors of ``evaluation.accuracy`` by their names on the card, such as ``ipcw_mae_8y``."""
    return by_horizon(figures, horizon_years, _ERRORS)


def differences(figures: Mapping[str, Figure], others: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return ``figures`` minus ``others``, which are of the same patients, as ``<name>_difference``."""
    return {f"{name}_difference": figure - others[name] for name, figure in figures.items() if name in others}


def with_standard_errors(figures: Any) -> Any:
    """Return nested figures as numbers. ``<name>_se`` holds the standard error of a ``Figure`` or a list of them."""
    if isinstance(figures, list):
        return [with_standard_errors(part) for part in figures]
    if not isinstance(figures, dict):
        return figures.value if isinstance(figures, Figure) else figures
    written: Figures = {}
    for name, part in figures.items():
        written[name] = with_standard_errors(part)
        if isinstance(part, Figure):
            written[f"{name}_se"] = part.se
        elif isinstance(part, list) and part and isinstance(part[0], Figure):
            written[f"{name}_se"] = [figure.se for figure in part]
    return written
