"""Arguments of the commands behind make, refused in one sentence that names make's variable."""

import argparse
import re
from pathlib import Path
from typing import NoReturn


class ArgumentParser(argparse.ArgumentParser):
    """An argument parser for people who typed ``make COMMAND VARIABLE=value`` and never saw the options."""

    def error(self, message: str) -> NoReturn:
        """Print one sentence that names the make variable instead of the option, and exit with code 2."""
        self.exit(2, re.sub(r"^argument --([a-z-]+): ", _variable, message) + ".\n")


def number(text: str, what: str, smallest: int, largest: int) -> int:
    """Return ``text`` as a number from ``smallest`` to ``largest``; ``what`` says what it counts."""
    if (
        not (text.isascii() and text.isdecimal())
        or len(text) > len(str(largest))
        or not smallest <= int(text) <= largest
    ):
        raise argparse.ArgumentTypeError(f"'{text}' is not a {what} from {smallest} to {largest}")
    return int(text)


def folder(text: str) -> Path:
    """Return the folder that ``text`` names, with symbolic links resolved."""
    if not text.strip():
        raise argparse.ArgumentTypeError("name a folder, such as .local")
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not a folder ({error})") from error


def _variable(option: re.Match[str]) -> str:
    return option[1].upper().replace("-", "_") + ": "
