"""Is what is committed what a training run makes?"""

import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.inference.models.base import ARTEFACT_NAME, CARD_NAME, read_verified
from training.build import ARTEFACT_DIR, SAMPLES_DIR, build

COEFFICIENT_TOLERANCE = 1e-9
# Figures are rounded to three decimals; rounding noise may put one on the other side of a rounding edge.
FIGURE_TOLERANCE = 0.0010001
FIGURES = ("quality", "comparisons", "sensitivity", "not_achievable")
# What another machine may have otherwise, as long as the numbers agree.
OF_THE_MACHINE = ("artefact", "versions")


def differences(root: Path) -> list[str]:
    """Rebuilds into a temporary folder and names what differs from the files below ``root``."""
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = Path(folder)
        build(rebuilt)
        return compare(root, rebuilt)


def compare(root: Path, rebuilt: Path) -> list[str]:
    """What differs between the files below two folders.

    Equal bytes, or: coefficients within 1e-9, figures equal to three decimals, samples equal. The artefact below
    ``root`` must be the one that its card names: ``ArtefactMismatchError`` otherwise.
    """
    return [*_compare_samples(root, rebuilt), *_compare_model(root / ARTEFACT_DIR, rebuilt / ARTEFACT_DIR)]


def _compare_samples(root: Path, rebuilt: Path) -> Iterator[str]:
    for made in sorted((rebuilt / SAMPLES_DIR).iterdir()):
        kept = root / SAMPLES_DIR / made.name
        if not kept.is_file() or kept.read_bytes() != made.read_bytes():
            yield f"{SAMPLES_DIR / made.name} differs"


def _compare_model(kept: Path, made: Path) -> Iterator[str]:
    for name in (ARTEFACT_NAME, CARD_NAME):
        if not (kept / name).is_file():
            yield f"{ARTEFACT_DIR / name} is missing"
            return
    read_verified(kept)
    if all((kept / name).read_bytes() == (made / name).read_bytes() for name in (ARTEFACT_NAME, CARD_NAME)):
        return
    yield from compare_cards(_card(kept), _card(made))


def _card(folder: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((folder / CARD_NAME).read_text(encoding="utf-8"))
    return card


def compare_cards(kept: dict[str, Any], made: dict[str, Any]) -> Iterator[str]:
    """The sections' differences, beyond what another machine may have otherwise."""
    for section in sorted((kept.keys() | made.keys()) - set(OF_THE_MACHINE)):
        tolerance = FIGURE_TOLERANCE if section in FIGURES else COEFFICIENT_TOLERANCE
        yield from _compare(section, kept.get(section), made.get(section), tolerance)


def _compare(place: str, kept: Any, made: Any, tolerance: float) -> Iterator[str]:
    if isinstance(kept, dict) and isinstance(made, dict):
        for name in sorted(kept.keys() | made.keys()):
            yield from _compare(f"{place}.{name}", kept.get(name), made.get(name), tolerance)
    elif isinstance(kept, list) and isinstance(made, list) and len(kept) == len(made):
        for position, pair in enumerate(zip(kept, made, strict=True)):
            yield from _compare(f"{place}[{position}]", *pair, tolerance)
    elif isinstance(kept, int | float) and isinstance(made, int | float):
        if not math.isclose(kept, made, rel_tol=0.0, abs_tol=tolerance):
            yield f"{place}: {kept} is kept, {made} was made"
    elif kept != made:
        yield f"{place}: {kept!r} is kept, {made!r} was made"
