import json
import re
import shutil
from pathlib import Path

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
