"""Fit and measure the models; write what differs from what is there: artefacts, cards, samples, tables of the docs.

``--check`` writes nothing and tells whether they are current. ``--report FILE`` writes what was measured as a page with
plots. Numbers that differ under an unchanged version are refused with exit code 1; then nothing is written."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from training.build import ARTEFACTS_DIR, Built, build
from training.check import differences
from training.tables import changed_documents, write_tables
from training.update import UnchangedVersionError, update

REPOSITORY = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run the command; return 1 when ``--check`` finds a difference, or a version would have to be raised."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="rebuild aside, compare, write nothing")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the folder that is written or checked")
    parser.add_argument("--report", type=Path, help="an HTML file for what was measured")
    options = parser.parse_args(arguments)
    return _check(options.root) if options.check else _train(options.root, options.report)


def _train(root: Path, report: Path | None) -> int:
    """Fit and measure all models, and write those that differ from what is there beyond the tolerances."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        print(_table(build(Path(folder), print)))
        try:
            written = [*update(root, Path(folder)), *write_tables(root)]
        except UnchangedVersionError as error:
            print(error, file=sys.stderr)
            return 1
    outcome = f"Written: {', '.join(map(str, written))}" if written else "Nothing written: the numbers are the same"
    print(f"{outcome} ({time.monotonic() - started:.0f} s)")
    if report:
        _write_report(root, report)
    return 0


def _write_report(root: Path, report: Path) -> None:
    from training.page import write_page  # noqa: PLC0415 - the plots' package

    write_page(root / ARTEFACTS_DIR, report)
    print(f"The report: {report}")


def _check(root: Path) -> int:
    found = differences(root)
    found += [f"{document}: a table differs from the cards" for document in changed_documents(root)]
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
