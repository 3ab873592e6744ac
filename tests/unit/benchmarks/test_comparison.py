import math
from pathlib import Path

import pytest

from benchmarks import comparison
from benchmarks.chart import draw
from benchmarks.comparison import Compared

FIGURES = [
    Compared("me, 8 connections", "per s", 400, 1000),
    Compared("me, 8 connections", "ms", 20, 8),
    Compared("batch, lasso, 1,000 rows", "rows/s", 50_000, 25_000),
    Compared("batch, lasso, 1,000 rows", "MiB", 200, 250),
]


def test_more_per_second_and_less_time_both_count_as_faster() -> None:
    assert [row.ratio for row in FIGURES] == [2.5, 0.4, 0.5, 1.25]
    assert [row.speedup for row in FIGURES[:3]] == [2.5, 2.5, 0.5]


def test_the_table_has_a_row_for_each_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert comparison.print_table(iter(FIGURES)) == FIGURES
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines()]
    assert cells[0] == ["", "unit", "before", "after", "ratio"]
    assert cells[2:4] == [
        ["me, 8 connections", "per s", "400", "1,000", "2.50"],
        ["me, 8 connections", "ms", "20", "8", "0.40"],
    ]
    assert len(cells) == 2 + len(FIGURES)


def test_a_scenario_that_never_succeeded_has_no_ratio() -> None:
    assert math.isnan(Compared("me, 1 connection", "per s", 0, 10).ratio)


def test_the_file_keeps_the_figures(tmp_path: Path) -> None:
    comparison.write(FIGURES, tmp_path / "figures.json")
    assert comparison.read(tmp_path / "figures.json") == FIGURES


def test_the_chart_shows_each_rate_and_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw(FIGURES, tmp_path / name)
    chart = (tmp_path / "one.svg").read_text("utf-8")
    assert chart == (tmp_path / "two.svg").read_text("utf-8")
    assert "400 → 1,000" in chart
    assert "50,000 → 25,000" in chart
    assert "20 → 8" not in chart


def test_another_checkout_needs_its_own_packages(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"make -C .* \.venv/\.dev"):
        comparison.interpreter(tmp_path)
