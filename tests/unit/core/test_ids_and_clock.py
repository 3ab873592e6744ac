import random
from functools import reduce
from operator import and_, or_

import pytest

from chalicelib.core.clock import iso
from chalicelib.core.ids import is_id, new_id


def test_row_9_ids_are_128_random_bits_in_hexadecimal() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(is_id(identifier) and len(identifier) == 32 for identifier in ids)
    numbers = [int(identifier, 16) for identifier in ids]
    assert (reduce(or_, numbers), reduce(and_, numbers)) == (2**128 - 1, 0)  # each bit takes both values


@pytest.mark.parametrize(
    "text", ["", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "../" + "a" * 29, "٣" * 32, "a" * 31 + "\n"]
)
def test_only_32_lower_case_hexadecimal_digits_are_an_id(text: str) -> None:
    assert not is_id(text)


def test_time_is_written_in_utc_with_milliseconds() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(1_900_000_000.1239) == "2030-03-17T17:46:40.123Z"


def test_written_times_sort_as_the_times_do() -> None:
    generator = random.Random(7)
    times = sorted(generator.randrange(0, 4_000_000_000_000) / 1000 for _ in range(500))
    times += [4_000_000_000.0, 4_000_000_000.999, 4_000_000_001.0]
    texts = [iso(seconds) for seconds in times]
    assert texts == sorted(texts)
