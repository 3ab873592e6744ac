"""The options of a submission: how to read the file, and what to do with bad rows."""

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a submission.

    ``reading``: how to read the file. ``on_error``: whether a bad row makes the file invalid (``refuse``), or is
    skipped.
    """

    reading: ReadingOptions = field(default=DEFAULT_READING)
    on_error: Literal["refuse", "skip"] = "refuse"

    @property
    def skip(self) -> bool:
        """Whether bad rows are skipped."""
        return self.on_error == "skip"

    def key_texts(self) -> tuple[str, ...]:
        """Return the texts by which an idempotency key tells one choice of options from another."""
        others = {
            name: value for name, value in asdict(self.reading).items() if name != "units" and value not in (None, {})
        }
        texts = (self.reading.units, self.on_error)
        return (*texts, json.dumps(others, sort_keys=True)) if others else texts


DEFAULT_OPTIONS = Options()
