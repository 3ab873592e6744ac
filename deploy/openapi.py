"""Write ``docs/openapi.json`` from the app's routes: ``python -m deploy.openapi``."""

import json

from app import app
from chalicelib.core.http.openapi import document
from deploy.template import ROOT

PATH = ROOT / "docs" / "openapi.json"


def text() -> str:
    """Return the document's JSON, with sorted keys so that a diff shows only real changes."""
    return json.dumps(document(app.routes), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
