"""Predictions are read back as they were stored."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.dynamo import from_item
from chalicelib.inference.models.output_spec import OutputSpec
from chalicelib.inference.predictions.options import Options
from chalicelib.inference.predictions.prediction import Prediction, Status
from chalicelib.inference.predictions.repository import PredictionRepository, _from_item
from chalicelib.inference.results.result import BadRowsFile, Result
from chalicelib.inference.storage.file_store import StoredObject

TEXTS = st.text(max_size=5)
NUMBERS = st.floats(min_value=-1e9, max_value=1e9).map(lambda number: round(number, 3))
COUNTS = st.integers(0, 10**9)
SUMMARY = st.fixed_dictionaries({"rows": COUNTS, "skipped_rows": COUNTS, "mean_years": NUMBERS})
PREDICTIONS = st.builds(
    Prediction,
    **dict.fromkeys(("prediction_id", "user_id", "model_id", "model_version", "input_key", "charge_entry_id"), TEXTS),
    **{name: st.none() | TEXTS for name in ("input_sha256", "file_name", "retry_of", "upload_id", "refund_entry_id")},
    **{name: st.none() | TEXTS for name in ("error_code", "error_info")},
    **{name: st.none() | NUMBERS for name in ("due_at", "started_at", "finished_at", "files_deleted_at")},
    **dict.fromkeys(("cost", "rows", "bad_rows", "attempt", "sends", "rows_done"), COUNTS),
    created_at=NUMBERS,
    ignored_columns=st.lists(TEXTS).map(tuple),
    units=st.dictionaries(TEXTS, TEXTS),
    is_checked=st.booleans(),
    options=st.builds(Options),
    status=st.sampled_from(Status),
)  # fmt: skip
RESULTS: Any = st.builds(
    Result,
    **dict.fromkeys(("csv_key", "rows_key"), TEXTS),
    **{
        name: st.none() | TEXTS
        for name in ("model_version", "model_sha256", "csv_sha256", "cohort_key", "input_sha256")
    },
    columns=st.lists(TEXTS).map(tuple),
    row_offsets=st.lists(COUNTS).map(tuple),
    baseline=NUMBERS,
    output=NUMBERS,
    offset_interval=COUNTS,
    summary=SUMMARY,
    output_spec=st.none()
    | st.builds(
        OutputSpec,
        horizon_years=NUMBERS,
        curve_band_level=st.none() | NUMBERS,
        interval_quantiles=st.sampled_from([None, (0.1, 0.9)]),
    ),
    files=st.dictionaries(TEXTS, st.builds(StoredObject, size=COUNTS, etag=TEXTS)),
    bad_rows=st.none() | st.builds(BadRowsFile, key=TEXTS, offsets=st.lists(COUNTS).map(tuple)),
)
REPOSITORY = PredictionRepository(None, "predictions")  # type: ignore[arg-type]


@given(PREDICTIONS, RESULTS)
@settings(max_examples=100, deadline=None, print_blob=True)
def test_a_prediction_is_read_back_as_it_was_stored(prediction: Prediction, result: Result) -> None:
    item = REPOSITORY.new(prediction)["Put"]["Item"]
    assert _from_item(item) == prediction

    ended = REPOSITORY.end_with_result(prediction, result, 1.0)["Update"]["ExpressionAttributeValues"]
    attributes = ended[":result"]["M"]  # every release stores them under these names
    assert {"marks", "mark_rows"} <= attributes.keys()
    assert ("contract" in attributes) == (result.output_spec is not None)
    succeeded = item | {"result": ended[":result"], "result_files": ended[":files"], "rows": ended[":rows"]}
    assert (":bad_file" in ended) == (result.bad_rows is not None)
    if result.bad_rows:
        succeeded["bad_rows_file"] = ended[":bad_file"]
    assert _from_item(succeeded) == replace(prediction, result=result, rows=result.summary["rows"])


def test_attributes_of_a_newer_release_are_ignored() -> None:
    item = REPOSITORY.new(STORED)["Put"]["Item"]
    assert "invented" not in from_item(item)
    assert _from_item(item | {"invented": {"S": "later"}}) == STORED


STORED = Prediction(
    prediction_id="p", user_id="u", model_id="lasso", model_version="1", cost=1, rows=1, input_key="k", created_at=1.0,
    charge_entry_id="e",
)  # fmt: skip
