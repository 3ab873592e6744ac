"""Writes ``docs/licences.md``, what is used under which licence, shipped or not: ``python -m deploy.licences``."""

import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import Distribution, distributions
from itertools import chain
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.bundle import BUNDLES
from deploy.template import ROOT

PATH = ROOT / "docs" / "licences.md"
NOT_STATED = "not stated"

_RUNTIME = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "python_version": "3.13",
            "platform_python_implementation": "CPython", "implementation_name": "cpython"}  # fmt: skip
_SHIPPED_BESIDE = ("swagger-ui-dist",)
"""A development package of npm whose files are copied into the page as they are."""
_ENVIRONMENTS = (".venv*/lib/python*/site-packages", ".tools/lib/python*/site-packages", ".tools")
"""Where the Makefile installs the lock files' packages."""

_BEGINNING = """# Check the licences of packages

For whoever ships the service or reviews what it uses. Which package is under which licence, as its own metadata says.
`make licences` writes this page, and a test compares it with the lock files.

| packages | tables | used for |
| --- | --- | --- |
| shipped | the first two | the functions' zips and the page |
| not shipped | the others | building, testing, training, auditing, and the local stack |

Packages under the GPL are only in the tables of packages that are not shipped: they are run, never distributed.
The tables are those of Linux; other systems install a few more packages that are not shipped.

Not packages, but shipped: the models and the sample files come from the PBC study in R's `survival` package (LGPL, see
the [README](../README.md)). The list of forbidden passwords (`chalicelib/auth/common_passwords.txt`) comes from Django
(BSD-3-Clause), whose notice is in that file.
"""


class Package(NamedTuple):
    """One package as it is locked."""

    name: str
    version: str
    licence: str | None
    """None: another version is installed, or none, and only the locked one can say."""


def locked(lock: str) -> Iterator[Requirement]:
    """Yield the packages of a lock file that Lambda's Python takes."""
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(_RUNTIME):
                yield requirement


def sections() -> dict[str, list[Package]]:
    """Return the document's tables by their titles."""
    every = list(chain(*(locked(lock.name) for lock in ROOT.glob("requirements*.txt"))))
    # The zips hold two files of Chalice.
    chalice = [requirement for requirement in every if requirement.name == "chalice"]
    zips = _packages(chain(*(locked(bundle.lock) for bundle in BUNDLES), chalice))
    page = sorted(package for package, is_shipped in _npm("frontend") if is_shipped)
    every_of_npm = {package for folder in ("frontend", "local") for package, _ in _npm(folder)}
    return {
        "In the functions' zips": zips,
        "In the page": page,
        "Not shipped: Python": sorted({*_packages(every)} - {*zips}),
        "Not shipped: npm": sorted(every_of_npm - {*page}),
    }


def not_as_locked(packages: list[Package]) -> list[str]:
    """Return those of which another version is installed than is locked, or none: it may say otherwise."""
    return [package.name for package in packages if package.licence is None]


def main() -> int:
    """Write it, unless what is installed isn't what is locked."""
    tables = sections()
    if other := [name for packages in tables.values() for name in not_as_locked(packages)]:
        print(f"Not installed as locked: {', '.join(other)}. Run make clean and it again.", file=sys.stderr)
        return 1
    PATH.write_text("\n".join([_BEGINNING, *(table(title, packages) for title, packages in tables.items())]), "utf-8")
    return 0


def table(title: str, packages: list[Package]) -> str:
    """Return a section as it is committed."""
    rows = "".join(f"| {package.name} | {package.version} | {package.licence} |\n" for package in packages)
    return f"## {title}\n\n| package | version | licence |\n| --- | --- | --- |\n{rows}"


def _packages(requirements: Iterable[Requirement]) -> list[Package]:
    named = {(each.name, str(each.specifier).removeprefix("==")) for each in requirements}
    installed = _installed()
    return sorted(Package(*name, licence_of(installed[name].metadata) if name in installed else None) for name in named)


@cache
def _installed() -> dict[tuple[str, str], Distribution]:
    """Every package by name and version, whatever environment it is in."""
    folders = [*sys.path, *(str(folder) for pattern in _ENVIRONMENTS for folder in ROOT.glob(pattern))]
    return {(canonicalize_name(each.name), each.version): each for each in distributions(path=folders)}


def licence_of(metadata: Any) -> str:
    """Return what the metadata of a package says of its own licence."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    # Of classifiers the last part; free text may be the whole licence.
    classifiers = [each for each in metadata.get_all("Classifier", []) if each.startswith("License :: ")]
    if classifiers:
        return " or ".join(each.rpartition(" :: ")[2] for each in classifiers)
    text = str(metadata.get("License") or "").strip()
    return NOT_STATED if text in {"", "UNKNOWN"} else text.splitlines()[0]


def _npm(folder: str) -> Iterator[tuple[Package, bool]]:
    """Yield all that ``folder`` locks, and whether it is shipped."""
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    for path, package in packages.items():
        if name := path.rpartition("node_modules/")[2]:
            is_shipped = not (package.get("dev") or package.get("optional")) or name in _SHIPPED_BESIDE
            yield Package(name, package["version"], package.get("license", NOT_STATED)), is_shipped


if __name__ == "__main__":
    sys.exit(main())
