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
from training.figures import CHANCE, is_unlikely_chance
from training.metrics import NORMAL_95
from training.tables import pairs

Card = dict[str, Any]

# The palette of Okabe & Ito, whose colours colour-blind readers can distinguish.
PALETTE = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
GREY = "#888888"
DASH = "&ndash;"
QUARTERS = ("sickest", "second", "third", "healthiest")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .8rem; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { white-space: normal; } th[scope="row"] { min-width: 9rem; max-width: 22rem; } .names { white-space: normal; display: inline-block; max-width: 13rem; }
.prose td { white-space: normal; text-align: left; vertical-align: top; }
figure { margin: 1.5rem 0; overflow-x: auto; } svg { max-width: 100%; min-width: 36rem; height: auto; } figcaption { color: #555; }
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
        "<p>The number after &plusmn; is the standard error over patients. By chance a figure may be off by about twice as "
        "much. A dash means that the model has no such figure.</p>",
        "<h2>Held-out figures</h2>",
        _table(_MAIN, cards),
        "<p>Errors, shares and Brier scores depend on the horizon: compare them only between models with the same horizon, or in the "
        "next section. Uno's C is up to 8 years for every model. The figures of mayo are partly in sample, because its score was "
        "made from 312 of these patients.</p>",
        _figure(_accuracy, cards, "Error within the horizon, and its standard error, with a Lasso on N_Days and the "
                "constant predictor for comparison."),
        "<h2>Differences between the models</h2>",
        "<p>Both models predict the same held-out patients, so their chance errors largely cancel and the standard errors are "
        "small. Errors (mean absolute, and root mean square: RMSE) are compared within the shorter of the two horizons. A negative difference of errors is in favour of the "
        "first model, a negative difference of concordances in favour of the second. An asterisk marks a difference of more than "
        "two standard errors. A dash means that one of the two has no estimate within the common horizon.</p>",
        _differences(cards),
        "<h2>The error to expect if the curves were true</h2>",
        "<p>If Cox curves fitted to these same patients were true, their mean and their median would be expected to err that much as "
        "estimates of single lives. By chance a measured error may lie below the one to expect: see the standard errors. An error "
        "of a mean is compared with that of the true mean, an error of a median with that of the true median.</p>",
        _table(_LIMITS, cards),
        "<h2>Calibration</h2>",
        _figure(_calibration, cards, "Predicted and observed (Kaplan-Meier) years in each quarter of predicted risk, with bars of "
                "two standard errors of their difference. Predictions on the line are right; points below it are too optimistic."),
        _table(_BIAS, cards),
        "<p>Predicted - observed years. An asterisk marks a bias of more than two standard errors.</p>",
        "<h2>Intervals</h2>",
        "<p>An interval is made so that 1 of 10 patients dies before it begins and 1 of 10 outlives its end. That would leave 80% "
        "of the patients in it (dashed line). But nobody can outlive an end of 8 years or more. If all ends were open, 90% "
        "would remain (dotted line). Early deaths are covered least, because an interval that 9 of 10 similar patients reach "
        "misses those who die unexpectedly early.</p>",
        _figure(_coverage, cards, "Coverage: the share of patients whose interval contains their true years, by quarter of "
                "predicted risk, with bars of two standard errors. Hatched: patients who died within the horizon, and within 2 years."),
        _table(_INTERVALS, cards),
        "<h2>Patients who died within the horizon</h2>",
        _table(_DIED, cards),
        "<h2>Missing values</h2>",
        "<p>A missing value is replaced by the one to expect given the patient's other values. The alternative is the median of the "
        "training patients. Both are compared on the same held-out patients: with the gaps of these data, with often missing "
        "columns removed, and with the columns removed that were not measured in PBC3. The arrow goes from the "
        "median to the expected value, with their difference in brackets. An asterisk marks a difference of more than two standard errors.</p>",
        _table(_GAPS, cards),
        "<h2>The band, and the curve between the years</h2>",
        "<p>The band shows how far off the curve itself may be. Simulated: patients' deaths are drawn from the fitted model, "
        "and the whole fit is repeated each time. Held out: the observed survival in fifths by predicted survival, at three "
        "of the years, compared with the mean of their bands. Observed survival varies by chance. A chord is the straight line between two of these "
        "years.</p>",
        _table(_BAND, cards),
        "<h2>Later visits and another trial</h2>",
        _figure(_validation, cards, "Concordance in cross-validation, at later visits and in the PBC3 trial, with 95% intervals."),
        _table(_VALIDATION, cards),
        "<p>The predictions from values at entry are about the same patients and years. They take these values as if they had been "
        "measured at the visit: with the age of the visit, and a curve that begins at it. "
        "A difference is that of the last values from those at entry: use a patient's latest visit.</p>"
        "<p>In PBC3, the share that died before the interval begins accounts for censoring (Kaplan-Meier); the interval is made for 10%.</p>",
        "<h2>Tried and not adopted</h2>",
        "<p>These figures do not come from this repository's code: an independent re-analysis measured them with code of its own "
        "(20 x 5-fold cross-validation, other seeds). They are differences from the cox-lasso of versions 1, which filled "
        "missing values with medians, on the same held-out patients, with standard errors over patients in brackets where they "
        "were reported; a dash: not reported. No gain in concordance exceeds two standard errors, where these were reported. For two changes no "
        "concordance was reported; both had larger errors. Multiple imputation lowered the error, but not the Brier score.</p>",
        _grid(("change", "C", "error within 8 years, years", "integrated Brier score"), _TRIED),
        "<p>The change of the values since the last visit was tried in another comparison: with a landmark Cox model on the last values, "
        "in 5 x 5 folds by patient. Adding the change to it changed the concordance by -.002 (.002) and the Brier score at 5 years by "
        "-.0001 (.0011).</p>",
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


def _spread(figures: dict[str, Any], name: str, decimals: int = 3, sign: str = "") -> str:
    """Return a figure with its standard error; a dash if it was not measured."""
    if name not in figures:
        return DASH
    return f"{figures[name]:{sign}.{decimals}f} &plusmn; {figures[name + '_se']:.{decimals}f}"


def _difference(figures: dict[str, Any], name: str) -> str:
    """Return a figure that may differ from 0, with an asterisk if that is unlikely to be chance."""
    text = _spread(figures, name, sign="+")
    return f"{text}*" if text != DASH and is_unlikely_chance(figures[name], figures[name + "_se"]) else text


Rows = dict[str, Callable[[Card], str]]
Show = Callable[[dict[str, Any]], str]


def _if_present(show: Show, *path: str) -> Callable[[Card], str]:
    """Return a cell that shows the figures at a path of the card. It is a dash for a card without them."""

    def cell(card: Card) -> str:
        part = card
        for name in path:
            if name not in part:
                return DASH
            part = part[name]
        return show(part)

    return cell


def _own_error(comparison: str, name: str) -> Callable[[Card], str]:
    return lambda card: _spread(card["comparisons"][comparison], _at(card, name), 2)


def _coverage_of(name: str) -> Callable[[Card], str]:
    return lambda card: _spread(card["quality"]["interval_coverage"], name)


def _best(card: Card, name: str) -> str:
    return f"{card['not_achievable'][_at(card, 'best_possible')][name]:.2f}"


def _gap(part: str, show: Show) -> Callable[[Card], str]:
    return _if_present(show, "sensitivity", "gaps", part)


def _gap_rows(part: str, title: str) -> Rows:
    """Return the rows about the error and the deaths with both ways to fill missing values."""
    error = _gap_figure(part, "ipcw_mae")
    deaths = _if_present(lambda gap: _both_ways(gap, "observed_to_expected"), "sensitivity", "gaps", part)
    return {f"{title}: error, years": error, f"{title}: observed / expected deaths": deaths}


def _gap_figure(part: str, name: str) -> Callable[[Card], str]:
    return lambda card: _gap(part, lambda gap: _both_ways(gap, _at(card, name)))(card)


def _both_ways(gap: dict[str, Any], name: str) -> str:
    if name not in gap["conditional"]:
        return DASH
    median, conditional = (gap[way][name] for way in ("median", "conditional"))
    return f"{median:.3f} &rarr; {conditional:.3f} ({_difference(gap, f'{name}_difference')})"


def _names(names: Iterable[str]) -> str:
    return f'<span class="names">{_text(", ".join(names))}</span>'


def _shares(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:.3f}" for figure in figures)


_MAIN: Rows = {
    "Horizon, years": lambda card: f"{card['horizon_years']:.0f}",
    "Harrell's C": lambda card: _spread(card["quality"], "c_index"),
    "Uno's C to 8 years": lambda card: _spread(card["quality"], "uno_c_8y"),
    "Integrated Brier score": lambda card: _spread(card["quality"], _at(card, "integrated_brier_score")),
    "Error (IPCW), years": lambda card: _spread(card["quality"], _at(card, "ipcw_mae"), 2),
    "Root mean square error, years": lambda card: _spread(card["quality"], _at(card, "ipcw_rmse"), 2),
    "Bias, years": lambda card: _spread(card["quality"], _at(card, "bias"), 2, "+"),
    "Within 1.5 years": lambda card: _spread(card["quality"], "share_within_1_5_years"),
    "Error at 7 years": lambda card: _spread(card["quality"], "ipcw_mae_7y", 2),
    "Error at 10 years": lambda card: _spread(card["quality"], "ipcw_mae_10y", 2),
    "Bias at 10 years": lambda card: _spread(card["quality"], "bias_10y", 2, "+"),
    "Lasso on N_Days: error": _own_error("n_days_recipe", "ipcw_mae"),
    "Lasso on N_Days: bias": _own_error("n_days_recipe", "bias"),
    "Lasso on N_Days: C": lambda card: _spread(card["comparisons"]["n_days_recipe"], "c_index"),
    "Constant predictor: error": _own_error("constant", "ipcw_mae"),
    "Transplant or death: C": lambda card: _spread(card["sensitivity"]["transplant_or_death"], "c_index"),
    "Transplant or death: error": lambda card: _spread(
        card["sensitivity"]["transplant_or_death"], _at(card, "ipcw_mae"), 2
    ),
    "Outside the Mayo trial: C": lambda card: _spread(card["quality"]["outside_trial"], "c_index"),
    "Outside the Mayo trial: error": lambda card: _spread(card["quality"]["outside_trial"], _at(card, "ipcw_mae"), 2),
    "Outside the Mayo trial: bias": lambda card: _spread(card["quality"]["outside_trial"], _at(card, "bias"), 2, "+"),
}
_LIMITS: Rows = {
    "Error of the mean, years": lambda card: _spread(card["quality"], _at(card, "ipcw_mae"), 2),
    "Error of the true mean": lambda card: _best(card, "mae_of_mean"),
    "Root mean square error of the mean, years": lambda card: _spread(card["quality"], _at(card, "ipcw_rmse"), 2),
    "Root mean square error of the true mean": lambda card: _best(card, "rmse_of_mean"),
    "Error of the median (or horizon), years": lambda card: _spread(
        card["quality"], _at(card, "ipcw_mae_of_median"), 2
    ),
    "Error of the true median (or horizon)": lambda card: _best(card, "mae"),
}
_BIAS: Rows = {
    f"{quarter} quarter".capitalize(): lambda card, number=number: _difference(  # type: ignore[misc]
        card["quality"]["calibration"][number], "bias"
    )
    for number, quarter in enumerate(QUARTERS)
}
_INTERVALS: Rows = {
    "Coverage": _coverage_of("overall"),
    **{
        f"{quarter} quarter".capitalize(): lambda card, number=number: (  # type: ignore[misc]
            f"{card['quality']['interval_coverage']['by_quartile'][number]:.3f} &plusmn; "
            f"{card['quality']['interval_coverage']['by_quartile_se'][number]:.3f}"
        )
        for number, quarter in enumerate(QUARTERS)
    },
    "Died within the horizon": _coverage_of("died_within_horizon"),
    "Died within 2 years": _coverage_of("died_within_2_years"),
    "Lived shorter": _coverage_of("lived_shorter"),
    "Lived longer": _coverage_of("lived_longer"),
    "Mean width, years": lambda card: f"{card['quality']['interval_coverage']['mean_width_years']:.2f}",
    "Width by quarter, years": lambda card: ", ".join(
        f"{width:.1f}" for width in card["quality"]["interval_coverage"]["mean_width_years_by_quartile"]
    ),
}
_GAPS: Rows = {
    **_gap_rows("as_measured", "As measured"),
    "Often missing columns": _gap("without_often_missing", lambda gap: _names(gap["removed"])),
    **_gap_rows("without_often_missing", "Without them"),
    **_gap_rows("without_pbc3_missing", "Without those of PBC3"),
    "The PBC3 trial: observed / expected deaths": _gap("pbc3", lambda gap: _both_ways(gap, "observed_to_expected")),
}


def _of_band(show: Show) -> Callable[[Card], str]:
    return _if_present(show, "quality", "curve_band")


def _between_years(name: str) -> Callable[[Card], str]:
    return _if_present(lambda figures: f"{figures[name]:.3f}", "quality", "curve_between_years")


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
    "Chords through the years of the curve: mean of each patient's largest error": _between_years("chords_mean"),
    "Chords: largest error of all": _between_years("chords_worst"),
    "Band's end, interpolated on log(-log S): largest error of all": _of_band(
        lambda band: f"{band['interpolation_error_max']:.3f}"
    ),
}
_DIED: Rows = {
    "Error, years": lambda card: _spread(card["quality"]["died_within_horizon"], "mae", 2),
    "Bias, years": lambda card: _spread(card["quality"]["died_within_horizon"], "bias", 2, "+"),
    "Within 1.5 years": lambda card: _spread(card["quality"]["died_within_horizon"], "share_within_1_5_years"),
    "Constant predictor: error": lambda card: _spread(card["comparisons"]["constant"]["died_within_horizon"], "mae", 2),
    "Lasso on N_Days: error": lambda card: _spread(
        card["comparisons"]["n_days_recipe"]["died_within_horizon"], "mae", 2
    ),
}


