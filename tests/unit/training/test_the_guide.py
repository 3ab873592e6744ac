"""The example of docs/adding-a-model.md is a model: it is fitted, has a card, is loaded and predicts."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import chalicelib.inference.models
import training.models
from chalicelib.inference import catalogue
from chalicelib.inference.models import load
from tests.support.models import CARDS
from tests.support.stack import ROOT, SAMPLES
from training.build import ARTEFACTS_DIR, artefact_bytes
from training.card import make_card, to_json
from training.data import Outcome
from training.models import recipe_of
from training.report import Report

GUIDE = (ROOT / "docs" / "adding-a-model.md").read_text("utf-8")
EXAMPLE = re.findall(r"^`([\w/]+/toy\.py)`:\n\n```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
PACKAGES = (chalicelib.inference.models, training.models)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the example's modules, which are found as if they were among the others."""
    for name, code in EXAMPLE:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(code, "utf-8")
    for package in PACKAGES:
        place = str(tmp_path / package.__name__.replace(".", "/"))
        monkeypatch.setattr(package, "__path__", [place, *package.__path__])
    names = [f"{package.__name__}.toy" for package in PACKAGES]
    imported = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    yield tmp_path
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(imported)


def test_the_guide_s_example_is_fitted_loaded_and_predicts(
    root: Path, patients: pd.DataFrame, outcome: Outcome
) -> None:
    recipe = recipe_of("toy")
    fitted = recipe.serve(patients, outcome)
    artefact = artefact_bytes(fitted)
    # The figures of another model: to measure this one takes too long here.
    report = Report(**{name: CARDS["lasso"][name] for name in Report.__annotations__})
    folder = root / ARTEFACTS_DIR / "toy"
    folder.mkdir(parents=True)
    (folder / "model.joblib").write_bytes(artefact)
    (folder / "card.json").write_text(to_json(make_card(recipe, fitted, report, patients, artefact)), "utf-8")

    [offer] = catalogue.Catalogue(root / ARTEFACTS_DIR).all()
    model = load("toy", root / ARTEFACTS_DIR).model
    sample = pd.read_csv(SAMPLES / "patients-10.csv")
    answers = model.predict(sample)

    assert (offer.id, offer.coins) == ("toy", 50)
    assert type(model).__name__ == "ToyModel"
    assert answers["years"].between(answers["lower"], answers["upper"]).all()
    assert answers["years"].to_numpy() == pytest.approx(fitted.years(sample, recipe.horizon_years), abs=1e-9)
    assert len(set(answers["years"].round(3))) > 5


def test_a_recipe_without_its_entry_is_refused_naming_the_file(root: Path) -> None:
    (root / "chalicelib" / "inference" / "models" / "toy.py").unlink()
    with pytest.raises(ValueError, match=r"^chalicelib/inference/models/toy.py is missing"):
        recipe_of("toy")


def test_a_recipe_under_another_name_than_its_id_is_refused(root: Path) -> None:
    recipe = root / "training" / "models" / "toy.py"
    recipe.write_text(recipe.read_text("utf-8").replace('id="toy"', 'id="toy-2"'), "utf-8")
    with pytest.raises(ValueError, match=r"training/models/toy.py: the recipe's id is 'toy-2'; it must be 'toy'"):
        recipe_of("toy")


def test_a_recipe_without_the_answers_that_only_it_can_give_is_refused(root: Path) -> None:
    recipe = root / "training" / "models" / "toy.py"
    recipe.write_text(recipe.read_text("utf-8").replace('"12c": ', '"12b": '), "utf-8")
    with pytest.raises(ValueError, match="The recipe of toy: tripod lacks the answer to item 12c"):
        recipe_of("toy")
