"""Tests that every model on offer must pass. Each test runs for each model."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chalicelib.inference.models.base import Model, read_card
from chalicelib.inference.models.loader import load
from chalicelib.inference.models.mayo import risk_score
from chalicelib.inference.patient_file import columns
from tests.support.frames import patients_of, predict
from tests.support.models import CARDS, uses_optional_columns
from tests.unit.inference.models.conftest import ARTEFACTS
from tests.unit.inference.models.patients import estimate, patient

OPTIONAL = [column.name for column in columns.COLUMNS if column.kind in {"number", "category"} and not column.required]


ABOUT_MISSING = ("imputed_value", "if_low", "if_high")


def test_the_output_has_the_specified_columns(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort)
    years = model.output_spec.survival_years
    banded = years if model.output_spec.curve_band_level is not None else ()
    assert set(output.columns) == {
        "years", "lower", "upper", "upper_open", "imputed", "out_of_range", "baseline", "measure_first",
        *(f"contribution:{name}" for name in model.columns),
        *(f"{about}:{name}" for name in model.columns if name in OPTIONAL for about in ABOUT_MISSING),
        *(f"survival:{year}" for year in years), *(["median"] if years else []),
        *(f"survival_{end}:{year}" for year in banded for end in ("lower", "upper")),
    }  # fmt: skip
    assert output.index.equals(cohort.index)
    assert output["upper_open"].dtype == bool


def test_years_and_interval_lie_within_zero_and_the_horizon(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort)
    horizon = model.output_spec.horizon_years
    assert output["years"].between(0, horizon).all()
    assert (output["lower"] >= 0).all()
    assert (output["lower"] <= output["upper"]).all()
    assert (output["upper"] <= horizon).all()
    assert output["upper_open"].equals(output["upper"] == horizon)
    assert 0 < output["upper_open"].sum() < len(output)


def test_the_longer_the_estimate_the_later_both_ends_of_the_interval(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort).sort_values("years")
    for end in ("lower", "upper"):
        assert (np.diff(output[end]) >= -1e-9).all(), end
        assert output[end].nunique() > 10, end


def test_a_curves_interval_lies_where_10_and_90_of_100_have_died(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort)
    for year in model.output_spec.survival_years:
        if year <= model.output_spec.horizon_years:
            survival = output[f"survival:{year}"]
            assert (output["lower"] >= year).equals(survival >= 0.9), year
            assert (output["upper"] >= year).equals(survival >= 0.1), year


def test_more_bilirubin_never_lengthens_the_estimate(model: Model) -> None:
    rows = pd.concat([patient(Bilirubin=level) for level in np.geomspace(0.3, 28, 40)])
    years = predict(model, rows)["years"].to_numpy()
    assert (np.diff(years) <= 0).all()
    assert years[0] - years[-1] > 2


def test_baseline_and_contributions_add_up_to_the_models_score(model: Model, cohort: pd.DataFrame) -> None:
    """The sum is on the model's own scale, before clipping. It is compared without using the model's code."""
    output = predict(model, cohort)
    total = estimate(output)
    match model.output_spec.contribution_scale:
        case "years":
            np.testing.assert_allclose(
                total.clip(0, model.output_spec.horizon_years), output["years"], rtol=0, atol=1e-9
            )
        case "score":
            np.testing.assert_allclose(total, risk_score(patients_of(cohort)), rtol=0, atol=1e-9)
        case "log_hazard":
            # S(8) = S0(8)^exp(log hazard), so log(-log S) minus the log hazard is the same for all patients.
            spread = np.log(-np.log(output["survival:8"])) - total
            np.testing.assert_allclose(spread, spread.iloc[0], rtol=0, atol=1e-9)


WITH_OPTIONAL_COLUMNS = [model_id for model_id, card in CARDS.items() if uses_optional_columns(card)]
MISSING = [
    ("Copper",),
    ("Stage",),
    ("Sex", "Cholesterol"),
    ("Copper", "SGOT", "Tryglicerides", "Platelets"),
    ("Sex", "Cholesterol", "Copper", "SGOT", "Tryglicerides", "Platelets", "Stage"),
]


@pytest.mark.parametrize("model_id", WITH_OPTIONAL_COLUMNS)
@pytest.mark.parametrize("missing", MISSING, ids=";".join)
def test_a_missing_value_is_the_expected_one_given_the_measured_values(
    model_id: str, missing: list[str], cohort: pd.DataFrame
) -> None:
    """The expectation is computed here from the card alone, for all patients with every other value measured."""
    card = read_card(ARTEFACTS / model_id)
    features = card["features"]
    names = [feature["column"] for feature in features]
    mean, covariance = np.array(card["imputation"]["mean"]), np.array(card["imputation"]["covariance"])
    rows = cohort.dropna(subset=[name for name in names if name not in missing])
    gaps = rows.assign(**{name: pd.Series(index=rows.index, dtype=rows[name].dtype) for name in missing})
    values = np.stack([_transformed(rows[feature["column"]], feature) for feature in features], axis=1)
    is_missing = np.isin(names, missing)
    weights = np.linalg.inv(covariance[np.ix_(~is_missing, ~is_missing)]) @ covariance[np.ix_(~is_missing, is_missing)]
    expected = mean[is_missing] + (values[:, ~is_missing] - mean[~is_missing]) @ weights

    output = predict(load(model_id, ARTEFACTS).model, gaps)

    for position, column in zip(np.flatnonzero(is_missing), expected.T, strict=True):
        feature = features[position]
        lowest, highest = feature["training_minimum"], feature["training_maximum"]
        unlogged = np.exp(column) if feature["transform"] == "log" else column
        name = f"imputed_value:{feature['column']}"
        np.testing.assert_allclose(output[name], unlogged.clip(lowest, highest), rtol=1e-9, err_msg=name)
    assert set(output["imputed"]) == {";".join(name for name in names if name in missing)}


def _transformed(values: pd.Series, feature: dict[str, Any]) -> np.ndarray:
    """Return a column as the card's ``imputation`` counts it."""
    numbers = values.map(feature["codes"]) if feature["codes"] else values
    clamped = numbers.to_numpy(float).clip(feature["training_minimum"], feature["training_maximum"])
    return np.log(clamped) if feature["transform"] == "log" else clamped


