"""Compare what is committed with what a training run makes.

Fitted numbers agree within ``FITTED_TOLERANCE``, figures within ``FIGURE_TOLERANCE``. With other kernels of OpenBLAS,
one thread or two, and without AVX-512, AVX2 or FMA, both differed by 9e-15 at most. The tolerances are far above that,
since a change of the inputs by a relative 1e-12 must stay within them too (``tests/unit/training/test_noise.py``).
"""

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from chalicelib.inference.models.base import ARTEFACT_NAME, CARD_NAME, read_card, read_verified
from training.build import ARTEFACTS_DIR, SAMPLES_DIR, build
from training.report import Report

FITTED_TOLERANCE = 1e-9
"""For fitted numbers; relative for those above 1."""
FIGURE_TOLERANCE = 0.0010001
"""Figures are rounded to three decimals, and noise may put one on the other side of a rounding edge."""
FIGURES = {field.name for field in fields(Report)}
OF_THE_MACHINE = ("artefact", "versions")
"""Sections of a card that may differ as long as the numbers agree."""
ANSWER = {
    "features", "intercept", "alpha", "interval_table", "baseline", "reference", "interval_levels", "curve_band",
    "horizon_years", "contribution_scale", "survival_years", "interval_level", "curve_band_level",
}  # fmt: skip
"""Sections that a prediction is computed from, and those that say what it means."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a card that a training run makes otherwise. ``section``: the card's section that it is in."""

    section: str
    place: str
    kept: Any
    made: Any

    def __str__(self) -> str:
        return f"{self.place}: {self.kept!r} is kept, {self.made!r} was made"

    @property
    def is_of_numbers(self) -> bool:
        """Return whether there is a number on both sides."""
        return isinstance(self.kept, int | float) and isinstance(self.made, int | float)

    @property
    def changes_the_model(self) -> bool:
        """Return whether the model needs another version: whether its answers or measured numbers are others.

        A price, a sentence, or a figure that wasn't there before doesn't make it another model.
        """
        return self.section in ANSWER or (self.is_of_numbers and self.section != "coins")


def differences(root: Path) -> list[str]:
    """Rebuild into a temporary folder and return what differs from the files below ``root``."""
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = Path(folder)
        build(rebuilt, print)
        return compare(root, rebuilt)


def compare(root: Path, rebuilt: Path) -> list[str]:
    """Return what differs between the files below two folders.

    The artefacts below ``root`` must be those that their cards name: ``ArtefactMismatchError`` otherwise.
    """
    found = [f"{sample} differs" for sample in differing_samples(root, rebuilt)]
    for made in sorted((rebuilt / ARTEFACTS_DIR).iterdir()):
        kept = root / ARTEFACTS_DIR / made.name
        missing = missing_files(kept)
        found += [f"{ARTEFACTS_DIR / made.name / name} is missing" for name in missing]
        if not missing:
            found += [f"{made.name}: {difference}" for difference in model_differences(kept, made)]
    return found


def differing_samples(root: Path, rebuilt: Path) -> list[Path]:
    """Return the sample files, below either folder, that are missing or others below ``root``."""
    samples = sorted(made.relative_to(rebuilt) for made in (rebuilt / SAMPLES_DIR).iterdir())
    return [
        sample
        for sample in samples
        if not (root / sample).is_file() or (root / sample).read_bytes() != (rebuilt / sample).read_bytes()
    ]


def missing_files(kept: Path) -> list[str]:
    """Return which of a model's files its folder lacks."""
    return [name for name in (ARTEFACT_NAME, CARD_NAME) if not (kept / name).is_file()]


def model_differences(kept: Path, made: Path) -> list[Difference]:
    """Return what differs between two folders of a model beyond the tolerances."""
    read_verified(kept)
    return card_differences(read_card(kept), read_card(made))


def card_differences(kept: dict[str, Any], made: dict[str, Any]) -> list[Difference]:
    """Return what differs between two cards beyond the tolerances."""
    sections = sorted((kept.keys() | made.keys()) - set(OF_THE_MACHINE))
    return [difference for section in sections for difference in section_differences(section, kept, made)]


def section_differences(section: str, kept: dict[str, Any], made: dict[str, Any]) -> Iterator[Difference]:
    """Yield what differs in one section of two cards beyond the tolerances."""
    absolute, relative = (FIGURE_TOLERANCE, 0.0) if section in FIGURES else (FITTED_TOLERANCE, FITTED_TOLERANCE)
    for place, one, other in _unequal(section, kept.get(section), made.get(section)):
        difference = Difference(section, place, one, other)
        if not (difference.is_of_numbers and math.isclose(one, other, rel_tol=relative, abs_tol=absolute)):
            yield difference


def _unequal(place: str, kept: Any, made: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield every place of a nested structure whose value differs, with both values."""
    if isinstance(kept, dict) and isinstance(made, dict):
        for name in sorted(kept.keys() | made.keys()):
            yield from _unequal(f"{place}.{name}", kept.get(name), made.get(name))
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for position, pair in enumerate(zip(kept, made, strict=True)):
            yield from _unequal(f"{place}[{position}]", *pair)
    elif kept != made:
        yield place, kept, made
