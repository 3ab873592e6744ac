"""The part of ``python -m training --check`` that takes seconds."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from chalicelib.inference.models.base import read_card
from training.build import ARTEFACTS_DIR, write_samples
from training.card import parameters
from training.check import Difference, differing_samples, section_differences
from training.data import cirrhosis, death
from training.evaluation import cross_validate
from training.figures import Figures
from training.models import RECIPES
from training.recipe import Recipe
from training.report import held_out_figures, rounded


def quick_differences(root: Path) -> list[str]:
    """Return the differences between the committed artefacts and a quick training run.

    It compares the samples, every fitted number, and the figures of the first repeat of the cross-validation.
    """
    patients = cirrhosis()
    with tempfile.TemporaryDirectory() as folder:
        write_samples(Path(folder), patients)
        differences = [f"{sample} differs" for sample in differing_samples(root, Path(folder))]
    for recipe in RECIPES:
        card = read_card(root / ARTEFACTS_DIR / recipe.id)
        differences += [f"{recipe.id}: {difference}" for difference in quick_card_differences(card, recipe, patients)]
    return differences


def quick_card_differences(card: dict[str, Any], recipe: Recipe, patients: pd.DataFrame) -> list[Difference]:
    """Return the differences between the card and a fit to these patients, with the figures of the first repeat."""
    fitted = json.loads(json.dumps(parameters(recipe, recipe.fit_served(patients, death(patients)))))
    fitted["first_repeat"] = _first_repeat(recipe, patients)
    return [difference for section in fitted for difference in section_differences(section, card, fitted)]


def _first_repeat(recipe: Recipe, patients: pd.DataFrame) -> Figures:
    """Return the figures of the first repeat alone. They show whether a card belongs to this code and data."""
    [answers] = cross_validate(recipe.fit, patients, death(patients), (recipe.horizon_years,), repeats=1)
    figures: Figures = rounded(held_out_figures(answers))
    return figures