def _not_measured(section: dict[str, Any]) -> str:
    return _names(section["not_measured"]) if section.get("not_measured") else DASH


_VALIDATION: Rows = {
    "Later visits: patients, deaths": lambda card: (
        f"{card['later_visits']['patients']}, {card['later_visits']['events']}"
    ),
    "Later visits: C": lambda card: _spread(card["later_visits"], "c_index"),
    "Later visits: error, years": lambda card: _spread(card["later_visits"], _at(card, "ipcw_mae"), 2),
    "Later visits: bias, years": lambda card: _spread(card["later_visits"], _at(card, "bias"), 2, "+"),
    "Later visits: integrated Brier score": lambda card: _spread(
        card["later_visits"], _at(card, "integrated_brier_score")
    ),
    "Later visits: interval coverage": lambda card: _spread(card["later_visits"], "interval_coverage"),
    "From values at entry: C": lambda card: _spread(card["later_visits"]["entry_values"], "c_index"),
    "From values at entry: error, years": lambda card: _spread(
        card["later_visits"]["entry_values"], _at(card, "ipcw_mae"), 2
    ),
    "Difference of the last values: C": lambda card: _difference(
        card["later_visits"]["entry_values"], "c_index_difference"
    ),
    "Difference of the last values: error, years": lambda card: _difference(
        card["later_visits"]["entry_values"], f"{_at(card, 'ipcw_mae')}_difference"
    ),
    "Difference of the last values: integrated Brier score": lambda card: _difference(
        card["later_visits"]["entry_values"], f"{_at(card, 'integrated_brier_score')}_difference"
    ),
    "Later visits: not measured": _if_present(_not_measured, "later_visits"),
    "PBC3: patients, deaths": lambda card: f"{card['external']['patients']}, {card['external']['events']}",
    "PBC3: followed for 4 years (share)": lambda card: (
        f"{card['external']['followed_4y']} ({card['external']['followed_4y'] / card['external']['patients']:.3f})"
    ),
    "PBC3: C (95% interval)": lambda card: _with_interval(card["external"], "c_index"),
    "PBC3: 4-year survival predicted": _if_present(lambda share: f"{share:.3f}", "external", "predicted_survival_4y"),
    "PBC3: 4-year survival observed (95% interval)": lambda card: _with_interval(
        card["external"], "observed_survival_4y"
    ),
    "PBC3: observed / expected deaths (95% interval)": lambda card: _with_interval(
        card["external"], "observed_to_expected"
    ),
    "PBC3: died before the interval begins (95% interval)": lambda card: _with_interval(
        card["external"], "died_before_lower"
    ),
    "PBC3: not measured": lambda card: _names(card["external"]["not_measured"]),
}
_TRIED = (
    ("ridge penalty", "+.0015 (.0014)", DASH, DASH),
    ("penalty tuned by the likelihood", "+.0005", "+.028 (.006)", DASH),
    ("elastic net and indicators of missing values", "+.001 (.001)", "+.019", DASH),
    ("16 columns", "-.001 (.001)", DASH, DASH),
    ("splines", "-.0005 (.0007)", DASH, DASH),
    ("multiple imputation", ".000", "-.021 (.008)", "+.0002 (.0007)"),
    ("recalibration inside the folds", DASH, "+.027 (.009)", "+.0013 (.0007)"),
    ("random survival forest", "-.013 (.006)", "+.19 (.03)", "+.009 (.003)"),
    ("mean of lasso and forest", DASH, "+.08 (.02)", DASH),
    ("Cox model on the five columns of the Mayo score", "-.007 (.005)", DASH, DASH),
)
"""What an independent re-analysis measured; nothing in this repository computes it."""


