"""Writes ``docs/openapi.json`` from the app's routes: ``python -m deploy.openapi``; ``--check`` only compares."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from app import app
from chalicelib.core.http.openapi import document

PATH = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def text() -> str:
    """Return the document as it is committed: sorted, so that a difference is a change."""
    return json.dumps(document(app.routes), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write, or with ``--check`` say by the exit code whether the committed document is today's."""
    if "--check" not in arguments:
        PATH.write_text(text(), "utf-8")
        return 0
    if PATH.is_file() and PATH.read_text("utf-8") == text():
        return 0
    print("docs/openapi.json is out of date: run make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
