"""Write the evaluation as an HTML page with plots. Everything on it comes from the model cards."""

import html
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chalicelib.inference.models.base import CARD_NAME

Card = dict[str, Any]

# The palette of Okabe & Ito, whose colours colour-blind readers can distinguish.
PALETTE = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
GREY = "#888888"
QUARTERS = ("sickest", "second", "third", "healthiest")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
.prose td { white-space: normal; text-align: left; vertical-align: top; }
figure { margin: 1.5rem 0; } svg { max-width: 100%; height: auto; } figcaption { color: #555; }
"""


def write_page(artefacts: Path, page: Path) -> None:
    """Write the page of all cards below ``artefacts`` to ``page``."""
    cards = [json.loads(path.read_text("utf-8")) for path in sorted(artefacts.glob(f"*/{CARD_NAME}"))]
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_page(cards), encoding="utf-8")


def _page(cards: list[Card]) -> str:
    data = cards[0]["data"]
    parts = [
        "<h1>Evaluation of the models</h1>",
        f"<p>{_text(data['name'])}: {data['rows']} patients, {data['events']} deaths, {data['transplants_censored']} "
        f"transplanted. {_text(cards[0]['definitions']['en'])}</p>",
        "<h2>Held-out figures</h2>",
        _table(_MAIN, cards),
        "<p>Each model has its own horizon. Errors and shares are comparable only between models with the same horizon.</p>",
        _figure(_accuracy, cards, "Error within the horizon: the mean of 25 held-out folds and its standard error over "
                "patients, with a Lasso on N_Days and the constant predictor for comparison."),
        "<h2>Calibration</h2>",
        _figure(_calibration, cards, "Predicted and observed (Kaplan-Meier) years in each quarter of predicted risk. "
                "Predictions on the line are right; predictions below it are too optimistic."),
        "<h2>80 % intervals</h2>",
        _figure(_coverage, cards, "Coverage: the share of patients whose interval contains their true years, by quarter of "
                "predicted risk. The grey area is the target. Hatched: patients who died within the horizon."),
        _table(_INTERVALS, cards),
        "<h2>Patients who died within the horizon</h2>",
        _table(_DIED, cards),
        "<h2>The band around the curve</h2>",
        "<p>The band shows how far off the curve itself may be. Simulated: patients' deaths are drawn from the fitted model, "
        "and the whole fit is repeated each time. Held out: the observed survival in fifths by predicted survival, at three "
        "of the years, compared with the mean of their bands. Observed survival varies by chance.</p>",
        _table(_BAND, cards),
        "<h2>Later visits and another trial</h2>",
        _figure(_validation, cards, "Concordance in cross-validation (standard error over patients), at later visits and in "
                "the PBC3 trial (95 % intervals)."),
        _table(_VALIDATION, cards),
        "<h2>Known weaknesses</h2>",
        *(_list(card["title"]["en"], card["known_limits"]["en"]) for card in cards),
        "<h2>TRIPOD+AI</h2>",
        *(_tripod(card) for card in cards),
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Evaluation of the models</title><style>{STYLE}</style><body>{''.join(parts)}</body></html>\n"
    )


def _at(card: Card, name: str) -> str:
    """Return a figure's name at the card's own horizon."""
    return f"{name}_{card['horizon_years']:.0f}y"


def _colour(index: int) -> str:
    """Return the colour of a model by its index among the cards."""
    return PALETTE[index % len(PALETTE)]


def _spread(figures: dict[str, Any], name: str, decimals: int = 3) -> str:
    if name not in figures:
        return "none"
    return f"{figures[name]:.{decimals}f} &plusmn; {figures[name + '_se']:.{decimals}f}"


Rows = dict[str, Callable[[Card], str]]

_MAIN: Rows = {
    "Horizon, years": lambda card: f"{card['horizon_years']:.0f}",
    "Harrell's C": lambda card: _spread(card["quality"], "c_index"),
    "Uno's C": lambda card: _spread(card["quality"], "uno_c_8y"),
    "Integrated Brier score": lambda card: _spread(card["quality"], _at(card, "integrated_brier_score")),
    "Error (IPCW), years": lambda card: _spread(card["quality"], _at(card, "ipcw_mae"), 2),
    "Bias, years": lambda card: _spread(card["quality"], _at(card, "bias"), 2),
    "Within 1.5 years": lambda card: _spread(card["quality"], "share_within_1_5_years"),
    "Error at 10 years": lambda card: _spread(card["quality"], "ipcw_mae_10y", 2),
    "Bias at 10 years": lambda card: _spread(card["quality"], "bias_10y", 2),
    "Lasso on N_Days: error": lambda card: _spread(card["comparisons"]["n_days_recipe"], _at(card, "ipcw_mae"), 2),
    "Lasso on N_Days: bias": lambda card: _spread(card["comparisons"]["n_days_recipe"], _at(card, "bias"), 2),
    "Lasso on N_Days: C": lambda card: _spread(card["comparisons"]["n_days_recipe"], "c_index"),
    "Constant predictor: error": lambda card: _spread(card["comparisons"]["constant"], _at(card, "ipcw_mae"), 2),
    "Transplant or death: C": lambda card: _spread(card["sensitivity"]["transplant_or_death"], "c_index"),
    "Transplant or death: error": lambda card: _spread(
        card["sensitivity"]["transplant_or_death"], _at(card, "ipcw_mae"), 2
    ),
}
_INTERVALS: Rows = {
    "Coverage": lambda card: _spread(card["quality"]["interval_coverage"], "overall"),
    "Lived shorter": lambda card: f"{card['quality']['interval_coverage']['lived_shorter']:.3f}",
    "Lived longer": lambda card: f"{card['quality']['interval_coverage']['lived_longer']:.3f}",
    "Mean width, years": lambda card: f"{card['quality']['interval_coverage']['mean_width_years']:.2f}",
    "Width by quarter, years": lambda card: ", ".join(
        f"{width:.1f}" for width in card["quality"]["interval_coverage"]["mean_width_years_by_quartile"]
    ),
}


def _of_band(show: Callable[[dict[str, Any]], str]) -> Callable[[Card], str]:
    return lambda card: show(card["quality"]["curve_band"]) if "curve_band" in card["quality"] else "no band"


def _shares(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:.3f}" for figure in figures)


_BAND: Rows = {
    "Coverage of the true curve, simulated": _of_band(
        lambda band: f"{band['simulated']['holds']:.3f} &plusmn; {band['simulated']['holds_se']:.3f}"
    ),
    "By year": _of_band(lambda band: _shares(band["simulated"]["holds_by_year"])),
    "By fifth of risk, from the sickest": _of_band(lambda band: _shares(band["simulated"]["holds_by_fifth"])),
    "Mean width by year": _of_band(lambda band: _shares(band["simulated"]["mean_width_by_year"])),
    "Held-out groups within their mean band": _of_band(
        lambda band: f"{band['held_out']['within']} of {len(band['held_out']['groups'])}"
    ),
}
_DIED: Rows = {
    "Error, years": lambda card: _spread(card["quality"]["died_within_horizon"], "mae", 2),
    "Bias, years": lambda card: _spread(card["quality"]["died_within_horizon"], "bias", 2),
    "Within 1.5 years": lambda card: _spread(card["quality"]["died_within_horizon"], "share_within_1_5_years"),
    "Interval coverage": lambda card: _spread(card["quality"]["interval_coverage"], "died_within_horizon"),
    "Constant predictor: error": lambda card: _spread(card["comparisons"]["constant"]["died_within_horizon"], "mae", 2),
    "Lasso on N_Days: error": lambda card: _spread(
        card["comparisons"]["n_days_recipe"]["died_within_horizon"], "mae", 2
    ),
}
_VALIDATION: Rows = {
    "Later visits: patients, deaths": lambda card: (
        f"{card['later_visits']['patients']}, {card['later_visits']['events']}"
    ),
    "Later visits: years predicted, years lived": lambda card: (
        f"{card['later_visits']['mean_predicted_years']:.2f}, {card['later_visits']['mean_observed_years']:.2f} y"
    ),
    "PBC3: patients, deaths": lambda card: f"{card['external']['patients']}, {card['external']['events']}",
    "PBC3: 4-year survival predicted, observed": lambda card: (
        f"{card['external']['predicted_survival_4y']:.3f}, {card['external']['observed_survival_4y']:.3f}"
        if "predicted_survival_4y" in card["external"]
        else "no curve"
    ),
    "PBC3: not measured": lambda card: ", ".join(card["external"]["not_measured"]),
}


def _table(rows: Rows, cards: list[Card]) -> str:
    head = "".join(f'<th scope="col">{_text(card["id"])}</th>' for card in cards)
    body = "".join(
        f'<tr><th scope="row">{_text(name)}</th>{"".join(f"<td>{cell(card)}</td>" for card in cards)}</tr>'
        for name, cell in rows.items()
    )
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"


def _list(title: str, sentences: Iterable[str]) -> str:
    return f"<h3>{_text(title)}</h3><ul>{''.join(f'<li>{_text(sentence)}</li>' for sentence in sentences)}</ul>"


def _tripod(card: Card) -> str:
    rows = "".join(
        f"<tr><td>{_text(item['item'])}</td><td>{_text(item['topic']['en'])}</td><td>{_text(item['answer']['en'])}</td></tr>"
        for item in card["tripod_ai"]
    )
    return f'<details><summary>{_text(card["title"]["en"])}</summary><table class="prose">{rows}</table></details>'


def _figure(draw: Callable[[Figure, list[Card]], None], cards: list[Card], caption: str) -> str:
    # Without random ids and a date, equal cards give equal pages.
    with mpl.rc_context({"svg.hashsalt": draw.__name__, "svg.fonttype": "none", "font.size": 11}):
        figure = Figure(figsize=(9.5, 3.8), layout="constrained")
        draw(figure, cards)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{_text(caption)}"', 1)
    return f"<figure>{svg}<figcaption>{_text(caption)}</figcaption></figure>"


def _accuracy(figure: Figure, cards: list[Card]) -> None:
    axes: Axes = figure.subplots()
    axes.set_ylabel("mean error, years")
    for index, card in enumerate(cards):
        name = _at(card, "ipcw_mae")
        comparisons = card["comparisons"]
        bars = [
            (card["quality"], _colour(index), ""),
            (comparisons["n_days_recipe"], "#bbbbbb", "//"),
            (comparisons["constant"], "#dddddd", ".."),
        ]
        for offset, (figures, colour, hatch) in enumerate(bars):
            axes.bar(
                index + 0.27 * (offset - 1), figures[name], 0.25, yerr=figures[name + "_se"], color=colour, hatch=hatch,
                edgecolor="#555555", capsize=3, label=("Lasso on N_Days", "constant predictor")[offset - 1] if offset and not index
                else None,
            )  # fmt: skip
    axes.set_xticks(range(len(cards)), [f"{card['id']}\nwithin {card['horizon_years']:.0f} years" for card in cards])
    figure.legend(loc="outside upper right", ncols=2, frameon=False)  # outside the axes, so that it covers no bar


def _axes_side_by_side(figure: Figure, cards: list[Card]) -> Iterable[tuple[Axes, Card]]:
    """Return the axes for each card."""
    return zip(figure.subplots(1, len(cards), squeeze=False, sharey=True)[0], cards, strict=True)


def _calibration(figure: Figure, cards: list[Card]) -> None:
    longest = max(card["horizon_years"] for card in cards)
    for index, (axes, card) in enumerate(_axes_side_by_side(figure, cards)):
        quarters, horizon = card["quality"]["calibration"], card["horizon_years"]
        axes.plot([0, horizon], [0, horizon], color=GREY, linestyle="--")
        axes.plot(
            [quarter["predicted"] for quarter in quarters], [quarter["observed"] for quarter in quarters], "o-",
            color=_colour(index),
        )  # fmt: skip
        axes.set(title=card["id"], xlabel="predicted years", xlim=(0, longest), ylim=(0, longest), aspect="equal")
    figure.axes[0].set_ylabel("observed years")


def _coverage(figure: Figure, cards: list[Card]) -> None:
    for index, (axes, card) in enumerate(_axes_side_by_side(figure, cards)):
        shares = [*card["quality"]["interval_coverage"]["by_quartile"]]
        axes.axhspan(0.70, 0.90, color="#eeeeee")
        axes.axhline(0.80, color=GREY, linestyle="--")
        axes.bar(range(len(shares)), shares, color=_colour(index))
        died = card["quality"]["interval_coverage"]["died_within_horizon"]
        axes.bar(len(shares) + 0.5, died, color="white", edgecolor=_colour(index), hatch="//")
        axes.set(title=card["id"], ylim=(0, 1))
        axes.set_xticks([*range(len(shares)), len(shares) + 0.5], [*QUARTERS, "died"], rotation=45, ha="right")
    figure.axes[0].set_ylabel("coverage")


def _validation(figure: Figure, cards: list[Card]) -> None:
    axes: Axes = figure.subplots()
    axes.set_xlabel("Harrell's C")
    labels = []
    for index, card in enumerate(cards):
        quality, later, trial = card["quality"], card["later_visits"], card["external"]
        spread = quality["c_index_se"]
        points = [
            ("cross-validation", quality["c_index"], (quality["c_index"] - spread, quality["c_index"] + spread)),
            ("later visits", later["c_index"], later["c_index_95"]),
            ("PBC3", trial["c_index"], trial["c_index_95"]),
        ]
        for row, (name, value, (low, high)) in enumerate(points):
            height = -(index * 4 + row)
            axes.plot([low, high], [height, height], color=_colour(index))
            axes.plot(value, height, "o", color=_colour(index))
            labels.append((height, f"{card['id']}: {name}"))
    axes.set_yticks([height for height, _ in labels], [label for _, label in labels])


def _text(text: str) -> str:
    return html.escape(str(text))
