"""Parse the arguments of the commands behind make; an error message names the make variable, not the option."""

import argparse
import re
from pathlib import Path
from typing import NoReturn


class ArgumentParser(argparse.ArgumentParser):
    """An argument parser for commands that people start as ``make COMMAND VARIABLE=value``."""

    def error(self, message: str) -> NoReturn:
        """Print one sentence that names the make variable instead of the option, and exit with code 2."""
        self.exit(2, re.sub(r"^argument --([a-z-]+): ", _variable_prefix, message) + ".\n")


def number(text: str, noun: str, smallest: int, largest: int) -> int:
    """Return ``text`` as a number from ``smallest`` to ``largest``. ``noun`` names the number in the error message."""
    if (
        not (text.isascii() and text.isdecimal())
        or len(text) > len(str(largest))
        or not smallest <= int(text) <= largest
    ):
        raise argparse.ArgumentTypeError(f"'{text}' is not a {noun} from {smallest} to {largest}")
    return int(text)


def folder(text: str) -> Path:
    """Return the absolute path of the folder that ``text`` names, with symbolic links resolved."""
    if not text.strip():
        raise argparse.ArgumentTypeError("name a folder, such as .local")
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not a folder ({error})") from error


def _variable_prefix(option: re.Match[str]) -> str:
    return option[1].upper().replace("-", "_") + ": "
