"""One training run: fit, measure, write the artefact, its card and the samples."""

import io
from pathlib import Path

import joblib

from chalicelib.inference.models.base import ARTEFACT_NAME, CARD_NAME
from chalicelib.inference.models.lasso import LassoArtefact
from training.card import MODEL_ID, make_card, to_json
from training.data import cirrhosis, death
from training.evaluation import SEED
from training.fit import Fitted, fit, rmst_recipe
from training.report import HORIZON_YEARS, Report, measure
from training.samples import sample_files

ARTEFACT_DIR = Path("model_artifacts") / MODEL_ID
SAMPLES_DIR = Path("frontend") / "public" / "samples"


def build(root: Path) -> tuple[Fitted, Report]:
    """Writes ``model_artifacts/lasso`` and the samples below ``root``; returns what was fitted and measured."""
    patients = cirrhosis()
    fitted = fit(rmst_recipe(HORIZON_YEARS), patients, death(patients), SEED)
    report = measure(patients)
    artefact = _artefact_bytes(fitted)
    card = make_card(fitted, report, patients, artefact)
    (root / ARTEFACT_DIR).mkdir(parents=True, exist_ok=True)
    (root / ARTEFACT_DIR / ARTEFACT_NAME).write_bytes(artefact)
    _write(root / ARTEFACT_DIR / CARD_NAME, to_json(card))
    (root / SAMPLES_DIR).mkdir(parents=True, exist_ok=True)
    for name, text in sample_files(patients).items():
        _write(root / SAMPLES_DIR / name, text)
    return fitted, report


def _artefact_bytes(fitted: Fitted) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(LassoArtefact(fitted.pipeline, fitted.horizon_years, fitted.intervals), buffer)
    return buffer.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
