import pytest

from benchmarks.prices import MILLION, Item


def test_an_amount_is_multiplied_by_its_price() -> None:
    assert Item.WRITE_UNITS.dollars(23 * MILLION) == pytest.approx(23 * 0.625)
    assert Item.S3_PUTS.dollars(4_000) == pytest.approx(0.02)
    assert Item.SECRETS.dollars(1) == pytest.approx(0.40)


def test_every_item_is_distinct() -> None:
    """Enumeration members with equal values would be one item."""
    assert len({item.title for item in Item}) == len(Item.__members__)
