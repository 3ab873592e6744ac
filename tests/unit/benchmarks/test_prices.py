import pytest

from benchmarks.prices import MILLION, PRICES, Item, Price, UnpricedError, bill


def test_everything_that_is_metered_has_a_price() -> None:
    assert set(PRICES) == set(Item)


def test_an_amount_is_multiplied_by_its_price() -> None:
    amounts = {Item.S3_PUTS: 4_000, Item.WRITE_UNITS: 23 * MILLION, Item.SECRETS: 1}

    lines = bill(amounts)

    assert [(line.item, line.amount) for line in lines] == [
        (Item.WRITE_UNITS, 23 * MILLION),
        (Item.S3_PUTS, 4_000),
        (Item.SECRETS, 1),
    ]
    assert [line.usd for line in lines] == pytest.approx([23 * 0.625, 0.02, 0.40])


def test_what_there_is_nothing_of_has_no_line() -> None:
    assert bill({Item.ALARMS: 0, Item.SECRETS: 1}) == bill({Item.SECRETS: 1})


def test_what_has_no_price_makes_no_bill() -> None:
    prices = {Item.SECRETS: Price(0.40, 1, None)}

    with pytest.raises(UnpricedError, match="SQS requests"):
        bill({Item.SECRETS: 1, Item.SQS_REQUESTS: 3}, prices)
