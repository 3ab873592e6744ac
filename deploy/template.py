"""The template of one stage: `chalice package` with the merge template, from a copy of the sources."""

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from chalicelib.core.settings import Settings
from chalicelib.inference.predictions.worker_disk import worker_disk_bytes

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("dev", "prod")

_CHALICE = (sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())")


class PackagingError(Exception):
    """There is no template, or it would describe something incomplete."""


def write_template(stage: str, directory: Path, arch: str = "x86_64") -> Path:
    """Write the SAM template of ``stage`` into ``directory`` and return its path. Raises ``PackagingError``.

    The sources are packaged without their dependencies, which are not part of a template: so this needs no network.
    """
    # Chalice writes the version of the interpreter that runs it into the template.
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if running != target_python():
        raise PackagingError(f"this is Python {running}; the functions are for {target_python()}")
    project = directory / "project"
    _copy_sources(project)
    (project / "requirements.txt").touch()
    options = ["package", "--stage", stage, "--merge-template", ".chalice/resources.yaml", str(directory)]
    # The region only has to be there: whatever depends on it is resolved by CloudFormation.
    done = run([*_CHALICE, *options], cwd=project, env={"AWS_DEFAULT_REGION": "us-east-1"} | os.environ)
    if done.returncode != 0:
        raise PackagingError(f"chalice package failed for {stage}:\n{done.stdout}")
    require_complete(done.stdout)
    return _finish(stage, arch, directory / "sam.yaml", directory / "template.yaml")


def run(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run one of our own tools, and keep all that it prints in ``stdout``."""
    return subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )


def require_complete(output: str) -> None:
    """Raise ``PackagingError`` if `chalice package` printed that it left a dependency out."""
    if "Could not install dependencies" in output:
        raise PackagingError(f"chalice package left dependencies out:\n{output}")


def require_disk(template: dict[str, Any]) -> None:
    """Raise ``PackagingError`` if the worker lacks the disk for the largest file that the stage takes."""
    worker = template["Resources"]["InferenceWorker"]["Properties"]
    variables, defaults = worker["Environment"]["Variables"], Settings.model_fields
    rows, upload_bytes = (
        int(variables.get(name.upper(), defaults[name].default)) for name in ("rows_max", "large_upload_bytes_max")
    )
    needed = math.ceil(worker_disk_bytes(rows, upload_bytes) / 2**20)
    size = worker["EphemeralStorage"]["Size"]
    if size < needed:
        raise PackagingError(
            f"the worker's disk has {size} MB, and ROWS_MAX={rows} with LARGE_UPLOAD_BYTES_MAX={upload_bytes} need "
            f"{needed} MB: raise EphemeralStorage in .chalice/resources.yaml (at most 10240), or lower the limits"
        )


def read_template(path: Path) -> dict[str, Any]:
    """Read a template as Chalice writes it: intrinsic functions in their long form."""
    template: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return template


def target_python() -> str:
    """Return the version of Python that the functions run on, such as 3.13."""
    return (ROOT / ".python-version").read_text("utf-8").strip()


def _copy_sources(project: Path) -> None:
    """Copy what Chalice looks at."""
    ignore = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
    for name in (".chalice", "chalicelib"):
        shutil.copytree(ROOT / name, project / name, ignore=ignore)
    shutil.copy2(ROOT / "app.py", project)


class _Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice: CloudFormation takes no YAML aliases, and Chalice writes them."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _finish(stage: str, arch: str, source: Path, target: Path) -> Path:
    template = read_template(source)
    require_disk(template)
    # Chalice writes the stage into what it generates: this template is good for no other.
    template["Parameters"]["Stage"] |= {
        "Default": stage,
        "AllowedPattern": stage,
        "ConstraintDescription": f"must be {stage}, for which this template was packaged",
    }
    template["Parameters"]["Architecture"] |= {"Default": arch, "AllowedValues": [arch]}
    text = yaml.dump(template, Dumper=_Dumper, allow_unicode=True, width=120)
    target.write_text(text, "utf-8")
    return target
