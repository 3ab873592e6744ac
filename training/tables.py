"""Write the documentation's tables of models from the cards.

A table named ``prices`` is between ``<!-- prices: written by make train -->`` and ``<!-- end of prices -->``.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chalicelib.inference.catalog.catalog import Catalog
from training.build import ARTEFACTS_DIR

Card = dict[str, Any]
Cells = dict[str, Callable[[Card], str]]


def write_tables(root: Path) -> list[Path]:
    """Write the tables that differ from the cards. Return the changed files, relative to ``root``."""
    changed = changed_documents(root)
    for document, text in changed.items():
        (root / document).write_text(text, encoding="utf-8", newline="\n")
    return list(changed)


def changed_documents(root: Path) -> dict[Path, str]:
    """Return the correct text of each document in which a table differs from the cards.

    Raises ``ValueError`` if a document lacks the lines around a table.
    """
    cards = [offer.card for offer in Catalog(root / ARTEFACTS_DIR).all()]
    changed = {}
    for document, tables in DOCUMENTS.items():
        old = new = (root / document).read_text("utf-8")
        for name, table in tables.items():
            new = _replaced(document, new, name, table(cards))
        if new != old:
            changed[document] = new
    return changed


def _replaced(document: Path, text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: written by make train -->\n", f"<!-- end of {name} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(
            f"{document}: the lines {begin.strip()!r} and {end!r} are missing; the table goes between them."
        )
    return pattern.sub(lambda _: table, text, count=1)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ["---"] * len(head), *rows))


def _row_for_each_model(columns: Cells) -> Callable[[list[Card]], str]:
    return lambda cards: _table(columns, ([cell(card) for cell in columns.values()] for card in cards))


def _column_for_each_model(corner: str, rows: Cells) -> Callable[[list[Card]], str]:
    def table(cards: list[Card]) -> str:
        head = [corner, *(f"`{card['id']}` ({card['horizon_years']:.0f} years)" for card in cards)]
        return _table(head, ([name, *(cell(card) for card in cards)] for name, cell in rows.items()))

    return table


def _at_horizon(card: Card, name: str) -> float:
    """Return a figure of quality at the model's own horizon."""
    figure: float = card["quality"][f"{name}_{card['horizon_years']:.0f}y"]
    return figure


def _if_measured(section: str, name: str, show: Callable[[dict[str, Any]], str]) -> Callable[[Card], str]:
    """Return a cell that shows figures of a section. It is empty for a model whose section lacks ``name``."""
    return lambda card: show(card[section]) if name in card[section] else ""


def _shares(shares: Iterable[float]) -> str:
    return " ".join(f"{share:.2f}" for share in shares)


_PRICES: Cells = {
    "model": lambda card: f"`{card['id']}`",
    "coins": lambda card: str(card["coins"]),
    "answers": lambda card: card["summary"]["en"],
}
_RUSSIAN_PRICES: Cells = {
    "модель": _PRICES["model"],
    "монеты": _PRICES["coins"],
    "название": lambda card: card["title"]["ru"],
}
_OUTPUT_SPECS: Cells = {
    "id": lambda card: f"`{card['id']}`",
    "coins": lambda card: str(card["coins"]),
    "title": lambda card: card["title"]["en"],
    "horizon": lambda card: f"{card['horizon_years']:.0f} years",
    "survival at, years": lambda card: ", ".join(map(str, card["survival_years"])) or "no curve",
    "scale of the contributions": lambda card: card["contribution_scale"].replace("_", " "),
}
_FIGURES: Cells = {
    "Harrell's C / Uno's C": lambda card: f"{card['quality']['c_index']:.3f} / {card['quality']['uno_c_8y']:.3f}",
    "error / bias within the horizon, years": lambda card: (
        f"{_at_horizon(card, 'ipcw_mae'):.2f} / {_at_horizon(card, 'bias'):+.2f}"
    ),
    "error of the constant predictor, years": lambda card: (
        f"{card['comparisons']['constant'][f'ipcw_mae_{card["horizon_years"]:.0f}y']:.2f}"
    ),
    "error / bias within 10 years, years": _if_measured(
        "quality", "ipcw_mae_10y", lambda quality: f"{quality['ipcw_mae_10y']:.2f} / {quality['bias_10y']:+.2f}"
    ),
    "error / bias of patients who died within the horizon, years": lambda card: (
        "{mae:.2f} / {bias:+.2f}".format(**card["quality"]["died_within_horizon"])
    ),
    "integrated Brier score": lambda card: (
        f"{_at_horizon(card, 'integrated_brier_score'):.3f}" if card["survival_years"] else ""
    ),
    "interval coverage: all; by quarter of risk from the sickest": lambda card: (
        f"{card['quality']['interval_coverage']['overall']:.3f}; "
        f"{_shares(card['quality']['interval_coverage']['by_quartile'])}"
    ),
    "interval coverage: patients who died within the horizon": lambda card: (
        f"{card['quality']['interval_coverage']['died_within_horizon']:.3f}"
    ),
    "mean width of the interval, years": lambda card: (
        f"{card['quality']['interval_coverage']['mean_width_years']:.1f}"
    ),
    "coverage of the 80 % band in simulations: all; by fifth of risk from the sickest": _if_measured(
        "quality",
        "curve_band",
        lambda quality: (
            f"{quality['curve_band']['simulated']['holds']:.2f}; "
            f"{_shares(quality['curve_band']['simulated']['holds_by_fifth'])}"
        ),
    ),
    "held-out fifths at 3, 5 and 8 years with observed survival in their mean band": _if_measured(
        "quality",
        "curve_band",
        lambda quality: (
            f"{quality['curve_band']['held_out']['within']} of {len(quality['curve_band']['held_out']['groups'])}"
        ),
    ),
    "the 106 patients outside the trial: C, error in years": lambda card: (
        f"{card['quality']['outside_trial']['c_index']:.2f}, "
        f"{card['quality']['outside_trial'][f'ipcw_mae_{card["horizon_years"]:.0f}y']:.2f}"
    ),
    "PBC3: Harrell's C (95 % interval)": lambda card: (
        "{c_index:.3f} ({c_index_95[0]:.3f}-{c_index_95[1]:.3f})".format(**card["external"])
    ),
    "PBC3: 4-year survival, predicted / observed": _if_measured(
        "external", "predicted_survival_4y",
        lambda external: f"{external['predicted_survival_4y']:.3f} / {external['observed_survival_4y']:.3f}",
    ),
}  # fmt: skip

DOCUMENTS = {
    Path("README.md"): {
        "prices": _row_for_each_model(_PRICES),
        "prices in Russian": _row_for_each_model(_RUSSIAN_PRICES),
    },
    Path("docs", "models.md"): {
        "contracts": _row_for_each_model(_OUTPUT_SPECS),
        "figures": _column_for_each_model("held out, 5 x 5", _FIGURES),
    },
}
