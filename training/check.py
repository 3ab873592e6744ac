"""Is what is committed what a training run makes?"""

import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from chalicelib.inference.models.base import ARTEFACT_NAME, CARD_NAME, read_card, read_verified
from training.build import ARTEFACTS_DIR, SAMPLES_DIR, build, write_samples
from training.card import parameters
from training.data import cirrhosis, death
from training.models import RECIPES
from training.report import Report, first_repeat

COEFFICIENT_TOLERANCE = 1e-9
# Figures are rounded to three decimals; rounding noise may put one on the other side of a rounding edge.
FIGURE_TOLERANCE = 0.0010001
FIGURES = {field.name for field in fields(Report)}
# What another machine may have otherwise, as long as the numbers agree.
OF_THE_MACHINE = ("artefact", "versions")


def differences(root: Path) -> list[str]:
    """Rebuilds into a temporary folder and names what differs from the files below ``root``."""
    with tempfile.TemporaryDirectory() as folder:
        rebuilt = Path(folder)
        build(rebuilt, print)
        return compare(root, rebuilt)


def quick_differences(root: Path) -> list[str]:
    """The same for what takes seconds: samples, every fitted number, and the figures of the first folds."""
    patients = cirrhosis()
    with tempfile.TemporaryDirectory() as folder:
        write_samples(Path(folder), patients)
        found = list(_compare_samples(root, Path(folder)))
    for recipe in RECIPES:
        kept = read_card(root / ARTEFACTS_DIR / recipe.id)
        made = json.loads(json.dumps(parameters(recipe, recipe.serve(patients, death(patients)))))
        for section, value in made.items():
            found += _compare(f"{recipe.id}: {section}", kept.get(section), value, COEFFICIENT_TOLERANCE)
        figures = first_repeat(recipe, patients)
        found += _compare(f"{recipe.id}: first_repeat", kept.get("first_repeat"), figures, FIGURE_TOLERANCE)
    return found


def compare(root: Path, rebuilt: Path) -> list[str]:
    """What differs between the files below two folders.

    Equal bytes, or: coefficients within 1e-9, figures equal to three decimals, samples equal. The artefacts below
    ``root`` must be those that their cards name: ``ArtefactMismatchError`` otherwise.
    """
    found = list(_compare_samples(root, rebuilt))
    for made in sorted((rebuilt / ARTEFACTS_DIR).iterdir()):
        found += _compare_model(root / ARTEFACTS_DIR / made.name, made)
    return found


def _compare_samples(root: Path, rebuilt: Path) -> Iterator[str]:
    for made in sorted((rebuilt / SAMPLES_DIR).iterdir()):
        kept = root / SAMPLES_DIR / made.name
        if not kept.is_file() or kept.read_bytes() != made.read_bytes():
            yield f"{SAMPLES_DIR / made.name} differs"


def _compare_model(kept: Path, made: Path) -> Iterator[str]:
    for name in (ARTEFACT_NAME, CARD_NAME):
        if not (kept / name).is_file():
            yield f"{ARTEFACTS_DIR / kept.name / name} is missing"
            return
    read_verified(kept)
    if all((kept / name).read_bytes() == (made / name).read_bytes() for name in (ARTEFACT_NAME, CARD_NAME)):
        return
    for difference in compare_cards(read_card(kept), read_card(made)):
        yield f"{kept.name}: {difference}"


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
