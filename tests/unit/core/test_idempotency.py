"""What is kept of an idempotency key."""

from chalicelib.core.idempotency import IdempotencyKey


def test_nothing_of_a_keys_text_is_kept_and_two_texts_are_two_keys() -> None:
    first = IdempotencyKey.of("user", "mary.jones-1961", "request")
    second = IdempotencyKey.of("user", "mary.jones-1962", "request")
    assert first is not None
    assert second is not None
    assert "mary" not in first.id
    assert first.id != second.id
