"""The name and the note that users give their predictions."""

import pytest
from pydantic import ValidationError

from chalicelib.core.dynamo import ConditionFailedError
from chalicelib.inference.predictions.description import NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX, Description
from chalicelib.inference.predictions.prediction import Prediction
from chalicelib.inference.predictions.repository import PredictionRepository
from chalicelib.inference.predictions.service import FilesDeletedError, UnknownPredictionError
from tests.unit.support import FakeModel, World

BOTH = Description(name="Spring clinic", note="values of the first visit")


def texts(prediction: Prediction | None) -> tuple[str | None, str | None]:
    assert prediction
    return prediction.name, prediction.note


def stored(world: World, prediction_id: str) -> set[str]:
    """Return the names of the stored attributes."""
    (item,) = (item for item in world.items(world.settings.predictions_table) if item["prediction_id"] == prediction_id)
    return set(item)


def test_a_field_that_is_not_sent_stays_and_an_empty_one_is_removed(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    id_ = prediction.prediction_id
    assert texts(prediction) == (None, None)

    assert texts(world.predictions.describe(user, id_, BOTH)) == ("Spring clinic", "values of the first visit")
    assert texts(world.predictions.describe(user, id_, Description())) == ("Spring clinic", "values of the first visit")
    assert texts(world.predictions.describe(user, id_, Description(note=" "))) == ("Spring clinic", None)
    assert texts(world.predictions.describe(user, id_, Description(name="Autumn", note="x"))) == ("Autumn", "x")
    for _ in range(2):  # the same request again changes nothing
        changed = world.predictions.describe(user, id_, Description(name="", note="y"))
        assert texts(changed) == texts(world.read(prediction)) == (None, "y")


def test_a_prediction_is_described_while_it_is_queued_running_and_done(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.describe(user, prediction.prediction_id, Description(name="queued"))

    def describe_running() -> None:
        world.predictions.describe(user, prediction.prediction_id, Description(note="running"))

    ended = world.run(prediction, FakeModel(describe_running))

    assert (ended.status.value, *texts(ended)) == ("succeeded", "queued", "running")
    (listed,), _ = world.predictions.history(user, None)
    assert texts(listed) == ("queued", "running")


def test_both_are_deleted_with_the_files_and_no_new_ones_are_taken(world: World) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    id_ = prediction.prediction_id
    world.predictions.describe(user, id_, BOTH)
    assert {"name", "note"} <= stored(world, id_)

    assert texts(world.predictions.delete(user, id_)) == (None, None)

    with pytest.raises(FilesDeletedError) as caught:
        world.predictions.describe(user, id_, BOTH)
    assert (caught.value.status, caught.value.code) == (409, "files_deleted")
    assert stored(world, id_).isdisjoint({"name", "note"})


def test_a_retry_gets_neither(world: World) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    world.predictions.describe(user, prediction.prediction_id, BOTH)

    assert texts(world.predictions.retry(user, prediction.prediction_id).prediction) == (None, None)


def test_only_the_owner_describes_a_prediction(world: World) -> None:
    anna, boris = world.register("anna"), world.register("boris")
    prediction = world.submit(anna)

    for id_ in (prediction.prediction_id, "0" * 32, "../x"):
        with pytest.raises(UnknownPredictionError):
            world.predictions.describe(boris, id_, BOTH)
    assert texts(world.read(prediction)) == (None, None)


def test_both_are_erased_with_the_account_even_if_they_are_added_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    prediction = world.run(world.submit(user))
    id_ = prediction.prediction_id
    read = PredictionRepository._item

    def described_after_the_read(repository: PredictionRepository, prediction_id: str) -> object:
        item = read(repository, prediction_id)
        repository.describe(prediction, BOTH.sent)
        return item

    monkeypatch.setattr(PredictionRepository, "_item", described_after_the_read)
    world.prediction_repository.erase(id_, world.clock())
    monkeypatch.undo()

    assert stored(world, id_).isdisjoint({"name", "note"})
    with pytest.raises(ConditionFailedError):
        world.prediction_repository.describe(prediction, BOTH.sent)


def test_both_are_removed_from_a_prediction_that_cannot_be_ended(world: World) -> None:
    user = world.register()
    prediction = world.submit(user)
    world.predictions.describe(user, prediction.prediction_id, BOTH)

    world.prediction_repository.remove_texts(prediction.prediction_id)

    assert stored(world, prediction.prediction_id).isdisjoint({"name", "note", "file_name", "ignored_columns"})


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\u200bb", "\u202egnp", "a\ud800", "⚠\ufe0f", "x\u2028y"])
def test_control_and_invisible_characters_are_refused(text: str) -> None:
    for field in ("name", "note"):
        with pytest.raises(ValidationError):
            Description.model_validate({field: text})


def test_the_lengths_are_limited_after_spaces_at_the_ends_are_removed() -> None:
    name, note = "н" * NAME_CHARACTERS_MAX, "🙂" * NOTE_CHARACTERS_MAX
    assert Description(name=f"  {name} ", note=f"{note}\u00a0").sent == {"name": name, "note": note}
    for field, text in (("name", name + "x"), ("note", note + "x")):
        with pytest.raises(ValidationError):
            Description.model_validate({field: text})
    assert NOTE_CHARACTERS_MAX == 200
