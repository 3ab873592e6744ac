"""Write the documentation's tables of models from the cards.

A table named ``prices`` is between ``<!-- prices: written by make train -->`` and ``<!-- end of prices -->``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from chalicelib.inference.catalog.catalog import Catalog
from training.build import ARTEFACTS_DIR
from training.figures import Figures, is_unlikely_chance
from training.report import at_horizon
from training.wording import interval_move

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


def pairs(cards: list[Card]) -> Iterator[tuple[Card, Card, float, Figures]]:
    """Yield each pair of models with their common horizon and the differences of the first from the second.

    Errors within that horizon have names without it, such as ``ipcw_mae_difference``.
    """
    for number, card in enumerate(cards):
        for other in cards[number + 1 :]:
            horizon = min(card["horizon_years"], other["horizon_years"])
            yield card, other, horizon, at_horizon(card["comparisons"].get(other["id"], {}), horizon)


def _differences(cards: list[Card]) -> str:
    rows = (
        [
            f"`{card['id']}` - `{other['id']}`",
            f"{horizon:.0f} years",
            *(cell(figures) for cell in _DIFFERENCES.values()),
        ]
        for card, other, horizon, figures in pairs(cards)
    )
    return _table(["models", "horizon", *_DIFFERENCES], rows)


def _spread(figures: Figures, name: str, decimals: int = 3, sign: str = "") -> str:
    """Return a figure with its standard error; an empty text if it was not measured."""
    if name not in figures:
        return ""
    return f"{figures[name]:{sign}.{decimals}f} ± {figures[f'{name}_se']:.{decimals}f}"


def _difference(figures: Figures, name: str) -> str:
    """Return a figure that may differ from 0, in bold type if that is unlikely to be chance."""
    text = _spread(figures, name, sign="+")
    return f"**{text}**" if text and is_unlikely_chance(figures[name], figures[f"{name}_se"]) else text


def _within(years: int) -> Callable[[Card], str]:
    return lambda card: _spread(card["quality"], f"ipcw_mae_{years}y", 2)


def _at_horizon(name: str, decimals: int = 2, sign: str = "") -> Callable[[Card], str]:
    """Return a cell that shows a figure of quality at the model's own horizon."""
    return lambda card: _spread(card["quality"], f"{name}_{card['horizon_years']:.0f}y", decimals, sign)


def _if_true(name: str) -> Callable[[Card], str]:
    return lambda card: f"{card['not_achievable'][f'best_possible_{card["horizon_years"]:.0f}y'][name]:.2f}"


def _biased(quarter: Figures) -> str:
    text = f"{quarter['bias']:+.2f}"
    return f"**{text}**" if is_unlikely_chance(quarter["bias"], quarter["bias_se"]) else text


def _coverage(name: str) -> Callable[[Card], str]:
    return lambda card: _spread(card["quality"]["interval_coverage"], name)


def _with_interval(figures: Figures, name: str) -> str:
    low, high = figures[f"{name}_95"]
    return f"{figures[name]:.3f} ({low:.3f}-{high:.3f})"


def _without_often_missing(card: Card) -> str:
    gap = card["sensitivity"].get("gaps", {}).get("without_often_missing", {})
    return _difference(gap, f"ipcw_mae_{card['horizon_years']:.0f}y_difference")


def _if_measured(section: str, name: str, show: Callable[[dict[str, Any]], str]) -> Callable[[Card], str]:
    """Return a cell that shows figures of a section. It is empty for a model whose section lacks ``name``."""
    return lambda card: show(card[section]) if name in card[section] else ""


