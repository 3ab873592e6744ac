"""The options of a submission: how to read the file, what to do with bad rows, and whether to keep the values."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from chalicelib.inference.patient_file.reading_options import DEFAULT_READING, ReadingOptions

VALUES_ROWS_MAX = 100
"""The values of a file with more patients are not kept with the result."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a submission.

    ``reading``: how to read the file. ``on_error``: whether a bad row makes the file invalid (``refuse``), or is
    skipped. ``keep_values``: whether the result keeps the patients' values, if there are at most VALUES_ROWS_MAX.
    """

    reading: ReadingOptions = DEFAULT_READING
    on_error: Literal["refuse", "skip"] = "refuse"
    keep_values: bool = True

    @property
    def skip(self) -> bool:
        """Whether bad rows are skipped."""
        return self.on_error == "skip"

    def keeps_values_of(self, rows: int) -> bool:
        """Return whether the result of a file with ``rows`` patients, bad ones included, keeps their values."""
        return self.keep_values and rows <= VALUES_ROWS_MAX

    def key_texts(self) -> tuple[str, ...]:
        """Return the texts by which an idempotency key tells one choice of options from another.

        The default of ``keep_values`` is not among them, so that they are those of a release without this option.
        """
        stored = self.stored()
        if self.keep_values:
            del stored["keep_values"]
        return tuple(stored.values())

    def stored(self) -> dict[str, str]:
        """Return the options as a prediction stores them.

        ``reading`` is a JSON text of those that differ from the defaults, because DynamoDB would drop a null in a map.
        """
        default = asdict(DEFAULT_READING)
        reading = {name: value for name, value in asdict(self.reading).items() if value != default[name]}
        units = reading.pop("units", self.reading.units)
        texts = {"units": units, "on_error": self.on_error, "keep_values": "yes" if self.keep_values else "no"}
        return texts | ({"reading": json.dumps(reading, sort_keys=True)} if reading else {})

    @classmethod
    def of_stored(cls, stored: dict[str, Any]) -> Self:
        """Return the options that ``stored`` returned, or those of an older release, which had fewer.

        An older release did not keep the values, so its predictions and their retries don't either.
        """
        reading = json.loads(stored.get("reading", "{}"))
        if reading.get("missing") is not None:
            reading["missing"] = tuple(reading["missing"])
        units = stored.get("units", DEFAULT_READING.units)
        keep_values = stored.get("keep_values") == "yes"
        return cls(ReadingOptions(units=units, **reading), stored.get("on_error", "refuse"), keep_values)


DEFAULT_OPTIONS = Options()
