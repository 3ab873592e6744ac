"""A training run writes only what differs, and refuses new numbers under the same version."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.models import CARDS
from tests.support.stack import ROOT
from training import __main__ as command
from training.build import ARTEFACTS_DIR, SAMPLES_DIR
from training.tables import DOCUMENTS
from training.update import update

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a copy of the committed files."""
    return _copy(tmp_path / "root")


@pytest.fixture
def rebuilt(tmp_path: Path) -> Path:
    """Return the files of a training run, at first the same as the committed ones."""
    return _copy(tmp_path / "rebuilt")


def _copy(folder: Path) -> Path:
    for part in (ARTEFACTS_DIR, SAMPLES_DIR):
        shutil.copytree(ROOT / part, folder / part)
    for document in DOCUMENTS:
        (folder / document).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / document, folder / document)
    return folder


def rebuild(rebuilt: Path, model: str, change: Change) -> None:
    """Change the artefact's bytes, as on another machine, and the card that names them."""
    folder = rebuilt / ARTEFACTS_DIR / model
    artefact = (folder / "model.joblib").read_bytes() + b"other"
    (folder / "model.joblib").write_bytes(artefact)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["artefact"]["sha256"] = hashlib.sha256(artefact).hexdigest()
    change(card)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


def noise(card: dict[str, Any]) -> None:
    card["features"][0]["coefficient"] += 1e-11
    card["quality"]["c_index"] += 0.001


def another_fit(card: dict[str, Any]) -> None:
    card["features"][0]["coefficient"] += 1e-6


def another_figure(card: dict[str, Any]) -> None:
    card["quality"]["c_index"] += 0.01


def another_text(card: dict[str, Any]) -> None:
    card["limits"]["en"] = "Another text."


def with_version(change: Change) -> Change:
    def changed(card: dict[str, Any]) -> None:
        change(card)
        card["version"] = "9.0.0"

    return changed


def pretend_to_build(patch: pytest.MonkeyPatch, rebuilt: Path) -> None:
    def build(folder: Path, _log: object) -> list[object]:
        shutil.copytree(rebuilt, folder, dirs_exist_ok=True)
        return []

    patch.setattr(command, "build", build)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed_files(root: Path, before: dict[Path, bytes]) -> set[str]:
    return {str(path) for path, content in contents(root).items() if before.get(path) != content}


def test_noise_of_another_machine_writes_nothing(root: Path, rebuilt: Path) -> None:
    before = contents(root)
    for model in CARDS:
        rebuild(rebuilt, model, noise)
    assert update(root, rebuilt) == []
    assert contents(root) == before


def test_only_what_differs_is_written(root: Path, rebuilt: Path) -> None:
    before = contents(root)
    rebuild(rebuilt, "lasso", noise)
    rebuild(rebuilt, "mayo", with_version(another_fit))
    (rebuilt / SAMPLES_DIR / "patients-10.csv").write_text("ID\n", encoding="utf-8")
    sample, model = str(SAMPLES_DIR / "patients-10.csv"), str(ARTEFACTS_DIR / "mayo")
    assert list(map(str, update(root, rebuilt))) == [model, sample]
    assert changed_files(root, before) == {f"{model}/card.json", f"{model}/model.joblib", sample}
    assert (root / ARTEFACTS_DIR / "mayo" / "model.joblib").read_bytes().endswith(b"other")


def test_a_new_model_does_not_change_the_others(root: Path, rebuilt: Path) -> None:
    before = contents(root)
    for model in CARDS:
        rebuild(rebuilt, model, noise)
    shutil.copytree(rebuilt / ARTEFACTS_DIR / "mayo", rebuilt / ARTEFACTS_DIR / "newcomer")
    assert update(root, rebuilt) == [ARTEFACTS_DIR / "newcomer"]
    assert changed_files(root, before) == {f"{ARTEFACTS_DIR}/newcomer/{name}" for name in ("card.json", "model.joblib")}


@pytest.mark.parametrize("change", [another_fit, another_figure])
def test_new_numbers_under_the_same_version_are_refused_and_nothing_is_written(
    root: Path, rebuilt: Path, change: Change, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    rebuild(rebuilt, "lasso", with_version(another_fit))
    rebuild(rebuilt, "mayo", change)
    (rebuilt / SAMPLES_DIR / "patients-10.csv").write_text("ID\n", encoding="utf-8")
    pretend_to_build(monkeypatch, rebuilt)

    assert command.main(["--root", str(root)]) == 1

    message = capsys.readouterr().err
    assert message.startswith("Nothing was written: 1 number of mayo differs from version 2.0.0, ")
    assert "raise the version in training/models/mayo.py" in message
    assert contents(root) == before


def test_the_command_prints_what_it_wrote(
    root: Path, rebuilt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_to_build(monkeypatch, rebuilt)
    assert command.main(["--root", str(root)]) == 0
    assert "Nothing written: the numbers are the same" in capsys.readouterr().out
    rebuild(rebuilt, "mayo", with_version(another_fit))
    assert command.main(["--root", str(root)]) == 0
    assert "Written: model_artifacts/mayo (" in capsys.readouterr().out


@pytest.mark.parametrize("change", [another_text, with_version(another_figure), with_version(another_text)])
def test_an_artefact_keeps_its_bytes_while_the_fit_is_the_same(root: Path, rebuilt: Path, change: Change) -> None:
    """Receipts name the SHA-256 of these bytes."""
    before = contents(root)
    rebuild(rebuilt, "mayo", change)
    rebuilt_card = json.loads((rebuilt / ARTEFACTS_DIR / "mayo" / "card.json").read_text("utf-8"))
    assert update(root, rebuilt) == [ARTEFACTS_DIR / "mayo"]
    assert changed_files(root, before) == {f"{ARTEFACTS_DIR}/mayo/card.json"}
    card = json.loads((root / ARTEFACTS_DIR / "mayo" / "card.json").read_text("utf-8"))
    old = json.loads(before[ARTEFACTS_DIR / "mayo" / "card.json"])
    assert card == rebuilt_card | {"artefact": old["artefact"]}
    assert update(root, rebuilt) == []


def test_a_new_version_takes_the_artefact_of_other_packages(root: Path, rebuilt: Path) -> None:
    rebuild(rebuilt, "mayo", lambda card: card["versions"].update(numpy="99"))
    assert update(root, rebuilt) == []
    rebuild(rebuilt, "mayo", lambda card: card.update(version="9.0.0"))
    update(root, rebuilt)
    assert contents(root / ARTEFACTS_DIR / "mayo") == contents(rebuilt / ARTEFACTS_DIR / "mayo")
