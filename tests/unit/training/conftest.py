import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support.stack import ROOT
from training import data
from training.build import ARTEFACTS_DIR
from training.data import Outcome
from training.report import Report
from training.tables import DOCUMENTS


@pytest.fixture(scope="session")
def patients() -> pd.DataFrame:
    return data.cirrhosis()


@pytest.fixture(scope="session")
def outcome(patients: pd.DataFrame) -> Outcome:
    return data.death(patients)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with copies of the models and of the documents with tables."""
    shutil.copytree(ROOT / ARTEFACTS_DIR, tmp_path / ARTEFACTS_DIR)
    (tmp_path / "docs").mkdir()
    for document in DOCUMENTS:
        shutil.copyfile(ROOT / document, tmp_path / document)
    return tmp_path


def report_of(card: dict[str, Any]) -> Report:
    """Return the report that a card was made from, with its rounded figures."""
    return Report(**{name: card[name] for name in Report.__annotations__})
