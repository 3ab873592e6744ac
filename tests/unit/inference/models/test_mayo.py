"""The published score, compared with figures from outside this repository."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chalicelib.inference.models.base import Model
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.mayo import REFERENCE_SCORE, REFERENCE_SURVIVAL, risk_score
from tests.support.frames import patients_of, predict
from tests.unit.inference.models.conftest import ARTEFACTS
from tests.unit.inference.models.patients import patient


@pytest.fixture(scope="module")
def mayo() -> Model:
    return load("mayo", ARTEFACTS).model


def test_the_score_equals_the_published_formula_computed_by_hand() -> None:
    # 0.871 ln 14.5 + 0.039 x 58.765 - 2.53 ln 2.6 + 2.38 ln 12.2 + 0.859 x 1, for the study's first patient.
    first = patient(Age=21464.0, Bilirubin=14.5, Albumin=2.6, Prothrombin=12.2, Edema="Y")
    assert risk_score(patients_of(first)).item() == pytest.approx(
        2.32919 + 2.29186 - 2.41745 + 5.95349 + 0.859, abs=2e-4
    )


@pytest.mark.parametrize(("edema", "points"), [("N", 0.0), ("S", 0.4295), ("Y", 0.859)])
def test_oedema_counts_in_half_steps(edema: str, points: float) -> None:
    without = risk_score(patients_of(patient(Edema="N"))).item()
    assert risk_score(patients_of(patient(Edema=edema))).item() == pytest.approx(without + points, abs=1e-12)


def test_at_the_reference_score_the_curve_equals_the_published_one(mayo: Model) -> None:
    # This age makes the score exactly 5.07.
    ordinary = patient()
    age = ordinary["Age"].item() + (REFERENCE_SCORE - risk_score(patients_of(ordinary)).item()) / (0.039 / 365.25)
    output = predict(mayo, patient(Age=age)).iloc[0]
    curve = [output[f"survival:{year}"] for year in range(1, 8)]
    np.testing.assert_allclose(curve, REFERENCE_SURVIVAL, rtol=0, atol=1e-12)


def test_the_years_are_the_area_under_the_curve(mayo: Model, cohort: pd.DataFrame) -> None:
    output = predict(mayo, cohort)
    knots = np.stack([np.ones(len(cohort)), *(output[f"survival:{year}"] for year in range(1, 8))], axis=1)
    # With a constant hazard within each year the area of a year is the logarithmic mean of its ends.
    area = ((knots[:, :-1] - knots[:, 1:]) / np.log(knots[:, :-1] / knots[:, 1:])).sum(axis=1)
    np.testing.assert_allclose(output["years"], area, rtol=0, atol=1e-9)


def test_values_out_of_range_are_used_as_they_are(mayo: Model) -> None:
    far, edge = predict(mayo, patient(Bilirubin=45.0)), predict(mayo, patient(Bilirubin=28.0))
    assert far["years"].item() < edge["years"].item()


def test_the_page_s_tests_compare_with_what_the_model_answers(mayo: Model) -> None:
    """``frontend/tests/mayoScore.test.ts`` computes the same rows from the card."""
    golden = json.loads((Path(__file__).parents[2] / "data" / "mayo_rows.json").read_text("utf-8"))
    assert len(golden) == 13
    for row in golden:
        values = patient(**row["values"])
        output = predict(mayo, values).iloc[0]
        assert row["mayo_score"] == pytest.approx(risk_score(patients_of(values)).item(), abs=1e-6)
        assert row["years"] == pytest.approx(output["years"], abs=1e-6)
        for point in row["survival"]:
            assert point["probability"] == pytest.approx(output[f"survival:{point['years']}"], abs=1e-6)
