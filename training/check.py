"""Compare the committed models with rebuilt ones.

Fitted numbers, such as coefficients, must agree within ``FITTED_TOLERANCE``. Measured figures, such as the concordance,
must agree within ``FIGURE_TOLERANCE``. With other kernels of
OpenBLAS, with one thread or two, and without AVX-512, AVX2 or FMA, both differed by 9e-15 at most. The tolerances are
far larger, since they must also hold if the inputs have a relative noise of 1e-12
(``tests/unit/training/test_noise.py``).
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
"""The tolerance of fitted numbers; relative for numbers above 1."""
FIGURE_TOLERANCE = 0.0010001
"""The tolerance of figures. They have three decimals, and noise may change how the last one is rounded."""
FIGURE_SECTIONS = {field.name for field in fields(Report)}
MACHINE_SECTIONS = ("artefact", "versions")
"""Sections of a card that depend on the machine. They are not compared."""
MODEL_SECTIONS = {
    "features", "intercept", "alpha", "imputation", "interval_table", "baseline", "reference", "curve_band",
    "horizon_years", "contribution_scale", "survival_years", "interval_quantiles", "curve_band_level",
}  # fmt: skip
"""Sections that determine a prediction or define its meaning."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of a card that differs between the committed and the rebuilt card.

    ``section`` is the top-level section, ``path`` the full path of the value, such as ``quality.c_index``.
    """

    section: str
    path: str
    committed: Any
    rebuilt: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.committed!r} is committed, {self.rebuilt!r} was rebuilt"

    @property
    def is_numeric(self) -> bool:
        """Return whether both values are numbers."""
        return isinstance(self.committed, int | float) and isinstance(self.rebuilt, int | float)

    @property
    def changes_the_model(self) -> bool:
        """Return whether the model needs a new version: its predictions or its measured figures changed.

        A price, a text or an added figure needs no new version.
        """
        return self.section in MODEL_SECTIONS or (self.is_numeric and self.section != "coins")


def differences(root: Path) -> list[str]:
    """Rebuild all models in a temporary folder, and return the differences from the files below ``root``."""
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = Path(folder)
        build(rebuilt, print)
        return compare(root, rebuilt)


def compare(root: Path, rebuilt: Path) -> list[str]:
    """Return the differences between the files below two folders, one line each.

    Raises ``ArtefactMismatchError`` if an artefact below ``root`` does not match its card.
    """
    lines = [f"{sample} differs" for sample in differing_samples(root, rebuilt)]
    for model in sorted((rebuilt / ARTEFACTS_DIR).iterdir()):
        committed = root / ARTEFACTS_DIR / model.name
        missing = missing_files(committed)
        lines += [f"{ARTEFACTS_DIR / model.name / name} is missing" for name in missing]
        if not missing:
            lines += [f"{model.name}: {difference}" for difference in model_differences(committed, model)]
    return lines


def differing_samples(root: Path, rebuilt: Path) -> list[Path]:
    """Return the paths, relative to the folders, of the sample files that are missing or different below ``root``."""
    samples = sorted(sample.relative_to(rebuilt) for sample in (rebuilt / SAMPLES_DIR).iterdir())
    return [
        sample
        for sample in samples
        if not (root / sample).is_file() or (root / sample).read_bytes() != (rebuilt / sample).read_bytes()
    ]


def missing_files(model: Path) -> list[str]:
    """Return the names of the files that a model's folder lacks."""
    return [name for name in (ARTEFACT_NAME, CARD_NAME) if not (model / name).is_file()]


def model_differences(committed: Path, rebuilt: Path) -> list[Difference]:
    """Return the differences beyond the tolerances between two folders of a model.

    Raises ``ArtefactMismatchError`` if the committed artefact does not match its card.
    """
    read_verified(committed)
    return card_differences(read_card(committed), read_card(rebuilt))


def card_differences(committed: dict[str, Any], rebuilt: dict[str, Any]) -> list[Difference]:
    """Return the differences between two cards beyond the tolerances."""
    sections = sorted((committed.keys() | rebuilt.keys()) - set(MACHINE_SECTIONS))
    return [difference for section in sections for difference in section_differences(section, committed, rebuilt)]


def section_differences(section: str, committed: dict[str, Any], rebuilt: dict[str, Any]) -> Iterator[Difference]:
    """Yield the differences beyond the tolerances in one section of two cards."""
    is_figure = section in FIGURE_SECTIONS
    absolute, relative = (FIGURE_TOLERANCE, 0.0) if is_figure else (FITTED_TOLERANCE, FITTED_TOLERANCE)
    for path, old, new in _unequal(section, committed.get(section), rebuilt.get(section)):
        difference = Difference(section, path, old, new)
        if not (difference.is_numeric and math.isclose(old, new, rel_tol=relative, abs_tol=absolute)):
            yield difference


def _unequal(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield the path and both values of every difference between two nested structures."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from _unequal(f"{path}.{name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _unequal(f"{path}[{index}]", *pair)
    elif old != new:
        yield path, old, new
