"""The ids under which idempotency keys are stored."""

from chalicelib.core.idempotency import IdempotencyKey


def test_a_record_id_hides_the_text_of_its_key_and_differs_between_texts() -> None:
    first = IdempotencyKey.of("user", "mary.jones-1961", "request")
    second = IdempotencyKey.of("user", "mary.jones-1962", "request")
    assert first is not None
    assert second is not None
    assert "mary" not in first.id
    assert first.id != second.id
