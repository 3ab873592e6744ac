"""The steps of a command: print each one, and carry it out unless it is a dry run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and the sentence that describes it to the operator."""

    sentence: str
    run: Callable[[], object]


class RefusedError(Exception):
    """The operator declined, or the command is not allowed. The text says which."""


def carry_out(steps: Sequence[Step], *, dry_run: bool) -> None:
    """Print every step, and carry it out unless this is a dry run."""
    for number, step in enumerate(steps, start=1):
        print(f"{number}. {step.sentence}", flush=True)
        if not dry_run:
            step.run()
    if dry_run:
        print("This was a dry run: nothing was changed.")


def confirm(question: str, answer: str) -> None:
    """Ask the operator to type ``answer``. Raises ``RefusedError`` for any other text."""
    try:
        typed = input(f"{question}\nType {answer} to go on: ")
    except EOFError:
        typed = ""
    if typed.strip() != answer:
        raise RefusedError("Nothing was changed.")
