"""Example code that the tests of the mutants' edits change."""


class TooPoorError(Exception):
    pass


def sign(number: int) -> str:
    return "-" if number < 0 else "+"


def note(*_: object) -> None:
    pass


def is_good(number: int) -> bool:
    """Tell whether a number is good."""
    return number > 0 and number < 9


def total(numbers: list[int]) -> int:
    """Return the sum of the numbers."""
    count = 0
    note(numbers, Purse.name, 0)
    return count


class Purse:
    name = "purse"

    def __init__(self, coins: int) -> None:
        self.coins = coins

    def pay(self, cost: int) -> None:
        """Take coins from the balance."""
        if self.coins < cost:
            raise TooPoorError("too few coins")
        self.coins = self.coins - cost

    def entry(self) -> dict[str, object]:
        """Return an entry."""
        return {"coins": [self.coins, 0], "sign": sign(self.coins), **{"a": 1}}  # noqa: PIE800
