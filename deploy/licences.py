"""Writes ``docs/licences.md``, what is shipped and under which licence: ``python -m deploy.licences``."""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import metadata, version
from typing import NamedTuple

from packaging.requirements import Requirement

from deploy.bundle import BUNDLES
from deploy.template import ROOT

PATH = ROOT / "docs" / "licences.md"

_RUNTIME = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "python_version": "3.13",
            "platform_python_implementation": "CPython", "implementation_name": "cpython"}  # fmt: skip
_SHIPPED_BESIDE = ("swagger-ui-dist",)
"""A development package of npm whose files are copied into the page as they are."""

_BEGINNING = """# Licences of what is shipped

Written by `make licences` from the packages' own metadata; a test holds it to the lock files. What only builds, tests
or serves on one's own machine isn't here. The models and the sample files come from the PBC study in R's `survival`
(LGPL); see the [README](../README.md). The passwords that nobody may have (`chalicelib/auth/common_passwords.txt`) come
from Django (BSD-3-Clause), whose notice stands in that file.
"""


class Package(NamedTuple):
    """One package as it is locked."""

    name: str
    version: str
    licence: str


def locked(lock: str) -> Iterator[Requirement]:
    """The packages of a lock file that Lambda's Python takes."""
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if line[:1].isalnum():
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate(_RUNTIME):
                yield requirement


def of_python() -> list[Package]:
    """What the two zips hold, and Chalice, of which they hold two files."""
    found = {each.name: each for bundle in BUNDLES for each in locked(bundle.lock)}
    (chalice,) = (each for each in locked("requirements-local.txt") if each.name == "chalice")
    found[chalice.name] = chalice
    return [Package(name, _version(found[name]), licence_of(name)) for name in sorted(found)]


def of_npm() -> list[Package]:
    """What the page is built from."""
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]
    named = {path.removeprefix("node_modules/"): package for path, package in packages.items() if path}
    shipped = sorted(name for name, package in named.items() if not package.get("dev") or name in _SHIPPED_BESIDE)
    return [Package(name, named[name]["version"], named[name]["license"]) for name in shipped]


def not_as_locked(packages: list[Package]) -> list[str]:
    """Those of which another version is installed than is locked: it may say otherwise."""
    return [each.name for each in packages if version(each.name) != each.version]


def text(python: list[Package], npm: list[Package]) -> str:
    """The document as it is committed."""
    return "\n".join([_BEGINNING, _table("In the functions' zips", python), _table("In the page", npm)])


def main() -> int:
    """Write it, unless what is installed isn't what is locked."""
    python = of_python()
    if other := not_as_locked(python):
        print(f"Not installed as locked: {', '.join(other)}. Remove .venv and run it again.", file=sys.stderr)
        return 1
    PATH.write_text(text(python, of_npm()), "utf-8")
    return 0


def _table(title: str, packages: list[Package]) -> str:
    rows = "".join(f"| {each.name} | {each.version} | {each.licence} |\n" for each in packages)
    return f"## {title}\n\n| package | version | licence |\n| --- | --- | --- |\n{rows}"


def _version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


def licence_of(name: str) -> str:
    """What the installed package says of its own licence."""
    said = metadata(name)
    if expression := said.get("License-Expression"):
        return str(expression)
    # Of classifiers the last part; free text may be the whole licence.
    named = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License :: ")]
    return " or ".join(named) if named else str(said["License"])


if __name__ == "__main__":
    sys.exit(main())
