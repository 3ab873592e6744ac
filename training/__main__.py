"""Fit and evaluate the models, and write the artefacts, cards, samples and documentation tables that changed.

``--check`` writes nothing and reports what would change. ``--report FILE`` also writes the evaluation as a page with
plots. If a model's numbers change under the same version, the command writes nothing and exits with code 1.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from training.build import ARTEFACTS_DIR, BuiltModel, build
from training.check import differences
from training.tables import changed_documents, write_tables
from training.update import UnchangedVersionError, update

REPOSITORY = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run the command. Return 1 if ``--check`` finds a difference, or if a model needs a new version."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="rebuild in a temporary folder and compare; write nothing")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the folder to write or check")
    parser.add_argument("--report", type=Path, help="write the evaluation to this HTML file")
    options = parser.parse_args(arguments)
    return _check(options.root) if options.check else _train(options.root, options.report)


def _train(root: Path, report: Path | None) -> int:
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
    from training.page import write_page  # noqa: PLC0415 - only the report needs matplotlib

    write_page(root / ARTEFACTS_DIR, report)
    print(f"Report: {report}")


def _check(root: Path) -> int:
    lines = differences(root)
    lines += [f"{document}: a table differs from the cards" for document in changed_documents(root)]
    for line in lines:
        print(line)
    print("A training run would change files." if lines else "A training run would change nothing.")
    return 1 if lines else 0


def _table(models: list[BuiltModel]) -> str:
    """Return the main figures, one line per model."""
    head = f"{'':<10} horizon  C-index  Uno's C     error      bias  within 1.5 y        coverage   PBC3 C"
    return "\n".join([head, *map(_line, models)])


def _line(model: BuiltModel) -> str:
    quality, years = model.report.quality, model.recipe.horizon_years
    return (
        f"{model.recipe.id:<10} {years:>5.0f} y  {quality['c_index']:>7.3f}  {quality['uno_c_8y']:>7.3f}  "
        f"{quality[f'ipcw_mae_{years:.0f}y']:>6.2f} y  {quality[f'bias_{years:.0f}y']:>+6.2f} y  "
        f"{quality['share_within_1_5_years']:>12.3f}  {quality['interval_coverage']['overall']:>14.3f}  "
        f"{model.report.external['c_index']:>7.3f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
