"""Idempotency keys of submissions: one key, one request, one prediction, one charge."""

import pytest

from chalicelib.auth.repository import User
from chalicelib.billing.ledger import NotEnoughCoinsError
from chalicelib.core.errors import TemporarilyUnavailableError
from chalicelib.core.idempotency import (
    LIFETIME_SECONDS,
    IdempotencyKeyReusedError,
    IdempotencyKeys,
    InvalidIdempotencyKeyError,
)
from chalicelib.inference.catalog.catalog import ModelDisabledError
from chalicelib.inference.catalog.price_overrides import CACHE_SECONDS, Override
from tests.unit.support import World, csv_of, patients


def submit(world: World, user: User, key: str | None, content: bytes | None = None) -> str:
    return world.predictions.submit(user, "lasso", content or patients(1), None, key).prediction.prediction_id


def test_the_same_key_and_file_give_the_same_prediction_and_one_charge(world: World) -> None:
    user = world.register()

    first = world.predictions.submit(user, "lasso", patients(1), None, "k")
    again = world.predictions.submit(user, "lasso", patients(1), "another-name.csv", "k")

    assert again.prediction == first.prediction
    assert (first.balance, again.balance) == (400, 400)
    assert world.entries(user) == [("signup", 500), ("prediction", -100)]
    assert len(world.sent()) == 1


def test_a_replay_gives_the_prediction_as_it_is_now(world: World) -> None:
    user = world.register()
    prediction_id = submit(world, user, "k")
    world.worker_with().run(prediction_id)

    assert world.predictions.submit(user, "lasso", patients(1), None, "k").prediction.status == "succeeded"


@pytest.mark.parametrize("content", [patients(2), csv_of({"Bilirubin": "1.5"})])
def test_the_same_key_with_another_file_is_refused_and_nothing_is_charged(world: World, content: bytes) -> None:
    user = world.register()
    submit(world, user, "k")

    with pytest.raises(IdempotencyKeyReusedError) as caught:
        submit(world, user, "k", content)

    assert (caught.value.status, caught.value.code) == (422, "idempotency_key_reused")
    assert world.balance(user) == 400


def test_a_key_of_a_submission_is_refused_for_a_retry(world: World) -> None:
    user = world.register()
    prediction_id = submit(world, user, "k")
    world.worker_with().run(prediction_id)

    with pytest.raises(IdempotencyKeyReusedError):
        world.predictions.retry(user, prediction_id, "k")


def test_a_key_of_a_retry_is_refused_for_a_retry_by_another_model(world: World) -> None:
    user = world.register()
    prediction_id = submit(world, user, None)
    world.worker_with().run(prediction_id)
    first = world.predictions.retry(user, prediction_id, "k", "mayo")

    assert world.predictions.retry(user, prediction_id, "k", "mayo").prediction == first.prediction
    for other in (None, "lasso"):
        with pytest.raises(IdempotencyKeyReusedError):
            world.predictions.retry(user, prediction_id, "k", other)
    assert world.balance(user) == 380


def test_two_users_may_use_the_same_key(world: World) -> None:
    anna, boris = world.register("anna"), world.register("boris")

    assert submit(world, anna, "k") != submit(world, boris, "k")
    assert (world.balance(anna), world.balance(boris)) == (400, 400)


def test_a_key_expires_after_a_day_even_if_its_record_still_exists(world: World) -> None:
    user = world.register()
    first = submit(world, user, "k")

    world.clock.advance(LIFETIME_SECONDS - 1)
    assert submit(world, user, "k") == first
    world.clock.advance(2)
    world.price_overrides.put("lasso", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)
    with pytest.raises(ModelDisabledError):
        submit(world, user, "k")
    world.price_overrides.put("lasso", Override())
    world.clock.advance(CACHE_SECONDS)
    assert submit(world, user, "k") != first
    assert world.balance(user) == 300


def test_without_a_key_every_submission_is_a_new_one(world: World) -> None:
    user = world.register()

    assert submit(world, user, None) != submit(world, user, None)


def test_a_replay_is_answered_without_coins_and_for_a_disabled_model(world: World) -> None:
    user = world.register()
    first = submit(world, user, "k")
    for _ in range(4):
        submit(world, user, None)
    world.price_overrides.put("lasso", Override(enabled=False))
    world.clock.advance(CACHE_SECONDS)
    poor = world.users.user(user.id)
    assert poor
    assert poor.balance == 0

    assert submit(world, poor, "k") == first
    with pytest.raises(ModelDisabledError):
        submit(world, poor, "other")


def test_a_refused_submission_leaves_its_key_free(world: World) -> None:
    user = world.register()
    for _ in range(5):
        submit(world, user, None)
    with pytest.raises(NotEnoughCoinsError):
        submit(world, user, "k")
    code = world.vouchers.issue(100, None)
    world.vouchers.redeem(user.id, code, None)

    submit(world, user, "k")

    assert world.balance(user) == 0


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "two words", "ключ", "tab\t"], ids=["empty", "256", "blank", "Cyrillic", "tab"]
)
def test_an_invalid_key_is_refused_before_anything_is_charged(world: World, key: str) -> None:
    user = world.register()

    with pytest.raises(InvalidIdempotencyKeyError) as caught:
        submit(world, user, key)

    assert (caught.value.status, caught.value.code) == (422, "invalid_idempotency_key")
    assert world.balance(user) == 500


def test_a_key_of_255_characters_is_valid(world: World) -> None:
    user = world.register()

    assert submit(world, user, "x" * 255) == submit(world, user, "x" * 255)


def test_a_key_that_expires_during_the_request_charges_nothing_and_asks_to_try_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = world.register()
    submit(world, user, "k")
    monkeypatch.setattr(IdempotencyKeys, "outcome", lambda *_: None)

    with pytest.raises(TemporarilyUnavailableError):
        submit(world, user, "k")

    assert world.balance(user) == 400
    assert len(world.objects("inputs/")) == 1
