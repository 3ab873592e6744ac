"""The documentation's tables of models match the cards."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.models import CARDS
from tests.support.stack import ROOT
from training import __main__ as command
from training.build import ARTEFACTS_DIR
from training.data import Outcome
from training.figures import is_unlikely_chance
from training.models import cox_lasso
from training.tables import changed_documents, write_tables

README = Path("README.md")
MODELS = Path("docs", "models.md")


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


def both(path: str, name: str, decimals: int, mark: str = "") -> str:
    """Return a figure of ``lasso`` and of ``cox-lasso`` as the README writes it, such as ``1.43 and 1.37``."""
    words = []
    for model in ("lasso", "cox-lasso"):
        part = CARDS[model]
        for step in path.split("."):
            part = part[step]
        words.append(f"{part[name]:.{decimals}f}".removeprefix("0"))
    return (" и " if mark else " and ").join(words).replace(".", mark or ".")


def test_the_readme_states_the_cards_figures() -> None:
    text = " ".join((ROOT / README).read_text("utf-8").split())
    error, died, constant = "quality", "quality.died_within_horizon", CARDS["lasso"]["comparisons"]["constant"]
    trial = CARDS["cox-lasso"]["external"]
    predicted, observed, low, high = (
        f"{share:.3f}".removeprefix("0")
        for share in (trial["predicted_survival_4y"], trial["observed_survival_4y"], *trial["observed_survival_4y_95"])
    )
    assert f"concordance index of {both('quality', 'c_index', 3)}." in text
    assert f"over 8 years are {both(error, 'ipcw_mae_8y', 2)} years" in text
    assert f"(standard errors {both(error, 'ipcw_mae_8y_se', 2)})" in text
    assert f"against {constant['ipcw_mae_8y']:.2f} for" in text
    assert f"hold the truth for {both('quality.interval_coverage', 'overall', 3)} of the patients" in text
    assert f"within 8 years the errors are {both(died, 'mae', 2)} years" in text
    assert f"the intervals hold for {both('quality.interval_coverage', 'died_within_horizon', 3)}." in text
    assert f"the concordance was as high ({trial['c_index']:.2f}".replace("0.", ".") in text
    assert f"it predicted that {predicted} survive four years; {observed} did (95% interval {low} to {high})" in text
    assert (
        f"{both(error, 'ipcw_mae_8y', 2, ',')} года, а для умерших в течение 8 лет — {both(died, 'mae', 2, ',')}"
        in text
    )


def test_the_prose_below_the_tables_is_true() -> None:
    """docs/models.md says in words what the tables of "Judge the accuracy" show."""
    lasso, cox_lasso = CARDS["lasso"], CARDS["cox-lasso"]

    def is_real(figures: dict[str, float], name: str) -> bool:
        return is_unlikely_chance(figures[name], figures[f"{name}_se"])

    for card in (lasso, cox_lasso, CARDS["mayo"]):
        others = [card["comparisons"][other] for other in CARDS if other in card["comparisons"]]
        assert not any(is_real(differences, "uno_c_8y_difference") for differences in others)
        assert not is_real(card["quality"]["outside_trial"], f"bias_{card['horizon_years']:.0f}y")
        assert 0.88 < card["quality"]["interval_coverage"]["overall"] < 0.93
        entry = card["later_visits"]["entry_values"]
        assert is_real(entry, f"ipcw_mae_{card['horizon_years']:.0f}y_difference")
    assert is_real(lasso["comparisons"]["cox-lasso"], "ipcw_mae_8y_difference")
    biased = {
        model: [is_real(quarter, "bias") for quarter in card["quality"]["calibration"]] for model, card in CARDS.items()
    }
    assert biased["lasso"] == [True, False, True, False]
    assert biased["mayo"] == [False, False, True, False]
    assert not any(biased["cox-lasso"])
    trial = cox_lasso["sensitivity"]["gaps"]["pbc3"]
    assert trial["median"]["observed_to_expected"] > trial["conditional"]["observed_to_expected"] + 0.1
    for model in ("cox-lasso", "mayo"):
        external = CARDS[model]["external"]
        assert external["died_before_lower_95"][0] < 0.1 < external["died_before_lower"], model
        assert {"Edema", "Prothrombin"} <= set(external["not_measured"])
    fifths = cox_lasso["quality"]["curve_band"]["simulated"]["holds_by_fifth"]
    assert min(fifths) == fifths[-1]


def test_the_steepness_that_the_prose_names_is_that_of_the_patients(patients: pd.DataFrame, outcome: Outcome) -> None:
    """docs/models.md: "With 5% more bilirubin the lower end of `cox-lasso` falls by up to ..."."""
    fitted = cox_lasso.fit(patients, outcome)
    more = patients.assign(Bilirubin=1.05 * patients["Bilirubin"])
    lower = float((fitted.interval(patients).lower - fitted.interval(more).lower).max())
    years = float((fitted.years(patients, 8.0) - fitted.years(more, 8.0)).max())
    coefficient = next(feature for feature in CARDS["cox-lasso"]["features"] if feature["column"] == "Bilirubin")
    effect = coefficient["coefficient"] / coefficient["scale"] * np.log(1.05)
    assert lower <= CARDS["cox-lasso"]["interval_slope_max"] * effect
    text = " ".join((ROOT / MODELS).read_text("utf-8").split())
    assert f"falls by up to {lower:.2f} years, while the estimate falls by at most {years:.2f}" in text
