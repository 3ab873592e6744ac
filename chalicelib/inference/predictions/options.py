"""The options of a submission: how to read the file, and what to do with bad rows."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a submission.

    ``reading``: how to read the file. ``on_error``: whether a bad row makes the file invalid (``refuse``), or is
    skipped.
    """

    reading: ReadingOptions = DEFAULT_READING
    on_error: Literal["refuse", "skip"] = "refuse"

    @property
    def skip(self) -> bool:
        """Whether bad rows are skipped."""
        return self.on_error == "skip"

    def key_texts(self) -> tuple[str, ...]:
        """Return the texts by which an idempotency key tells one choice of options from another."""
        return tuple(self.stored().values())

    def stored(self) -> dict[str, str]:
        """Return the options as a prediction stores them.

        ``reading`` is a JSON text of those that differ from the defaults, because DynamoDB would drop a null in a map.
        """
        default = asdict(DEFAULT_READING)
        reading = {name: value for name, value in asdict(self.reading).items() if value != default[name]}
        units = reading.pop("units", self.reading.units)
        texts = {"units": units, "on_error": self.on_error}
        return texts | ({"reading": json.dumps(reading, sort_keys=True)} if reading else {})

    @classmethod
    def of_stored(cls, stored: dict[str, Any]) -> Self:
        """Return the options that ``stored`` returned, or those of an older release, which had fewer."""
        reading = json.loads(stored.get("reading", "{}"))
        if reading.get("missing") is not None:
            reading["missing"] = tuple(reading["missing"])
        units = stored.get("units", DEFAULT_READING.units)
        return cls(ReadingOptions(units=units, **reading), stored.get("on_error", "refuse"))


DEFAULT_OPTIONS = Options()
