"""Noise far above the differences between CPUs keeps fitted numbers, figures and results within the tolerances.

Patients' numbers, standardised matrices, fitted coefficients, hazards and probabilities are multiplied by 1 + 1e-12
times a normal random number. On any machine, the tests then find a comparison that depends on the CPU.
A failure prints its seed. Replay it with ``NOISE_SEED=7 .venv/bin/python -m pytest tests/unit/training/test_noise.py``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Lasso, lasso_path
from sklearn.preprocessing import StandardScaler

from admin.verify import first_difference, predict
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.additive import AdditivePipeline
from chalicelib.inference.models.base import read_card
from chalicelib.inference.models.curve import Baseline
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file import columns
from chalicelib.inference.predictions import batch
from chalicelib.inference.predictions.batch import Chunk
from tests.support.patients import made_up_patients
from tests.support.quick_check import quick_card_differences
from tests.support.stack import ROOT
from training import cox, lasso
from training.models import RECIPES
from training.recipe import Recipe

RELATIVE = 1e-12
SEEDS = [int(os.environ["NOISE_SEED"])] if "NOISE_SEED" in os.environ else [1, 2, 3]
SAMPLES = ROOT / "frontend" / "public" / "samples"


class Noise:
    """Multiplies numbers by random factors close to one."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def __call__(self, values: Any) -> np.ndarray:
        numbers = np.asarray(values, float)
        return np.asarray(numbers * (1.0 + RELATIVE * self._rng.standard_normal(numbers.shape)))

    def patients(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with noise on its numbers.

        Values within the training range stay within it: they come from text, so their comparison with the range is
        exact on every CPU.
        """
        noisy = frame.copy()
        for name in columns.NUMBERS:
            if name in frame:
                noisy[name] = self._numbers(name, frame[name].to_numpy(float))
        return noisy

    def chunk(self, chunk: Chunk) -> Chunk:
        """Return a chunk with the same noise on its numbers."""
        numbers = {
            name: self._numbers(name, values) for name, values in chunk.patients.items() if name in columns.NUMBERS
        }
        return chunk._replace(patients={**chunk.patients, **numbers})

    def _numbers(self, name: str, values: np.ndarray) -> np.ndarray:
        column = columns.BY_NAME[name]
        ends = np.array([column.training_minimum, column.training_maximum], float)
        inside = (ends[0] <= values) & (values <= ends[1])
        moved = self(values)
        return np.where(inside, moved.clip(*ends), moved)

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        """Patch the code so that everything computed from fitted matrices is noisy."""
        standardise, survival, cumulative = StandardScaler.transform, Baseline.survival, Baseline.cumulative
        path = cox._path
        fit, init = Lasso.fit, AdditivePipeline.__init__

        def noisy_fit(model: Lasso, *data: Any, **options: Any) -> Lasso:
            fit(model, *data, **options)
            model.coef_ = self(model.coef_)
            return model

        def noisy_lasso_path(*data: Any, **options: Any) -> tuple[Any, ...]:
            alphas, coefficients, gaps = lasso_path(*data, **options)
            return alphas, self(coefficients), gaps

        def noisy_path(*data: Any) -> list[tuple[np.ndarray, Baseline]]:
            return [
                (self(coefficients), Baseline(baseline.years, tuple(self(baseline.hazard).tolist())))
                for coefficients, baseline in path(*data)
            ]

        def noisy_init(additive: AdditivePipeline, *parts: Any) -> None:
            init(additive, *parts)
            additive._coefficients = self(additive._coefficients)
            additive._after_imputing.append(self)

        patch.setattr(
            StandardScaler, "transform", lambda scaler, *data, **more: self(standardise(scaler, *data, **more))
        )
        patch.setattr(Baseline, "survival", lambda *arguments: self(survival(*arguments)))
        patch.setattr(Baseline, "cumulative", lambda *arguments: self(cumulative(*arguments)))
        patch.setattr(Lasso, "fit", noisy_fit)
        patch.setattr(lasso, "lasso_path", noisy_lasso_path)
        patch.setattr(cox, "_path", noisy_path)
        patch.setattr(AdditivePipeline, "__init__", noisy_init)


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def noise(seed: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Noise]:
    noise = Noise(seed)
    with monkeypatch.context() as patch:
        noise.apply(patch)
        yield noise


def replay(seed: int) -> str:
    return f"Replay: NOISE_SEED={seed} .venv/bin/python -m pytest {Path(__file__).relative_to(ROOT)}"


def differences(recipe: Recipe, patients: pd.DataFrame) -> list[str]:
    return list(map(str, quick_card_differences(read_card(ARTEFACTS / recipe.id), recipe, patients)))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)
def test_fitted_numbers_and_figures_stay_within_the_tolerances(
    recipe: Recipe, patients: pd.DataFrame, noise: Noise, seed: int
) -> None:
    assert differences(recipe, noise.patients(patients)) == [], replay(seed)


@pytest.mark.parametrize("model_id", [recipe.id for recipe in RECIPES])
def test_results_stay_within_the_tolerance(model_id: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [(SAMPLES / name).read_bytes() for name in ("patients-10.csv", "pbc-418.csv")]
    files.append(made_up_patients(1000, seed))
    expected = [predict(load(model_id, ARTEFACTS), content).csv.decode() for content in files]

    noise = Noise(seed)
    noise.apply(monkeypatch)
    chunks = batch.canonical_chunks
    monkeypatch.setattr(batch, "canonical_chunks", lambda *arguments: map(noise.chunk, chunks(*arguments)))
    noisy = [predict(load(model_id, ARTEFACTS), content).csv.decode() for content in files]

    assert [first_difference(*pair) for pair in zip(expected, noisy, strict=True)] == [None] * 3, replay(seed)
