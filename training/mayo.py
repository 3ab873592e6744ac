"""``mayo``: the published score and curve. Only its interval is fitted here."""

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from chalicelib.inference.models.curve import Baseline
from chalicelib.inference.models.mayo import COEFFICIENTS, EDEMA_CODES, LOGGED, REFERENCE_SCORE, REFERENCE_SURVIVAL
from chalicelib.inference.models.transformers import ColumnEncoder, LinearScore, LogColumns
from training.curve import FittedCurve, HeldOutCurves, levels_of
from training.data import Outcome
from training.metrics import ipcw_truth
from training.preparation import training_values

SURVIVAL_YEARS = tuple(range(1, len(REFERENCE_SURVIVAL) + 1))
HORIZON_YEARS = float(SURVIVAL_YEARS[-1])
COLUMNS = tuple(COEFFICIENTS)

BASELINE = Baseline(
    (0.0, *map(float, SURVIVAL_YEARS)), (0.0, *(-np.log(np.array(REFERENCE_SURVIVAL))).tolist())
)  # fmt: skip


def fit(patients: pd.DataFrame, outcome: Outcome) -> FittedCurve:
    """The published score; its intervals, and the mean patient that contributions are told from, are of these rows."""
    steps = Pipeline([
        ("encode", ColumnEncoder(COLUMNS, {"Edema": EDEMA_CODES})),
        # For judging it: a patient who is submitted has no gap here.
        ("impute", SimpleImputer(strategy="median")),
        ("log", LogColumns(tuple(COLUMNS.index(name) for name in LOGGED))),
        ("centre", StandardScaler(with_std=False)),
    ])  # fmt: skip
    centred = steps.fit_transform(patients)
    coefficients = np.array(list(COEFFICIENTS.values()))
    mean_score = float((coefficients * steps.named_steps["centre"].mean_).sum())
    score = LinearScore(tuple(COEFFICIENTS.values()), mean_score).fit(centred)
    pipeline = Pipeline([*steps.steps, ("score", score)])
    truth = ipcw_truth(outcome, outcome, HORIZON_YEARS)
    said = HeldOutCurves.of(BASELINE, pipeline.predict(patients) - REFERENCE_SCORE, truth, HORIZON_YEARS)
    return FittedCurve(
        pipeline=pipeline,
        training=training_values(steps.named_steps["encode"], patients),
        baseline=BASELINE,
        reference=REFERENCE_SCORE,
        scale="score",
        horizon_years=HORIZON_YEARS,
        survival_years=SURVIVAL_YEARS,
        levels=levels_of([said]),
    )
