"""The documentation's tables of models match the cards."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.stack import ROOT
from training import __main__ as command
from training.build import ARTEFACTS_DIR
from training.tables import DOCUMENTS, changed_documents, write_tables

README = Path("README.md")
MODELS = Path("docs", "models.md")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ARTEFACTS_DIR, tmp_path / ARTEFACTS_DIR)
    (tmp_path / "docs").mkdir()
    for document in DOCUMENTS:
        shutil.copyfile(ROOT / document, tmp_path / document)
    return tmp_path


def test_the_tables_match_the_cards() -> None:
    assert list(changed_documents(ROOT)) == [], "run make train"


def test_a_new_model_appears_in_every_table(root: Path) -> None:
    shutil.copytree(root / ARTEFACTS_DIR / "mayo", root / ARTEFACTS_DIR / "newcomer")
    card = root / ARTEFACTS_DIR / "newcomer" / "card.json"
    changes = {"id": "newcomer", "coins": 7, "title": {"en": "A newcomer", "ru": "Новичок"}}
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | changes), "utf-8")

    assert write_tables(root) == [README, MODELS]

    readme = (root / README).read_text("utf-8")
    assert "| `newcomer` | 7 | The published Mayo risk score" in readme
    assert "| `newcomer` | 7 | Новичок |" in readme.partition("\n## По-русски\n")[2]
    models = (root / MODELS).read_text("utf-8")
    assert "| `newcomer` | 7 | A newcomer | 7 years | 1, 2, 3, 4, 5, 6, 7 | score |" in models
    assert "| held out, 5 x 5 | `newcomer` (7 years) | " in models
    assert write_tables(root) == []


def test_the_check_names_a_document_whose_table_was_edited_by_hand(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "differences", lambda _root: [])
    (root / README).write_text(
        (root / README).read_text("utf-8").replace("| `mayo` | 20 |", "| `mayo` | 21 |"), "utf-8"
    )

    assert command.main(["--check", "--root", str(root)]) == 1

    assert "README.md: a table differs from the cards" in capsys.readouterr().out


def test_a_document_without_the_lines_around_a_table_is_named_with_these_lines(root: Path) -> None:
    (root / README).write_text("Nothing\n", "utf-8")
    with pytest.raises(ValueError, match=r"^README.md: .*'<!-- prices: written by make train -->' and '<!-- end of"):
        write_tables(root)
