"""The example of docs/adding-a-model.md works: it can be fitted, has a card, can be loaded, and predicts."""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import chalicelib.inference.models
import training.models
from chalicelib.inference.catalog.catalog import Catalog
from chalicelib.inference.models.loader import load
from tests.support.frames import predict
from tests.support.models import CARDS
from tests.support.stack import ROOT
from tests.unit.inference.models import test_every_model, test_sweeps
from tests.unit.inference.models.conftest import read_cohort
from tests.unit.training.conftest import report_of
from training.build import ARTEFACTS_DIR, artefact_bytes
from training.card import make_card, to_json
from training.data import Outcome
from training.models import recipe_of

NAME = "example"  # not "toy", because the repository may have a model of that name
GUIDE = (ROOT / "docs" / "adding-a-model.md").read_text("utf-8")
EXAMPLE = re.findall(r"^`([\w/]+/)toy\.py`:\n\n```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
PACKAGES = (chalicelib.inference.models, training.models)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with the example's modules, which can be imported like those of the repository."""
    for folder, code in EXAMPLE:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / f"{NAME}.py").write_text(code.replace('"toy"', f'"{NAME}"'), "utf-8")
    for package in PACKAGES:
        folder = str(tmp_path / package.__name__.replace(".", "/"))
        monkeypatch.setattr(package, "__path__", [*package.__path__, folder])
    yield tmp_path
    for package in PACKAGES:
        sys.modules.pop(f"{package.__name__}.{NAME}", None)


def change_recipe(root: Path, old: str, new: str) -> None:
    recipe = root / "training" / "models" / f"{NAME}.py"
    code = recipe.read_text("utf-8")
    assert old in code
    recipe.write_text(code.replace(old, new), "utf-8")


def test_the_guides_example_passes_every_models_tests(root: Path, patients: pd.DataFrame, outcome: Outcome) -> None:
    recipe = recipe_of(NAME)
    fitted = recipe.fit_served(patients, outcome)
    artefact = artefact_bytes(fitted)
    # The figures are those of another model, because evaluating this one takes too long.
    report = report_of(CARDS["lasso"])
    folder = root / ARTEFACTS_DIR / NAME
    folder.mkdir(parents=True)
    (folder / "model.joblib").write_bytes(artefact)
    (folder / "card.json").write_text(to_json(make_card(recipe, fitted, report, patients, artefact)), "utf-8")

    [offer] = Catalog(root / ARTEFACTS_DIR).all()
    model = load(NAME, root / ARTEFACTS_DIR).model

    assert (offer.id, offer.coins) == (NAME, 50)
    assert type(model).__module__ == f"chalicelib.inference.models.{NAME}"
    cohort = read_cohort()
    output = predict(model, cohort)
    assert output["years"].to_numpy() == pytest.approx(fitted.years(cohort, recipe.horizon_years), abs=1e-9)
    arguments = {"model": model, "card": offer.card, "cohort": cohort, "gaps": test_sweeps.GAPS}
    for module, least in ((test_every_model, 15), (test_sweeps, 3)):
        checks = [check for name, check in vars(module).items() if name.startswith("test_")]
        needs = {check: inspect.signature(check).parameters.keys() for check in checks}
        checks = [check for check in checks if {"model"} <= needs[check] <= arguments.keys()]
        assert len(checks) >= least
        for check in checks:
            check(**{name: arguments[name] for name in needs[check]})


def test_the_guides_example_claims_no_comparison_that_was_not_made(root: Path) -> None:
    def limits(model: str) -> str:
        return " ".join(recipe_of(model).known_limits["en"])

    assert "seven sets of columns" in limits("lasso")
    assert "compared" not in limits(NAME)


def test_a_recipe_without_its_serving_module_is_refused_naming_the_file(root: Path) -> None:
    (root / "chalicelib" / "inference" / "models" / f"{NAME}.py").unlink()
    with pytest.raises(ValueError, match=rf"^chalicelib/inference/models/{NAME}.py is missing"):
        recipe_of(NAME)


def test_a_recipe_under_another_name_than_its_id_is_refused(root: Path) -> None:
    change_recipe(root, f'"{NAME}"', '"other-2"')
    with pytest.raises(ValueError, match=rf"training/models/{NAME}.py: the recipe's id is 'other-2'; it must be"):
        recipe_of(NAME)


def test_a_recipe_without_its_required_tripod_answers_is_refused(root: Path) -> None:
    change_recipe(root, '"12c": ', '"12b": ')
    with pytest.raises(ValueError, match=f"The recipe of {NAME}: tripod lacks the answer to item 12c"):
        recipe_of(NAME)


def test_a_recipe_with_a_tripod_answer_in_one_language_is_refused(root: Path) -> None:
    change_recipe(root, '"ru": "Гребневая регрессия по', '"de": "Гребневая регрессия по')
    with pytest.raises(
        ValueError, match=rf"The recipe of {NAME}: tripod needs the answer to item 12c in English \(en\) and in Russian"
    ):
        recipe_of(NAME)
