"""``python -m training`` writes the models, their cards and the samples; ``--check`` tells whether they are current.
``--report FILE`` writes what was measured as a page with plots."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from training.build import ARTEFACTS_DIR, SAMPLES_DIR, Built, build
from training.check import compare, differences

REPOSITORY = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Runs the command; 1 when ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="rebuild aside, compare, write nothing")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the folder that is written or checked")
    parser.add_argument("--report", type=Path, help="an HTML file for what was measured")
    options = parser.parse_args(arguments)
    return _check(options.root) if options.check else _train(options.root, options.report)


def _train(root: Path, report: Path | None) -> int:
    """Writes what a run makes, unless it is what is there already but for another machine's last bits."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        built = build(Path(folder), print)
        print(_table(built))
        if is_new := bool(compare(root, Path(folder))):
            shutil.copytree(folder, root, dirs_exist_ok=True)
    outcome = "Written" if is_new else "Kept, since the numbers are the same"
    print(f"{outcome}: {ARTEFACTS_DIR}, {SAMPLES_DIR} ({time.monotonic() - started:.0f} s)")
    if report:
        _write_report(root, report)
    return 0


def _write_report(root: Path, report: Path) -> None:
    from training.page import write_page  # noqa: PLC0415 - the plots' package

    write_page(root / ARTEFACTS_DIR, report)
    print(f"The report: {report}")


def _check(root: Path) -> int:
    found = differences(root)
    for difference in found:
        print(difference)
    print("A training run makes something else." if found else "What is committed is what a training run makes.")
    return 1 if found else 0


def _table(built: list[Built]) -> str:
    """The main figures of each model, a line each."""
    head = f"{'':<10} horizon  C-index  Uno's C     error      bias  within 1.5 y  intervals hold   PBC3 C"
    return "\n".join([head, *map(_line, built)])


def _line(built: Built) -> str:
    quality, years = built.report.quality, built.recipe.horizon_years
    return (
        f"{built.recipe.id:<10} {years:>5.0f} y  {quality['c_index']:>7.3f}  {quality['uno_c']:>7.3f}  "
        f"{quality[f'ipcw_mae_{years:.0f}y']:>6.2f} y  {quality[f'bias_{years:.0f}y']:>+6.2f} y  "
        f"{quality['share_within_1_5_years']:>12.3f}  {quality['interval_coverage']['overall']:>14.3f}  "
        f"{built.report.external['c_index']:>7.3f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
