"""The words of a recommendation agree with the figures of the cards."""

from chalicelib.inference.catalog.catalog import Catalog
from training.figures import is_unlikely_chance

CARDS = {offer.id: offer.card for offer in Catalog().all()}


def test_one_model_is_recommended() -> None:
    assert [name for name, card in CARDS.items() if card["recommendation"]] == ["cox-lasso"]


def test_no_other_model_ranks_better_or_errs_less() -> None:
    figures = {name: card["common_horizon"] for name, card in CARDS.items()}
    assert max(figures, key=lambda name: figures[name]["concordance"]) == "cox-lasso"
    assert min(figures, key=lambda name: figures[name]["mae"]) == "cox-lasso"


def test_only_the_recommended_model_has_a_curve_up_to_10_years_and_a_band() -> None:
    assert {name for name, card in CARDS.items() if card["survival_years"][-1:] == [10]} == {"cox-lasso"}
    assert {name for name, card in CARDS.items() if card["curve_band_level"]} == {"cox-lasso"}


def test_the_mayo_score_is_about_as_accurate_costs_less_and_ends_at_7_years() -> None:
    differences = CARDS["cox-lasso"]["comparisons"]["mayo"]
    for name in ("c_index", "uno_c_8y", "ipcw_mae_7y"):
        assert not is_unlikely_chance(differences[f"{name}_difference"], differences[f"{name}_difference_se"]), name
    assert CARDS["mayo"]["horizon_years"] == CARDS["mayo"]["survival_years"][-1] == 7
    assert CARDS["mayo"]["coins"] < CARDS["cox-lasso"]["coins"]
