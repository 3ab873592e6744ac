import io
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from chalicelib.inference import columns
from chalicelib.inference.models import Model
from chalicelib.inference.models.base import read_verified
from chalicelib.inference.models.lasso import IntervalTable, LassoArtefact

HORIZON = 8.0


@pytest.fixture(scope="module")
def artefact() -> LassoArtefact:
    folder = Path(__file__).resolve().parents[3] / "model_artifacts" / "lasso"
    loaded: LassoArtefact = joblib.load(io.BytesIO(read_verified(folder)))
    return loaded


def estimate(answer: pd.DataFrame) -> pd.Series:
    contributions = [name for name in answer.columns if name.startswith("contribution:")]
    return answer["baseline"] + answer[contributions].sum(axis=1)


def patient(**values: object) -> pd.DataFrame:
    """An ordinary patient with every value measured, but for what is given."""
    ordinary: dict[str, object] = {
        "ID": "7", "Age": 18000.0, "Sex": "F", "Ascites": "N", "Hepatomegaly": "N", "Spiders": "N", "Edema": "N",
        "Bilirubin": 1.4, "Cholesterol": 300.0, "Albumin": 3.5, "Copper": 70.0, "Alk_Phos": 1200.0, "SGOT": 110.0,
        "Tryglicerides": 110.0, "Platelets": 250.0, "Prothrombin": 10.6, "Stage": "3",
    }  # fmt: skip
    return pd.DataFrame([ordinary | values])


def test_the_answer_has_every_promised_column(lasso: Model, cohort: pd.DataFrame) -> None:
    answer = lasso.predict(cohort)
    fixed = ["years", "lower", "upper", "upper_open", "imputed", "out_of_range", "baseline"]
    assert list(answer.columns) == [*fixed, *(f"contribution:{name}" for name in lasso.columns)]
    assert answer.index.equals(cohort.index)
    assert answer["upper_open"].dtype == bool


def test_years_and_interval_lie_within_zero_and_the_horizon_and_in_order(lasso: Model, cohort: pd.DataFrame) -> None:
    answer = lasso.predict(cohort)
    assert (answer["lower"] >= 0).all()
    assert (answer["lower"] <= answer["years"]).all()
    assert (answer["years"] <= answer["upper"]).all()
    assert (answer["upper"] <= HORIZON).all()
    assert answer["upper_open"].equals(answer["upper"] == HORIZON)
    assert 0 < answer["upper_open"].sum() < len(answer)


def test_a_patient_has_the_same_answer_alone_and_among_418(lasso: Model, cohort: pd.DataFrame) -> None:
    together = lasso.predict(cohort)
    alone = pd.concat([lasso.predict(cohort.iloc[[row]]) for row in range(len(cohort))])
    pd.testing.assert_frame_equal(alone, together, check_exact=True)


def test_a_patient_has_the_same_answer_in_a_large_file_in_any_order(lasso: Model, cohort: pd.DataFrame) -> None:
    large = pd.concat([cohort] * 25, ignore_index=True).sample(frac=1, random_state=1)
    expected = lasso.predict(cohort).iloc[large.index % len(cohort)].set_axis(large.index)
    pd.testing.assert_frame_equal(lasso.predict(large), expected, check_exact=True)


def test_two_patients_have_different_answers(lasso: Model) -> None:
    ill, well = lasso.predict(patient(Bilirubin=14.0)), lasso.predict(patient(Bilirubin=0.7))
    assert ill["years"].item() < well["years"].item() - 1


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
def test_what_is_worse_for_a_patient_shortens_the_answer(
    lasso: Model, column: str, better: object, worse: object
) -> None:
    longer = lasso.predict(patient(Bilirubin=3.0, **{column: better}))
    shorter = lasso.predict(patient(Bilirubin=3.0, **{column: worse}))
    assert shorter["years"].item() < longer["years"].item()


def test_baseline_and_contributions_add_up_to_the_years(lasso: Model, cohort: pd.DataFrame) -> None:
    answer = lasso.predict(cohort)
    assert answer["imputed"].str.len().gt(0).any()
    np.testing.assert_allclose(estimate(answer).clip(0, HORIZON), answer["years"], rtol=0, atol=1e-9)


def test_baseline_and_contributions_are_the_pipelines_own_prediction(
    lasso: Model, cohort: pd.DataFrame, artefact: LassoArtefact
) -> None:
    predicted = artefact.pipeline.predict(cohort)
    np.testing.assert_allclose(estimate(lasso.predict(cohort)), predicted, rtol=0, atol=1e-9)
    assert predicted.max() > HORIZON  # clipped answers are among them


def test_no_contribution_is_minus_zero(lasso: Model, cohort: pd.DataFrame) -> None:
    answer = lasso.predict(cohort).filter(like="contribution:").to_numpy()
    assert not np.signbit(answer[answer == 0]).any()


def test_the_interval_is_the_tables_band(lasso: Model, artefact: LassoArtefact) -> None:
    answer = lasso.predict(patient(Bilirubin=8.0, Edema="S")).iloc[0]
    assert answer["years"] < artefact.intervals.cuts[0]
    assert answer["lower"] == max(0.0, answer["years"] + artefact.intervals.lower[0])
    assert answer["upper"] == min(HORIZON, answer["years"] + artefact.intervals.upper[0])


