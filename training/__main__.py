"""``python -m training`` writes the model, its card and the samples; ``--check`` tells whether they are current."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from training.build import ARTEFACT_DIR, SAMPLES_DIR, build
from training.check import compare, differences
from training.fit import FEATURES, Fitted
from training.report import Report

REPOSITORY = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Runs the command; 1 when ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--check", action="store_true", help="rebuild aside, compare, write nothing")
    parser.add_argument("--root", type=Path, default=REPOSITORY, help="the folder that is written or checked")
    options = parser.parse_args(arguments)
    return _check(options.root) if options.check else _train(options.root)


def _train(root: Path) -> int:
    """Writes what a run makes, unless it is what is there already but for another machine's last bits."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        fitted, report = build(Path(folder))
        print(_parameters(fitted))
        print(_figures(report))
        if is_new := bool(compare(root, Path(folder))):
            shutil.copytree(folder, root, dirs_exist_ok=True)
    outcome = "Written" if is_new else "Kept, since the numbers are the same"
    print(f"{outcome}: {ARTEFACT_DIR}, {SAMPLES_DIR} ({time.monotonic() - started:.0f} s)")
    return 0


def _check(root: Path) -> int:
    found = differences(root)
    for difference in found:
        print(difference)
    print("A training run makes something else." if found else "What is committed is what a training run makes.")
    return 1 if found else 0


def _parameters(fitted: Fitted) -> str:
    lasso = fitted.pipeline.named_steps["lasso"]
    rows = [f"  {name:<14}{years:+.3f}" for name, years in zip(FEATURES, lasso.coef_, strict=True)]
    head = f"Lasso, alpha {fitted.alpha}, baseline {lasso.intercept_:.3f} years; years for one standard deviation:"
    return "\n".join([head, *rows])


def _figures(report: Report) -> str:
    return "\n".join(
        f"{section}:\n{json.dumps(figures, indent=2)}"
        for section, figures in (
            ("Quality", report.quality),
            ("Beside it", report.comparisons),
            ("Sensitivity", report.sensitivity),
            ("Not achievable", report.not_achievable),
        )
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
