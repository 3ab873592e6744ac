"""Write ``docs/licences.md``, the licences of all packages: ``python -m deploy.licences``."""

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
_COPIED_INTO_PAGE = ("swagger-ui-dist",)
"""npm packages that are locked for development, but whose files are copied into the page."""
_ENVIRONMENTS = (".venv*/lib/python*/site-packages", ".tools/lib/python*/site-packages", ".tools")
"""Folders into which the Makefile installs the packages of the lock files."""

_BEGINNING = """# Check the licences of packages

This page is for people who ship the service or review what it uses. It lists each package with the licence that its own
metadata states. `make licences` writes this page, and a test compares it with the lock files.

| packages | tables | used for |
| --- | --- | --- |
| shipped | the first two | the functions' zips and the page |
| not shipped | the others | building, testing, training, auditing, and the local stack |

Packages under the GPL are only in the tables of packages that are not shipped: they are run, never distributed.
The tables are those of Linux; other systems install a few more packages that are not shipped.

Some files that are shipped are not from packages. The models and the sample files come from the PBC study in R's
`survival` package (LGPL, see the [README](../README.md)). The list of forbidden passwords
(`chalicelib/auth/common_passwords.txt`) comes from Django (BSD-3-Clause), whose notice is in that file.
"""


class Package(NamedTuple):
    """A locked package."""

    name: str
    version: str
    licence: str | None
    """None if the locked version is not installed, so that its licence is unknown."""


def locked(lock: str) -> Iterator[Requirement]:
    """Yield the packages of a lock file that apply to Lambda's Python."""
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(_RUNTIME):
                yield requirement


def sections() -> dict[str, list[Package]]:
    """Return the document's tables by their titles."""
    python_packages = list(chain(*(locked(lock.name) for lock in ROOT.glob("requirements*.txt"))))
    # The zips hold two files of Chalice.
    chalice = [requirement for requirement in python_packages if requirement.name == "chalice"]
    zips = _packages(chain(*(locked(bundle.lock) for bundle in BUNDLES), chalice))
    page = sorted(package for package, is_shipped in _npm("frontend") if is_shipped)
    npm_packages = {package for folder in ("frontend", "local") for package, _ in _npm(folder)}
    return {
        "In the functions' zips": zips,
        "In the page": page,
        "Not shipped: Python": sorted({*_packages(python_packages)} - {*zips}),
        "Not shipped: npm": sorted(npm_packages - {*page}),
    }


def not_as_locked(packages: list[Package]) -> list[str]:
    """Return the names of packages whose locked version is not installed."""
    return [package.name for package in packages if package.licence is None]


def main() -> int:
    """Write the document. Return 1 if the installed versions are not the locked ones."""
    tables = sections()
    if mismatches := [name for packages in tables.values() for name in not_as_locked(packages)]:
        print(
            f"The locked versions of these packages are not installed: {', '.join(mismatches)}. Run 'make clean', then "
            "'make licences' again.",
            file=sys.stderr,
        )
        return 1
    PATH.write_text("\n".join([_BEGINNING, *(table(title, packages) for title, packages in tables.items())]), "utf-8")
    return 0


def table(title: str, packages: list[Package]) -> str:
    """Return a section of the document in Markdown."""
    rows = "".join(f"| {package.name} | {package.version} | {package.licence} |\n" for package in packages)
    return f"## {title}\n\n| package | version | licence |\n| --- | --- | --- |\n{rows}"


def _packages(requirements: Iterable[Requirement]) -> list[Package]:
    versions = {(requirement.name, str(requirement.specifier).removeprefix("==")) for requirement in requirements}
    installed = _installed()
    return sorted(
        Package(*version, licence_of(installed[version].metadata) if version in installed else None)
        for version in versions
    )


@cache
def _installed() -> dict[tuple[str, str], Distribution]:
    """Return the packages of all environments by name and version."""
    folders = [*sys.path, *(str(folder) for pattern in _ENVIRONMENTS for folder in ROOT.glob(pattern))]
    return {(canonicalize_name(package.name), package.version): package for package in distributions(path=folders)}


def licence_of(metadata: Any) -> str:
    """Return the licence that a package's metadata states."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [item for item in metadata.get_all("Classifier", []) if item.startswith("License :: ")]
    if classifiers:
        return " or ".join(classifier.rpartition(" :: ")[2] for classifier in classifiers)
    # The free text may be the whole licence, so take only its first line.
    text = str(metadata.get("License") or "").strip()
    return NOT_STATED if text in {"", "UNKNOWN"} else text.splitlines()[0]


def _npm(folder: str) -> Iterator[tuple[Package, bool]]:
    """Yield each package that ``folder`` locks, and whether it is shipped."""
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    for path, package in packages.items():
        if name := path.rpartition("node_modules/")[2]:
            is_shipped = not (package.get("dev") or package.get("optional")) or name in _COPIED_INTO_PAGE
            yield Package(name, package["version"], package.get("license", NOT_STATED)), is_shipped


if __name__ == "__main__":
    sys.exit(main())
