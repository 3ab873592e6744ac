"""List newer versions of the locked packages, or try one: ``python -m deploy.update_check [--package NAME]``.

The trial installs the locked packages and the new version into a throwaway environment, and runs the fast tests there.
Exit codes: 0, listed or passed; 1, the tests failed or a package can't be installed; 3, a registry was not reached.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from deploy.bundle import UV
from deploy.dependencies import NPM, UNREACHABLE
from deploy.template import ROOT

FAST_TESTS = ("tests/unit", "tests/template")
_PRINT_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
_NOT_ABOUT_CODE = ("--deselect", "tests/unit/security/test_dependencies.py")
"""These tests compare the lock files with the declared versions, which a trial deliberately differs from."""


class Update(NamedTuple):
    """A package that has a newer version than the locked one."""

    name: str
    locked: str
    newest: str


class ToolError(Exception):
    """uv or npm failed. The text is what it printed."""


def python_updates() -> list[Update]:
    """Return the Python packages of the project's environment that have newer versions. Raises ``ToolError``."""
    text = _output([str(UV), "pip", "list", "--outdated", "--format", "json", "--python", sys.executable])
    return [Update(package["name"], package["version"], package["latest_version"]) for package in json.loads(text)]


def npm_updates(folder: Path) -> list[Update]:
    """Return the installed packages of a ``package-lock.json`` that have newer versions. Raises ``ToolError``."""
    command = [*NPM, "--prefix", str(folder), "outdated", "--all", "--json"]
    # npm exits with 1 if there are newer versions.
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
    try:
        packages = json.loads(result.stdout or "{}")
    except ValueError as error:
        raise ToolError(result.stdout + result.stderr) from error
    if "error" in packages:
        raise ToolError(str(packages["error"]))
    # A package that several others need has a list. A build for another platform is not installed.
    updates = {
        Update(name, package["current"], package["latest"])
        for name, found in packages.items()
        for package in (found if isinstance(found, list) else [found])
        if "current" in package
    }
    return [update for update in updates if update.locked != update.newest]


def list_updates() -> int:
    """Print the newer versions of every lock file's packages. Return the exit code."""
    code = 0
    for title, updates in _all_updates():
        if updates is None:
            print(f"{title}: the registry could not be reached")
            code = UNREACHABLE
            continue
        print(f"{title}: {len(updates)} packages have newer versions")
        for update in sorted(updates):
            print(f"  {update.name:<32}{update.locked:<20}{update.newest}")
    return code


def _all_updates() -> Iterator[tuple[str, list[Update] | None]]:
    sources = {"Python": python_updates} | {
        lock.parent.name: lambda folder=lock.parent: npm_updates(folder)
        for lock in sorted(ROOT.glob("*/package-lock.json"))
    }
    for title, updates in sources.items():
        try:
            yield title, updates()
        except ToolError:
            yield title, None


def try_package(requirement: str, tests: Sequence[str]) -> int:
    """Run ``tests`` with the locked packages and ``requirement``, such as ``orjson`` or ``orjson==3.14.0``.

    Raises ``ToolError`` if an installation fails.
    """
    (ROOT / "build").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        _output([str(UV), "venv", "--quiet", "--python", sys.executable, str(python.parents[1])])
        install = [str(UV), "pip", "install", "--python", str(python)]
        _output([*install, "--quiet", "--group", "dev", "-c", "requirements-dev.txt"])
        name = requirement.partition("==")[0]
        _output([*install, "--quiet", "--upgrade-package", name, requirement])
        version = _output([str(python), "-c", _PRINT_VERSION, name]).strip()
        print(f"The fast tests run with {name} {version} ...", flush=True)
        command = [str(python), "-m", "pytest", *tests, *_NOT_ABOUT_CODE]
        return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603


def _output(command: Sequence[str]) -> str:
    # uv writes notes to stderr, such as the environment that it reads.
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode != 0:
        raise ToolError(result.stdout + result.stderr)
    return result.stdout


def main() -> int:
    """List the updates, or try one package. Return the exit code."""
    parser = argparse.ArgumentParser(prog="make update-check", description=__doc__, allow_abbrev=False)
    parser.add_argument("--package", help="a Python package to try, such as orjson or orjson==3.14.0")
    parser.add_argument("tests", nargs="*", default=FAST_TESTS, help="the tests to run with it (the fast ones)")
    arguments = parser.parse_args()
    if not arguments.package:
        return list_updates()
    try:
        code = try_package(arguments.package, arguments.tests)
    except ToolError as error:
        print(f"{arguments.package} can't be tried:\n{error}", file=sys.stderr)
        return 1
    if code == 0:
        print(f"The tests pass with {arguments.package}. To keep it: change pyproject.toml, then make lock.")
    return int(code != 0)


if __name__ == "__main__":
    sys.exit(main())
