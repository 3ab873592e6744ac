import json
import re
import shutil
from pathlib import Path

import pytest

from training.page import PALETTE, write_page

ARTEFACTS = Path(__file__).resolve().parents[3] / "model_artifacts"


def test_the_page_shows_every_model_with_its_plots_and_known_weaknesses(tmp_path: Path) -> None:
    write_page(ARTEFACTS, tmp_path / "build" / "page.html")

    text = (tmp_path / "build" / "page.html").read_text("utf-8")
    assert text.count("<svg") == 4
    assert all(label for label in re.findall(r'<svg role="img" aria-label="([^"]+)"', text))
    for card in (json.loads(path.read_text("utf-8")) for path in ARTEFACTS.glob("*/card.json")):
        assert f'<th scope="col">{card["id"]}</th>' in text
        assert card["known_limits"]["en"][0] in text
        assert card["tripod_ai"][0]["answer"]["en"] in text
        assert f"{card['quality']['c_index']:.3f} &plusmn; {card['quality']['c_index_se']:.3f}" in text


def test_equal_cards_give_equal_pages(tmp_path: Path) -> None:
    for name in ("one.html", "other.html"):
        write_page(ARTEFACTS, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()


def test_the_page_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    write_page(ARTEFACTS, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text("utf-8")
    assert not re.findall(r"(?:src|href)=[\"']https?:", text)
    assert "<script" not in text


def test_a_new_model_has_a_colour_of_its_own(tmp_path: Path) -> None:
    artefacts = tmp_path / "model_artifacts"
    shutil.copytree(ARTEFACTS, artefacts)
    shutil.copytree(ARTEFACTS / "mayo", artefacts / "newcomer")
    models = len(list(artefacts.glob("*/card.json")))

    write_page(artefacts, tmp_path / "page.html")

    text = (tmp_path / "page.html").read_text("utf-8")
    assert set(PALETTE[:models]) == {colour for colour in PALETTE if colour in text}
    assert len(set(PALETTE)) == len(PALETTE)


def row(text: str, head: str) -> str:
    """Return the cells of the table row with this head."""
    return text.partition(f'<tr><th scope="row">{head}</th>')[2].partition("</tr>")[0]


@pytest.fixture
def page(tmp_path: Path) -> str:
    write_page(ARTEFACTS, tmp_path / "page.html")
    return (tmp_path / "page.html").read_text("utf-8")


def test_each_pair_of_models_is_compared_once_within_the_common_horizon(page: str) -> None:
    comparisons = json.loads((ARTEFACTS / "cox-lasso" / "card.json").read_text("utf-8"))["comparisons"]
    pair = row(page, "cox-lasso - lasso")
    assert f"<td>{comparisons['lasso']['ipcw_mae_8y_difference']:+.3f} &plusmn; " in pair
    assert row(page, "cox-lasso - mayo").startswith("<td>7</td>")
    assert "lasso - cox-lasso" not in page


def test_an_asterisk_marks_what_is_unlikely_chance(page: str) -> None:
    cards = [json.loads(path.read_text("utf-8")) for path in sorted(ARTEFACTS.glob("*/card.json"))]
    cells = row(page, "Third quarter").split("</td>")[:-1]
    for card, cell in zip(cards, cells, strict=True):
        quarter = card["quality"]["calibration"][2]
        assert cell.endswith("*") == (abs(quarter["bias"]) > 2 * quarter["bias_se"]), card["id"]


def test_an_error_stands_beside_the_one_to_expect_of_its_kind(page: str) -> None:
    best = json.loads((ARTEFACTS / "cox-lasso" / "card.json").read_text("utf-8"))["not_achievable"]["best_possible_8y"]
    assert row(page, "Error of the true mean").startswith(f"<td>{best['mae_of_mean']:.2f}</td>")
    assert row(page, "Error of the true median (or horizon)").startswith(f"<td>{best['mae']:.2f}</td>")


def test_what_was_tried_elsewhere_is_not_passed_off_as_this_repository_s_measurement(page: str) -> None:
    section = page.partition("<h2>Tried and not adopted</h2>")[2].partition("<h2>")[0]
    assert "do not come from this repository's code" in section
    assert "-.013 (.006)" in row(section, "random survival forest")


def test_the_page_says_what_straight_lines_and_an_interpolated_band_would_get_wrong(page: str) -> None:
    card = json.loads((ARTEFACTS / "cox-lasso" / "card.json").read_text("utf-8"))
    chords, band = card["quality"]["curve_between_years"], card["quality"]["curve_band"]
    assert row(page, "Chords: largest error of all").startswith(f"<td>{chords['chords_worst']:.3f}</td>")
    end = "Band's end, interpolated on log(-log S): largest error of all"
    assert row(page, end).startswith(f"<td>{band['interpolation_error_max']:.3f}</td>")
    assert band["interpolation_error_max"] < 0.01 < chords["chords_mean"] < chords["chords_worst"]
