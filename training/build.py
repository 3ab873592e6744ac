"""Build all models: fit and evaluate them, and write their artefacts and cards and the sample files."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import joblib
import pandas as pd

from chalicelib.inference.models.base import ARTEFACT_NAME, CARD_NAME
from training.card import make_card, to_json
from training.curve import FittedCurve
from training.data import cirrhosis, death
from training.lasso import FittedLasso
from training.models import RECIPES
from training.recipe import Recipe
from training.report import Report, measure
from training.samples import sample_files

ARTEFACTS_DIR = Path("model_artifacts")
SAMPLES_DIR = Path("frontend") / "public" / "samples"


@dataclass(frozen=True, slots=True)
class BuiltModel:
    """A fitted model with its recipe and the report of its evaluation."""

    recipe: Recipe
    fitted: FittedLasso | FittedCurve
    report: Report


def build(root: Path, log: Callable[[str], None]) -> list[BuiltModel]:
    """Write ``model_artifacts/<id>`` of each model and the sample files below ``root``.

    ``log`` is called with a line for each step.
    """
    patients = cirrhosis()
    write_samples(root, patients)
    models = []
    for recipe in RECIPES:
        log(f"{recipe.id}: fit ...")
        models.append((recipe, recipe.fit_served(patients, death(patients))))
    built = [
        BuiltModel(recipe, fitted, report)
        for (recipe, fitted), report in zip(models, measure(models, patients, log), strict=True)
    ]
    for model in built:
        _write_model(root, model, patients)
    return built


def _write_model(root: Path, model: BuiltModel, patients: pd.DataFrame) -> None:
    artefact = artefact_bytes(model.fitted)
    folder = root / ARTEFACTS_DIR / model.recipe.id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARTEFACT_NAME).write_bytes(artefact)
    _write(folder / CARD_NAME, to_json(make_card(model.recipe, model.fitted, model.report, patients, artefact)))


def write_samples(root: Path, patients: pd.DataFrame) -> None:
    """Write the sample files below ``root``."""
    (root / SAMPLES_DIR).mkdir(parents=True, exist_ok=True)
    for name, text in sample_files(patients).items():
        _write(root / SAMPLES_DIR / name, text)


def artefact_bytes(fitted: FittedLasso | FittedCurve) -> bytes:
    """Return the bytes of model.joblib."""
    buffer = io.BytesIO()
    joblib.dump(fitted.artefact(), buffer)
    return buffer.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
