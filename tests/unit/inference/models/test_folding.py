"""The arrays that a model computes with give what its fitted pipeline gives."""

import io

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from chalicelib.inference.models import folding
from chalicelib.inference.models.additive import AdditivePipeline
from chalicelib.inference.models.base import read_verified
from chalicelib.inference.models.curve import CurveArtefact, MeanTable
from chalicelib.inference.models.lasso import LassoArtefact
from chalicelib.inference.models.loader import load
from chalicelib.inference.patient_file import columns
from tests.support.frames import patients_of, predict
from tests.support.models import CARDS
from tests.unit.inference.models.conftest import ARTEFACTS
from tests.unit.inference.models.patients import estimate

PICKLED = {model_id: joblib.load(io.BytesIO(read_verified(ARTEFACTS / model_id))) for model_id in CARDS}
CURVES = {model_id: pickled for model_id, pickled in PICKLED.items() if isinstance(pickled, CurveArtefact)}


def values_of(column: columns.Column) -> st.SearchStrategy[object]:
    """Return values within the hard limits, often beyond the training range, and None if they may be missing."""
    value: st.SearchStrategy[object] = (
        st.sampled_from(column.allowed) if column.kind == "category" else st.floats(*column.limits)
    )
    return value if column.required else st.none() | value


MEASURED = [column for column in columns.COLUMNS if column.kind in {"number", "category"}]
FRAMES = st.lists(st.fixed_dictionaries({column.name: values_of(column) for column in MEASURED}), min_size=1).map(
    lambda patients: pd.DataFrame(patients).astype(dict.fromkeys(columns.NUMBERS, float))
)


def years(artefact: LassoArtefact | CurveArtefact, frame: pd.DataFrame) -> np.ndarray:
    """Return the estimates in years, by scikit-learn's own ``predict``."""
    score: np.ndarray = artefact.pipeline.predict(frame)
    if isinstance(artefact, CurveArtefact):
        return artefact.baseline.mean(score - artefact.reference, artefact.horizon_years)
    return np.asarray(score.clip(0.0, artefact.horizon_years))


@pytest.mark.parametrize("model_id", CARDS)
@given(frame=FRAMES)
@settings(deadline=None)
def test_a_model_predicts_what_its_pipeline_predicts(model_id: str, frame: pd.DataFrame) -> None:
    pipeline = PICKLED[model_id].pipeline
    output = predict(load(model_id, ARTEFACTS).model, frame)
    np.testing.assert_allclose(estimate(output), pipeline.predict(frame), rtol=0, atol=1e-9)
    np.testing.assert_allclose(output["years"], years(PICKLED[model_id], frame), rtol=0, atol=1e-9)


@pytest.mark.parametrize("model_id", CARDS)
@given(frame=FRAMES)
@settings(deadline=None)
def test_the_features_are_those_of_the_pipeline_to_the_last_bit(model_id: str, frame: pd.DataFrame) -> None:
    artefact = PICKLED[model_id]
    terms = AdditivePipeline(artefact.pipeline, artefact.training).terms(patients_of(frame))
    np.testing.assert_array_equal(terms.standardised.T, artefact.pipeline[:-1].transform(frame))


@given(frame=FRAMES, rows=st.integers(1, 3))
@settings(deadline=None)
@pytest.mark.parametrize("model_id", CARDS)
def test_the_chunks_of_a_file_make_no_difference(model_id: str, frame: pd.DataFrame, rows: int) -> None:
    model = load(model_id, ARTEFACTS).model
    chunks = [predict(model, frame[start : start + rows]) for start in range(0, len(frame), rows)]
    pd.testing.assert_frame_equal(pd.concat(chunks), predict(model, frame), check_exact=True)


@pytest.mark.parametrize("model_id", CARDS)
def test_a_step_without_an_array_operation_runs_itself(model_id: str, cohort: pd.DataFrame) -> None:
    artefact = PICKLED[model_id]
    *steps, last = artefact.pipeline.steps
    pipeline = Pipeline([*steps, ("halve", FunctionTransformer(halve)), last])
    buffer = io.BytesIO()
    joblib.dump(pipeline, buffer)

    additive = AdditivePipeline(folding.unpickle(buffer.getvalue()), artefact.training)

    total = additive.terms(patients_of(cohort)).total
    np.testing.assert_allclose(total, pipeline.predict(cohort), rtol=0, atol=1e-9)
    assert np.abs(total - artefact.pipeline.predict(cohort)).max() > 0.5


def halve(values: np.ndarray) -> np.ndarray:
    return values / 2.0


@pytest.mark.parametrize("model_id", CURVES)
def test_the_table_of_means_differs_from_the_mean_by_less_than_results_show(model_id: str) -> None:
    artefact = CURVES[model_id]
    log_hazard = np.random.default_rng(1).uniform(MeanTable.LOWEST - 3, MeanTable.HIGHEST + 3, 20_000)
    log_hazard[:2] = MeanTable.LOWEST, MeanTable.HIGHEST
    table = MeanTable(artefact.baseline, artefact.horizon_years)
    exact = artefact.baseline.mean(log_hazard, artefact.horizon_years)
    np.testing.assert_allclose(table(log_hazard), exact, rtol=0, atol=1e-10)


@pytest.mark.parametrize("model_id", CURVES)
def test_the_table_of_means_has_the_log_hazard_of_every_patient(model_id: str) -> None:
    """The extremes are those of the sum, because each of its terms is monotone in its column."""
    artefact = CURVES[model_id]
    model = AdditivePipeline(artefact.pipeline, artefact.training)
    ends = pd.DataFrame({
        column.name: list(column.limits) if column.kind == "number" else [column.allowed[0], column.allowed[-1]]
        for column in MEASURED
    })  # fmt: skip
    terms = model.terms(patients_of(ends))
    lowest, highest = (extreme(terms.contributions, axis=1).sum() for extreme in (np.min, np.max))
    between = terms.total[0] - terms.contributions[:, 0].sum() - artefact.reference
    assert lowest + between > MeanTable.LOWEST
    assert highest + between < MeanTable.HIGHEST