def _with_interval(figures: dict[str, Any], name: str) -> str:
    if name not in figures:
        return DASH
    low, high = figures[f"{name}_95"]
    return f"{figures[name]:.3f} ({low:.3f} to {high:.3f})"


def _differences(cards: list[Card]) -> str:
    """Return the table of the differences between each pair of models."""
    columns = ("c_index", "uno_c_8y", "ipcw_mae", "ipcw_rmse", "integrated_brier_score")
    head = (
        "models",
        "horizon, years",
        "Harrell's C",
        "Uno's C to 8 years",
        "error",
        "RMSE",
        "Brier score",
    )
    rows = (
        (
            f"{_text(card['id'])} - {_text(other['id'])}",
            f"{horizon:.0f}",
            *(_difference(figures, f"{name}_difference") for name in columns),
        )
        for card, other, horizon, figures in pairs(cards)
    )
    return _grid(head, rows)


def _table(rows: Rows, cards: list[Card]) -> str:
    """Return the table with a column for each model, without the rows that are empty for all of them."""
    written = [(name, *(cell(card) for card in cards)) for name, cell in rows.items()]
    return _grid(("", *(card["id"] for card in cards)), (row for row in written if {*row[1:]} != {DASH}))


def _grid(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    columns = "".join(f'<th scope="col">{_text(name)}</th>' if name else "<td></td>" for name in head)
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>' for name, *cells in rows
    )
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


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
        axes.errorbar(
            [quarter["predicted"] for quarter in quarters], [quarter["observed"] for quarter in quarters],
            yerr=[CHANCE * quarter["bias_se"] for quarter in quarters], fmt="o-", capsize=3, color=_colour(index),
        )  # fmt: skip
        axes.set(title=card["id"], xlabel="predicted years", xlim=(0, longest), ylim=(0, longest), aspect="equal")
    figure.axes[0].set_ylabel("observed years")