def _common(card: Card, show: Callable[[Figures], str]) -> str:
    """Return a figure at the common horizon; an empty text if the model has none."""
    figures = card["common_horizon"]
    return show(figures) if figures else ""


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
    "Harrell's C": lambda card: _spread(card["quality"], "c_index"),
    "Uno's C up to 8 years": lambda card: _spread(card["quality"], "uno_c_8y"),
    "error within the model's horizon": _at_horizon("ipcw_mae"),
    "error within 7 years": _within(7),
    "error within 10 years": _within(10),
    "error of the constant predictor": lambda card: _spread(
        card["comparisons"]["constant"], f"ipcw_mae_{card['horizon_years']:.0f}y", 2
    ),
    "error to expect of the mean, if fitted curves were true": _if_true("mae_of_mean"),
    "error of the curve's median (or horizon)": _at_horizon("ipcw_mae_of_median"),
    "error to expect of the median, if fitted curves were true": _if_true("mae"),
    "bias within the model's horizon": _at_horizon("bias", sign="+"),
    "bias by quarter of risk from the sickest": lambda card: " ".join(map(_biased, card["quality"]["calibration"])),
    "error of patients who died within the horizon": lambda card: _spread(
        card["quality"]["died_within_horizon"], "mae", 2
    ),
    "bias of patients who died within the horizon": lambda card: _spread(
        card["quality"]["died_within_horizon"], "bias", 2, "+"
    ),
    "integrated Brier score": _at_horizon("integrated_brier_score", 3),
    "interval coverage": _coverage("overall"),
    "interval coverage by quarter of risk from the sickest": lambda card: _shares(
        card["quality"]["interval_coverage"]["by_quartile"]
    ),
    "interval coverage of patients who died within the horizon": _coverage("died_within_horizon"),
    "interval coverage of patients who died within 2 years": _coverage("died_within_2_years"),
    "mean width of the interval": lambda card: f"{card['quality']['interval_coverage']['mean_width_years']:.1f}",
    "largest move of an interval's end, hazard 1% higher (without a curve: estimate 0.1 years lower)": (
        lambda card: f"{interval_move(card['interval_slope_max'], has_curve=bool(card['survival_years'])):.2f}"
    ),
    "coverage of the 80% band in simulations: all; by fifth of risk from the sickest": _if_measured(
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
    "six often missing columns absent: change of the error by filling them with what to expect, not medians": (
        _without_often_missing
    ),
    "later visits: change of C by the last values, not those at entry": lambda card: _difference(
        card["later_visits"]["entry_values"], "c_index_difference"
    ),
    "later visits: change of the integrated Brier score": lambda card: _difference(
        card["later_visits"]["entry_values"], f"integrated_brier_score_{card['horizon_years']:.0f}y_difference"
    ),
    "the 106 patients outside the trial: C": lambda card: _spread(card["quality"]["outside_trial"], "c_index"),
    "the 106 patients outside the trial: error": lambda card: _spread(
        card["quality"]["outside_trial"], f"ipcw_mae_{card['horizon_years']:.0f}y", 2
    ),
    "the 106 patients outside the trial: bias": lambda card: _spread(
        card["quality"]["outside_trial"], f"bias_{card['horizon_years']:.0f}y", 2, "+"
    ),
    "PBC3: Harrell's C (95% interval)": lambda card: _with_interval(card["external"], "c_index"),
    "PBC3: 4-year survival, predicted / observed (95% interval)": _if_measured(
        "external", "predicted_survival_4y",
        lambda external: (
            f"{external['predicted_survival_4y']:.3f} / {_with_interval(external, 'observed_survival_4y')}"
        ),
    ),
    "PBC3: observed / expected deaths (95% interval)": _if_measured(
        "external", "observed_to_expected", lambda external: _with_interval(external, "observed_to_expected")
    ),
    "PBC3: the same with medians in place of what was not measured": lambda card: _spread(
        card["sensitivity"].get("gaps", {}).get("pbc3", {}).get("median", {}), "observed_to_expected"
    ),
    "PBC3: died before the interval begins (95% interval)": _if_measured(
        "external", "died_before_lower", lambda external: _with_interval(external, "died_before_lower")
    ),
    "PBC3: patients followed for 4 years": lambda card: (
        "{followed_4y} of {patients}".format(**card["external"])
    ),
}  # fmt: skip
_COMMON_HORIZON: Cells = {
    "model": lambda card: f"`{card['id']}`",
    "calibration": lambda card: _common(card, lambda figures: f"{figures['calibration_error']:.2f}"),
    "groups, estimated / lived": lambda card: _common(
        card,
        lambda figures: ", ".join(
            f"{group['predicted']:.1f} / {group['observed']:.1f}" for group in figures["calibration"]
        ),
    ),
    "concordance": lambda card: _common(card, lambda figures: _spread(figures, "concordance")),
    "error": lambda card: _common(card, lambda figures: _spread(figures, "mae", 2)),
    "error of the constant estimate": lambda card: _common(
        card, lambda figures: _spread(figures["constant"], "mae", 2)
    ),
}
_DIFFERENCES: dict[str, Callable[[Figures], str]] = {
    "Uno's C up to 8 years": lambda figures: _difference(figures, "uno_c_8y_difference"),
    "error": lambda figures: _difference(figures, "ipcw_mae_difference"),
    "root mean square error": lambda figures: _difference(figures, "ipcw_rmse_difference"),
}

DOCUMENTS = {
    Path("README.md"): {
        "prices": _row_for_each_model(_PRICES),
        "prices in Russian": _row_for_each_model(_RUSSIAN_PRICES),
    },
    Path("docs", "models.md"): {
        "contracts": _row_for_each_model(_OUTPUT_SPECS),
        "common horizon": _row_for_each_model(_COMMON_HORIZON),
        "figures": _column_for_each_model("held out, 5 x 5", _FIGURES),
        "differences": _differences,
    },
}