def test_a_prediction_on_a_cut_is_in_the_band_above() -> None:
    table = IntervalTable(cuts=(2.0, 4.0), lower=(-1.0, -2.0, -3.0), upper=(1.0, 2.0, 3.0))
    lower, upper = table.bounds(np.array([1.9, 2.0, 4.0, 7.0]), HORIZON)
    assert lower.tolist() == pytest.approx([0.9, 0.0, 1.0, 4.0])
    assert upper.tolist() == pytest.approx([2.9, 4.0, 7.0, 8.0])


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
    outside, inside = lasso.predict(patient(**{column: beyond})), lasso.predict(patient(**{column: edge}))
    assert outside["out_of_range"].item() == flag
    assert inside["out_of_range"].item() == ""
    pd.testing.assert_frame_equal(
        outside.drop(columns="out_of_range"), inside.drop(columns="out_of_range"), check_exact=True
    )


def test_several_flags_are_joined_in_the_columns_order(lasso: Model) -> None:
    answer = lasso.predict(patient(Bilirubin=45.0, Age=7000.0, Platelets=900.0))
    assert answer["out_of_range"].item() == "Age:below;Bilirubin:above;Platelets:above"


def test_the_training_range_is_the_column_specifications(artefact: LassoArtefact) -> None:
    clamp, encode = artefact.pipeline.named_steps["clamp"], artefact.pipeline.named_steps["encode"]
    for position, name in enumerate(encode.columns):
        column = columns.BY_NAME[name]
        if column.kind == "number":
            fitted = (clamp.lower_[position], clamp.upper_[position])
            assert fitted == (column.training_minimum, column.training_maximum), name


def test_the_categories_are_the_column_specifications(artefact: LassoArtefact, lasso: Model) -> None:
    codes = artefact.pipeline.named_steps["encode"].codes
    assert set(codes) == {name for name in lasso.columns if columns.BY_NAME[name].kind == "category"}
    for name, code in codes.items():
        assert tuple(code) == columns.BY_NAME[name].allowed


def test_missing_optional_values_take_the_training_median_and_are_named(lasso: Model, artefact: LassoArtefact) -> None:
    medians = artefact.pipeline.named_steps["impute"].statistics_
    median = float(medians[lasso.columns.index("Copper")])
    missing = lasso.predict(patient(Copper=np.nan, Stage=None))
    given = lasso.predict(patient(Copper=median, Stage="3"))
    assert missing["imputed"].item() == "Copper;Stage"
    assert given["imputed"].item() == ""
    pd.testing.assert_frame_equal(missing.drop(columns="imputed"), given.drop(columns="imputed"))


def test_a_file_with_the_required_columns_only_is_answered(lasso: Model, cohort: pd.DataFrame) -> None:
    answer = lasso.predict(cohort[list(columns.REQUIRED)])
    optional = [name for name in lasso.columns if name not in columns.REQUIRED]
    assert set(answer["imputed"]) == {";".join(optional)}
    assert answer["years"].nunique() > 300


def test_an_optional_column_without_any_value_is_the_same_as_an_absent_one(lasso: Model, cohort: pd.DataFrame) -> None:
    empty = cohort.assign(Copper=np.nan, Sex=pd.Series([None] * len(cohort), dtype="str"))
    absent = cohort.drop(columns=["Copper", "Sex"])
    pd.testing.assert_frame_equal(lasso.predict(empty), lasso.predict(absent), check_exact=True)


@pytest.mark.parametrize("name", columns.REQUIRED)
def test_a_missing_required_value_is_refused_naming_column_and_row(lasso: Model, name: str) -> None:
    rows = pd.concat([patient(), patient(**{name: None})], ignore_index=True)
    with pytest.raises(ValueError, match=f"^{name} is required and missing in 1 row.*first is 1$"):
        lasso.predict(rows)


@pytest.mark.parametrize("name", columns.REQUIRED)
def test_a_missing_required_column_is_refused(lasso: Model, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is required"):
        lasso.predict(patient().drop(columns=name))


def test_an_unknown_category_is_refused_rather_than_imputed(lasso: Model) -> None:
    with pytest.raises(ValueError, match="Edema: 'X' is none of N, S, Y"):
        lasso.predict(patient(Edema="X"))


@pytest.mark.parametrize("stage", ["4", 4, 4.0, np.int64(4), np.float64(4), "4.0"])
def test_a_stage_is_read_as_text_or_as_a_number(lasso: Model, stage: object) -> None:
    assert lasso.predict(patient(Stage=stage)).equals(lasso.predict(patient(Stage="4")))


def test_categories_may_be_of_pandas_category_type(lasso: Model, cohort: pd.DataFrame) -> None:
    categorical = cohort.astype(dict.fromkeys(("Sex", "Edema", "Stage"), "category"))
    pd.testing.assert_frame_equal(lasso.predict(categorical), lasso.predict(cohort), check_exact=True)


def test_column_order_and_extra_columns_make_no_difference(lasso: Model, cohort: pd.DataFrame) -> None:
    shuffled = cohort[cohort.columns[::-1]].assign(Note="x")
    pd.testing.assert_frame_equal(lasso.predict(shuffled), lasso.predict(cohort), check_exact=True)


def test_the_callers_frame_is_left_as_it_was(lasso: Model, cohort: pd.DataFrame) -> None:
    before = cohort.copy(deep=True)
    lasso.predict(cohort)
    pd.testing.assert_frame_equal(cohort, before, check_exact=True)


def test_the_index_is_kept(lasso: Model) -> None:
    answer = lasso.predict(pd.concat([patient(), patient(Bilirubin=9.0)]).set_axis(["b", "a"]))
    assert answer.index.tolist() == ["b", "a"]