def _coverage(figure: Figure, cards: list[Card]) -> None:
    for index, (axes, card) in enumerate(_axes_side_by_side(figure, cards)):
        coverage = card["quality"]["interval_coverage"]
        axes.axhline(0.80, color=GREY, linestyle="--")
        axes.axhline(0.90, color=GREY, linestyle=":")
        quarters = range(len(QUARTERS))
        error = [CHANCE * error for error in coverage["by_quartile_se"]]
        axes.bar(quarters, coverage["by_quartile"], yerr=error, color=_colour(index), capsize=3)
        deaths, places = ("died_within_horizon", "died_within_2_years"), [len(QUARTERS) + 0.5, len(QUARTERS) + 1.5]
        axes.bar(
            places, [coverage[name] for name in deaths], yerr=[CHANCE * coverage[f"{name}_se"] for name in deaths],
            color="white", edgecolor=_colour(index), hatch="//", capsize=3,
        )  # fmt: skip
        axes.set(title=card["id"], ylim=(0, 1.05))
        labels = [*QUARTERS, f"died in {card['horizon_years']:.0f} y", "died in 2 y"]
        axes.set_xticks([*quarters, *places], labels, rotation=45, ha="right")
    figure.axes[0].set_ylabel("coverage")


def _validation(figure: Figure, cards: list[Card]) -> None:
    axes: Axes = figure.subplots()
    axes.set_xlabel("Harrell's C")
    labels = []
    for index, card in enumerate(cards):
        quality, later, trial = card["quality"], card["later_visits"], card["external"]
        half = NORMAL_95 * quality["c_index_se"]
        points = [
            ("cross-validation", quality["c_index"], (quality["c_index"] - half, quality["c_index"] + half)),
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
