"""Draw how many times as fast the service has become: ``python -m benchmarks.chart FILE... --to before-and-after.svg``.

The files are those that ``python -m benchmarks`` and ``python -m benchmarks.batch`` write with ``--against`` and
``--json``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.comparison import RATES, Compared, read, rounded

# Two colours of the palette of Okabe & Ito: faster and slower. The background is opaque, so that the chart is readable
# on light and on dark pages.
FASTER, SLOWER = "#0072b2", "#d55e00"
INK, PAPER = "#222222", "#ffffff"


def draw(rows: Sequence[Compared], file: Path) -> None:
    """Draw a bar for each rate. The same figures give the same file."""
    shown = [row for row in rows if row.unit in RATES]
    with mpl.rc_context(
        {"svg.hashsalt": "chart", "svg.fonttype": "none", "font.family": "sans-serif", "text.color": INK}
    ):
        figure = Figure(figsize=(9, 1.2 + 0.27 * len(shown)), layout="constrained", facecolor=PAPER)
        axes = figure.subplots()
        positions = range(len(shown))
        speedups = [row.speedup for row in shown]
        colors = [FASTER if speedup >= 1 else SLOWER for speedup in speedups]
        axes.barh(positions, [speedup - 1 for speedup in speedups], left=1, color=colors, height=0.7)
        axes.axvline(1, color=INK, linewidth=1)
        axes.set_xscale("log")
        ticks = [tick for tick in (0.5, 1, 2, 3, 5, 10) if min(0.8, *speedups) <= tick <= 1.3 * max(speedups)]
        axes.set_xticks(ticks, [f"{tick:g} x" for tick in ticks])
        axes.minorticks_off()
        axes.set_yticks(positions, [f"{row.name}, {row.unit}" for row in shown])
        axes.invert_yaxis()
        axes.set_xlim(min(0.8, *speedups) * 0.95, 1.6 * max(speedups))
        for position, row in zip(positions, shown, strict=True):
            figures = f" {rounded(row.before)} → {rounded(row.after)}"
            axes.text(max(row.speedup, 1), position, figures, va="center", fontsize="small")
        axes.tick_params(left=False)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.set_title("Times as fast as before", loc="left")
        figure.savefig(file, format="svg", metadata={"Date": None})


def main() -> None:
    """Draw the figures of all files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chart")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--to", type=Path, default=Path("benchmarks/before-and-after.svg"))
    arguments = parser.parse_args()
    draw([row for file in arguments.files for row in read(file)], arguments.to)


if __name__ == "__main__":
    main()