@pytest.mark.parametrize("model_id", WITH_OPTIONAL_COLUMNS)
@pytest.mark.parametrize("missing", MISSING, ids=";".join)
def test_a_missing_value_that_is_measured_as_expected_changes_nothing(model_id: str, missing: list[str]) -> None:
    """Neither the estimate nor what is expected of the values that are still missing."""
    model = load(model_id, ARTEFACTS).model
    before = predict(model, patient(Bilirubin=3.0, **dict.fromkeys(missing)))
    for name in missing:
        if columns.BY_NAME[name].kind == "number":
            value = before[f"imputed_value:{name}"].item()
            measured = predict(model, patient(Bilirubin=3.0, **(dict.fromkeys(missing) | {name: value})))
            unchanged = ["years", "lower", "upper", *(f"imputed_value:{other}" for other in missing if other != name)]
            pd.testing.assert_frame_equal(measured[unchanged], before[unchanged], rtol=1e-9)


@pytest.mark.parametrize("model_id", WITH_OPTIONAL_COLUMNS)
@pytest.mark.parametrize("missing", MISSING, ids=";".join)
def test_the_range_of_a_missing_value_is_that_of_the_values_to_expect_of_such_a_patient(
    model_id: str, missing: list[str]
) -> None:
    """If the value is then measured at one end of what was to be expected, the estimate is that end of the range."""
    model, card = load(model_id, ARTEFACTS).model, read_card(ARTEFACTS / model_id)
    names = [feature["column"] for feature in card["features"]]
    covariance = np.array(card["imputation"]["covariance"])
    measured = ~np.isin(names, missing)
    before = predict(model, patient(Bilirubin=3.0, **dict.fromkeys(missing))).iloc[0]
    for name in missing:
        if columns.BY_NAME[name].kind != "number":
            continue
        position, feature = names.index(name), card["features"][names.index(name)]
        between = covariance[position, measured]
        variance = covariance[position, position] - between @ np.linalg.solve(
            covariance[np.ix_(measured, measured)], between
        )
        factor = np.exp(NormalDist().inv_cdf(0.9) * np.sqrt(variance))
        expected = before[f"imputed_value:{name}"]
        ends = np.clip([expected / factor, expected * factor], feature["training_minimum"], feature["training_maximum"])
        filled = [patient(Bilirubin=3.0, **(dict.fromkeys(missing) | {name: end})) for end in ends]
        years = sorted(predict(model, pd.concat(filled))["years"])
        assert [before[f"if_low:{name}"], before[f"if_high:{name}"]] == pytest.approx(years, abs=1e-9), name


