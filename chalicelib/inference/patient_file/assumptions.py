"""Assumptions: how a file was read where it could have been written more plainly."""

from dataclasses import dataclass, field
from typing import Any

from chalicelib.inference.patient_file import schemas


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption made while reading a file, such as that ages are in years.

    ``kind`` is a stable code. ``text`` is an English sentence, and ``params`` holds the values in it, for clients that
    write their own.
    """

    kind: str
    text: str
    column: str | None = None
    params: dict[str, Any] = field(default_factory=dict)

    def document(self) -> schemas.Assumption:
        """Return the assumption as the API shows it."""
        return {"column": self.column, "kind": self.kind, "text": self.text, "params": self.params}
