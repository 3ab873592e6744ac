import io
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from chalicelib.inference.models.base import Model, read_verified
from chalicelib.inference.models.lasso import IntervalTable, LassoArtefact
from chalicelib.inference.patient_file import columns
from tests.support.frames import predict
from tests.unit.inference.models.patients import estimate, patient

HORIZON = 8.0


@pytest.fixture(scope="module")
def artefact() -> LassoArtefact:
    folder = Path(__file__).resolve().parents[4] / "model_artifacts" / "lasso"
    loaded: LassoArtefact = joblib.load(io.BytesIO(read_verified(folder)))
    return loaded


@pytest.mark.parametrize(
    ("column", "better", "worse"),
    [
        ("Age", 12000.0, 24000.0),
        ("Edema", "N", "S"),
        ("Edema", "S", "Y"),
        ("Albumin", 4.0, 2.5),
        ("Prothrombin", 10.0, 13.0),
        ("Copper", 30.0, 300.0),
        ("Stage", "1", "4"),
    ],
)
def test_a_worse_value_shortens_the_estimate(lasso: Model, column: str, better: object, worse: object) -> None:
    longer = predict(lasso, patient(Bilirubin=3.0, **{column: better}))
    shorter = predict(lasso, patient(Bilirubin=3.0, **{column: worse}))
    assert shorter["years"].item() < longer["years"].item()


def test_baseline_and_contributions_add_up_to_the_years(lasso: Model, cohort: pd.DataFrame) -> None:
    output = predict(lasso, cohort)
    assert output["imputed"].str.len().gt(0).any()
    np.testing.assert_allclose(estimate(output).clip(0, HORIZON), output["years"], rtol=0, atol=1e-9)


def test_baseline_and_contributions_equal_the_pipelines_prediction(
    lasso: Model, cohort: pd.DataFrame, artefact: LassoArtefact
) -> None:
    predicted = artefact.pipeline.predict(cohort)
    np.testing.assert_allclose(estimate(predict(lasso, cohort)), predicted, rtol=0, atol=1e-9)
    assert predicted.max() > HORIZON  # some estimates are clipped


def test_the_ends_of_an_interval_are_interpolated_between_the_knots_of_the_table() -> None:
    table = IntervalTable(years=(0.0, 4.0, 8.0), lower=(0.0, 1.0, 6.0), upper=(2.0, 8.0, 8.0))
    lower, upper = table.ends(np.array([0.0, 2.0, 4.0, 7.0, 8.0]), HORIZON)
    assert lower.tolist() == pytest.approx([0.0, 0.5, 1.0, 4.75, 6.0])
    assert upper.tolist() == pytest.approx([2.0, 5.0, 8.0, 8.0, 8.0])
    assert table.slope_max == pytest.approx(1.5)


def test_the_interval_is_that_of_the_table(lasso: Model, artefact: LassoArtefact, cohort: pd.DataFrame) -> None:
    output = predict(lasso, cohort)
    lower, upper = artefact.intervals.ends(output["years"].to_numpy(), HORIZON)
    assert output["lower"].tolist() == lower.tolist()
    assert output["upper"].tolist() == upper.tolist()


@pytest.mark.parametrize(
    ("column", "beyond", "edge", "flag"),
    [
        ("Bilirubin", 45.0, 28.0, "Bilirubin:above"),
        ("Bilirubin", 0.15, 0.3, "Bilirubin:below"),
        ("Age", 7000.0, 9598.0, "Age:below"),
        ("Copper", 1500.0, 588.0, "Copper:above"),
    ],
)
def test_a_value_beyond_the_training_range_is_clamped_and_flagged(
    lasso: Model, column: str, beyond: float, edge: float, flag: str
) -> None:
    outside, inside = predict(lasso, patient(**{column: beyond})), predict(lasso, patient(**{column: edge}))
    assert outside["out_of_range"].item() == flag
    assert inside["out_of_range"].item() == ""
    pd.testing.assert_frame_equal(
        outside.drop(columns="out_of_range"), inside.drop(columns="out_of_range"), check_exact=True
    )


def test_several_flags_are_joined_in_the_columns_order(lasso: Model) -> None:
    output = predict(lasso, patient(Bilirubin=45.0, Age=7000.0, Platelets=900.0))
    assert output["out_of_range"].item() == "Age:below;Bilirubin:above;Platelets:above"


def test_the_training_range_is_that_of_the_column_specification(artefact: LassoArtefact) -> None:
    clamp, encode = artefact.pipeline.named_steps["clamp"], artefact.pipeline.named_steps["encode"]
    for position, name in enumerate(encode.columns):
        column = columns.BY_NAME[name]
        if column.kind == "number":
            fitted = (clamp.lower_[position], clamp.upper_[position])
            assert fitted == (column.training_minimum, column.training_maximum), name


def test_the_categories_are_those_of_the_column_specification(artefact: LassoArtefact, lasso: Model) -> None:
    codes = artefact.pipeline.named_steps["encode"].codes
    assert set(codes) == {name for name in lasso.columns if columns.BY_NAME[name].kind == "category"}
    for name, code in codes.items():
        assert tuple(code) == columns.BY_NAME[name].allowed


def test_a_file_with_only_the_required_columns_is_predicted(lasso: Model, cohort: pd.DataFrame) -> None:
    output = predict(lasso, cohort[list(columns.REQUIRED)])
    optional = [name for name in lasso.columns if name not in columns.REQUIRED]
    assert set(output["imputed"]) == {";".join(optional)}
    assert output["years"].nunique() > 300


@pytest.mark.parametrize("stage", ["4", 4, 4.0, np.int64(4), np.float64(4), "4.0"])
def test_a_stage_is_read_as_text_or_as_a_number(lasso: Model, stage: object) -> None:
    assert predict(lasso, patient(Stage=stage)).equals(predict(lasso, patient(Stage="4")))


def test_categories_may_be_of_pandas_category_type(lasso: Model, cohort: pd.DataFrame) -> None:
    categorical = cohort.astype(dict.fromkeys(("Sex", "Edema", "Stage"), "category"))
    pd.testing.assert_frame_equal(predict(lasso, categorical), predict(lasso, cohort), check_exact=True)