def test_measured_values_have_no_range(model: Model) -> None:
    output = predict(model, patient()).iloc[0]
    assert output.filter(regex="^(if_|imputed_value)").isna().all()
    assert output["measure_first"] == ""


def test_measure_first_names_the_missing_number_with_the_widest_range(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort[list(columns.REQUIRED)])
    optional = [name for name in model.columns if name in OPTIONAL and columns.BY_NAME[name].kind == "number"]
    if not optional:
        assert set(output["measure_first"]) == {""}
        return
    widths = pd.DataFrame({name: output[f"if_high:{name}"] - output[f"if_low:{name}"] for name in optional})
    widest = widths.max(axis=1)
    assert (widest > 0.1).sum() > 250
    assert (widest < 0.1).any()
    for name, width, (_, row) in zip(output["measure_first"], widest, widths.iterrows(), strict=True):
        assert row[name] == width if name else width <= 0.1


def test_the_range_of_a_missing_value_contains_the_estimate(model: Model, cohort: pd.DataFrame) -> None:
    for missing in (["Copper"], ["Sex", "Stage"], ["Cholesterol", "SGOT", "Tryglicerides"], OPTIONAL):
        output = predict(model, cohort.drop(columns=missing))
        for name in missing:
            if name in model.columns:
                is_missing = output["imputed"].str.split(";").map(lambda names, name=name: name in names)
                assert (output[f"if_low:{name}"] <= output["years"])[is_missing].all(), name
                assert (output["years"] <= output[f"if_high:{name}"])[is_missing].all(), name


@pytest.mark.parametrize("model_id", WITH_OPTIONAL_COLUMNS)
def test_the_range_of_a_missing_sex_is_from_one_sex_to_the_other(model_id: str, cohort: pd.DataFrame) -> None:
    model = load(model_id, ARTEFACTS).model
    complete = cohort.dropna(subset=list(model.columns)).head(60)
    unknown = predict(model, complete.drop(columns="Sex"))
    for sex in ("F", "M"):
        years = predict(model, complete.assign(Sex=sex))["years"]
        assert (years >= unknown["if_low:Sex"] - 1e-9).all()
        assert (years <= unknown["if_high:Sex"] + 1e-9).all()


def test_a_curve_decreases_and_its_median_is_where_half_have_died(model: Model, cohort: pd.DataFrame) -> None:
    output, years = predict(model, cohort), model.output_spec.survival_years
    if not years:
        return
    curve = output[[f"survival:{year}" for year in years]].to_numpy()
    assert ((curve > 0) & (curve < 1)).all()
    assert (np.diff(curve, axis=1) < 0).all()
    median = output["median"].to_numpy()
    assert 0 < np.isnan(median).sum() < len(median)
    assert (np.isnan(median) == (curve[:, -1] > 0.5)).all()
    for year, column in zip(years, curve.T, strict=True):
        known = ~np.isnan(median)
        assert ((median[known] > year) == (column[known] > 0.5)).all()


def test_a_band_contains_the_curve_and_lies_between_zero_and_one(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort)
    if model.output_spec.curve_band_level is None:
        assert not output.filter(regex="^survival_").columns.tolist()
        return
    for year in model.output_spec.survival_years:
        lower, curve, upper = (output[f"survival{end}:{year}"] for end in ("_lower", "", "_upper"))
        assert ((lower > 0) & (lower < curve) & (curve < upper) & (upper < 1)).all(), year


def test_the_ends_of_a_band_decrease_like_the_curve(model: Model, cohort: pd.DataFrame) -> None:
    if model.output_spec.curve_band_level is None:
        return
    output = predict(model, cohort)
    for end in ("lower", "upper"):
        ends = output[[f"survival_{end}:{year}" for year in model.output_spec.survival_years]]
        assert (np.diff(ends.to_numpy(), axis=1) < 0).all(), end


def test_cox_lasso_has_a_band_of_80_percent_and_mayo_has_none() -> None:
    levels = {name: load(name, ARTEFACTS).model.output_spec.curve_band_level for name in ("cox-lasso", "mayo")}
    assert levels == {"cox-lasso": 0.8, "mayo": None}


