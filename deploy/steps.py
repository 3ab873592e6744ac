"""What a command does, one step after the other: each is said first, and then done unless it is a dry run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and the sentence about it."""

    sentence: str
    run: Callable[[], object]


class RefusedError(Exception):
    """The person said no, or what they want is not allowed; the text says it to them."""


def carry_out(steps: Sequence[Step], *, dry_run: bool) -> None:
    """Say every step, and do it unless this is a dry run."""
    for number, step in enumerate(steps, start=1):
        print(f"{number}. {step.sentence}", flush=True)
        if not dry_run:
            step.run()
    if dry_run:
        print("This was a dry run: nothing was changed.")


def confirm(question: str, answer: str) -> None:
    """Go on only if the person types ``answer``. Raises ``RefusedError``."""
    try:
        typed = input(f"{question}\nType {answer} to go on: ")
    except EOFError:
        typed = ""
    if typed.strip() != answer:
        raise RefusedError("Nothing was changed.")
