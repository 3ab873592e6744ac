"""The patients' values are kept in the result of a small file, unless the submission says no."""

import pytest

from chalicelib.auth.repository import User
from chalicelib.core.settings import Settings
from chalicelib.inference.predictions import options as options_module
from chalicelib.inference.predictions.options import VALUES_ROWS_MAX, Options
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.storage.file_store import upload_key
from tests.unit.support import FakeClock, World, csv_of

BAD = {"Bilirubin": "x"}


@pytest.fixture
def user(world: World) -> User:
    return world.register()


def ended(world: World, user: User, content: bytes, options: Options, model_id: str = "lasso") -> Prediction:
    prediction = world.predictions.submit(user, model_id, content, "a.csv", None, options).prediction
    world.worker.run(prediction.prediction_id)
    return prediction


def kept(world: World, user: User, prediction: Prediction) -> list[dict[str, float | str] | None]:
    return [row.get("values") for row in world.rows(user, prediction.prediction_id, 0, 1000)[1]]


def csv_text(world: World, prediction: Prediction) -> str:
    result = world.read(prediction).result
    assert result
    return world.files.read(result.csv_key).decode()


def test_values_are_kept_in_the_columns_own_units_and_missing_ones_are_left_out(world: World, user: User) -> None:
    content = (
        b"Age [years],Edema,Bilirubin [umol/L],Albumin,Prothrombin,Stage,Copper,Drug\n"
        b"56.5,S,20.52,3.5,10.6,4,,Placebo\n"
    )
    (values,) = kept(world, user, ended(world, user, content, Options()))
    assert values == {
        "Age": 20636.625, "Edema": "S", "Bilirubin": 1.2, "Albumin": 3.5, "Prothrombin": 10.6, "Stage": "4",
    }  # fmt: skip


def test_only_columns_of_the_model_are_kept(world: World, user: User) -> None:
    content = csv_of({"Copper": "54", "Stage": "3"})
    (values,) = kept(world, user, ended(world, user, content, Options(), "mayo"))
    assert values
    assert values.keys() == {"Age", "Edema", "Bilirubin", "Albumin", "Prothrombin"}


def test_without_the_option_no_value_is_stored_with_the_result(world: World, user: User) -> None:
    prediction = ended(world, user, csv_of({"Bilirubin": "4.321"}), Options(keep_values=False))
    assert kept(world, user, prediction) == [None]
    text = csv_text(world, prediction)
    assert "value_" not in text
    assert "4.321" not in text


@pytest.mark.parametrize(("rows", "is_kept"), [(VALUES_ROWS_MAX, True), (VALUES_ROWS_MAX + 1, False)])
def test_values_are_kept_of_at_most_100_patients_bad_rows_included(
    world: World, user: User, rows: int, *, is_kept: bool
) -> None:
    content = csv_of(BAD, *[{}] * (rows - 1))
    prediction = ended(world, user, content, Options(on_error="skip"))
    values = kept(world, user, prediction)
    assert [value is not None for value in values] == [False] + [is_kept] * (rows - 1)
    assert ("value_" in csv_text(world, prediction)) == is_kept


@pytest.mark.parametrize(("rows_max", "is_kept"), [(199, False), (200, True)])
def test_the_worker_counts_the_patients_of_a_large_upload(
    settings: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, rows_max: int, *, is_kept: bool
) -> None:
    """Of such a file the API knows only an estimate of their number."""
    monkeypatch.setattr(options_module, "VALUES_ROWS_MAX", rows_max)
    world = World(settings.model_copy(update={"upload_bytes_max": 2000}), clock=clock)
    user = world.register()
    world.files.put(upload_key(user.id, "a" * 32), csv_of(*[{}] * 200), "text/csv")
    prediction = world.predictions.submit_upload(user, "mayo", "a" * 32, None).prediction
    assert not prediction.is_checked
    world.worker.run(prediction.prediction_id)
    assert ("value_" in csv_text(world, prediction)) == is_kept


@pytest.mark.parametrize("keep_values", [True, False])
def test_a_retry_keeps_the_switch(world: World, user: User, *, keep_values: bool) -> None:
    first = ended(world, user, csv_of({}), Options(keep_values=keep_values))
    again = world.predictions.retry(user, first.prediction_id).prediction
    world.worker.run(again.prediction_id)
    assert (kept(world, user, again) != [None]) == keep_values


def test_values_are_deleted_with_the_result(world: World, user: User) -> None:
    prediction = ended(world, user, csv_of({"Bilirubin": "4.321"}), Options())
    assert "4.321" in csv_text(world, prediction)
    world.predictions.delete(user, prediction.prediction_id)
    assert world.objects() == []
    assert "4.321" not in str(world.items(world.settings.predictions_table))