def test_the_band_is_wider_around_an_unusual_patient_than_around_an_ordinary_one() -> None:
    cox = load("cox-lasso", ARTEFACTS).model

    def width(frame: pd.DataFrame) -> float:
        """Return the width on the scale of log(-log S), which does not depend on the curve's height."""
        output = predict(cox, frame).iloc[0]
        lower, upper = (np.log(-np.log(output[f"survival_{end}:5"])) for end in ("lower", "upper"))
        return float(lower - upper)

    ordinary = width(patient())
    assert width(patient(Bilirubin=28.0)) > 1.3 * ordinary
    assert width(patient(Sex="M", Edema="Y", Prothrombin=17.0)) > 1.3 * ordinary


@pytest.mark.parametrize(("column", "beyond"), [("Bilirubin", 45.0), ("Age", 7000.0), ("Albumin", 5.5)])
def test_a_value_beyond_the_training_range_is_flagged(model: Model, column: str, beyond: float) -> None:
    side = "below" if column == "Age" else "above"
    assert predict(model, patient(**{column: beyond}))["out_of_range"].item() == f"{column}:{side}"


def test_a_worse_value_shortens_every_models_estimate(model: Model) -> None:
    for column, better, worse in [("Age", 12000.0, 24000.0), ("Edema", "N", "Y"), ("Albumin", 4.0, 2.5)]:
        longer = predict(model, patient(Bilirubin=3.0, **{column: better}))
        shorter = predict(model, patient(Bilirubin=3.0, **{column: worse}))
        assert shorter["years"].item() < longer["years"].item(), column


def test_a_patient_gets_the_same_output_alone_and_among_418(model: Model, cohort: pd.DataFrame) -> None:
    together = predict(model, cohort)
    alone = pd.concat([predict(model, cohort.iloc[[row]]) for row in range(len(cohort))])
    pd.testing.assert_frame_equal(alone, together, check_exact=True)


def test_a_patient_gets_the_same_output_in_a_large_file_in_any_order(model: Model, cohort: pd.DataFrame) -> None:
    large = pd.concat([cohort] * 25, ignore_index=True).sample(frac=1, random_state=1)
    expected = predict(model, cohort).iloc[large.index % len(cohort)].set_axis(large.index)
    pd.testing.assert_frame_equal(predict(model, large), expected, check_exact=True)


def test_different_patients_get_different_estimates(model: Model) -> None:
    ill, well = predict(model, patient(Bilirubin=14.0)), predict(model, patient(Bilirubin=0.7))
    assert ill["years"].item() < well["years"].item() - 1


def test_no_contribution_is_minus_zero(model: Model, cohort: pd.DataFrame) -> None:
    output = predict(model, cohort).filter(like="contribution:").to_numpy()
    assert not np.signbit(output[output == 0]).any()


def test_an_empty_optional_column_is_the_same_as_an_absent_one(model: Model, cohort: pd.DataFrame) -> None:
    empty = cohort.assign(Copper=np.nan, Sex=pd.Series([None] * len(cohort), dtype="str"))
    absent = cohort.drop(columns=["Copper", "Sex"])
    pd.testing.assert_frame_equal(predict(model, empty), predict(model, absent), check_exact=True)


@pytest.mark.parametrize("name", columns.REQUIRED)
def test_a_missing_required_value_is_refused_naming_column_and_row(model: Model, name: str) -> None:
    rows = pd.concat([patient(), patient(**{name: None})], ignore_index=True)
    with pytest.raises(ValueError, match=f"^{name} is required and missing in 1 row.*first is 1$"):
        predict(model, rows)


@pytest.mark.parametrize("name", columns.REQUIRED)
def test_a_missing_required_column_is_refused(model: Model, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} is required"):
        predict(model, patient().drop(columns=name))


def test_an_unknown_category_is_refused_rather_than_imputed(model: Model) -> None:
    with pytest.raises(ValueError, match="Edema: 'X' is none of N, S, Y"):
        predict(model, patient(Edema="X"))


def test_column_order_and_extra_columns_make_no_difference(model: Model, cohort: pd.DataFrame) -> None:
    shuffled = cohort[cohort.columns[::-1]].assign(Note="x")
    pd.testing.assert_frame_equal(predict(model, shuffled), predict(model, cohort), check_exact=True)


def test_the_callers_frame_is_not_changed(model: Model, cohort: pd.DataFrame) -> None:
    before = cohort.copy(deep=True)
    predict(model, cohort)
    pd.testing.assert_frame_equal(cohort, before, check_exact=True)


def test_the_output_has_the_index_of_the_input(model: Model) -> None:
    output = predict(model, pd.concat([patient(), patient(Bilirubin=9.0)]).set_axis(["b", "a"]))
    assert output.index.tolist() == ["b", "a"]
