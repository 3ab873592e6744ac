"""Write the SAM template of a stage with `chalice package`, from a copy of the sources."""

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
    """The template can't be written, or the package would be incomplete or too large."""


def write_template(stage: str, directory: Path, arch: str = "x86_64") -> Path:
    """Write the SAM template of ``stage`` into ``directory`` and return its path. Raises ``PackagingError``.

    It packages the sources without their dependencies, which a template does not need, so it needs no network.
    """
    # Chalice writes the running interpreter's version into the template.
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if version != target_python():
        raise PackagingError(f"this is Python {version}, but the functions run on Python {target_python()}")
    project = directory / "project"
    _copy_sources(project)
    (project / "requirements.txt").touch()
    options = ["package", "--stage", stage, "--merge-template", ".chalice/resources.yaml", str(directory)]
    # Chalice needs any region; CloudFormation fills in the real one.
    result = run([*_CHALICE, *options], cwd=project, env={"AWS_DEFAULT_REGION": "us-east-1"} | os.environ)
    if result.returncode != 0:
        raise PackagingError(f"chalice package failed for {stage}:\n{result.stdout}")
    require_complete(result.stdout)
    return _finish(stage, arch, directory / "sam.yaml", directory / "template.yaml")


def run(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command, with its output and errors together in ``stdout``."""
    return subprocess.run(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )


def require_complete(output: str) -> None:
    """Raise ``PackagingError`` if `chalice package` printed that it left a dependency out."""
    if "Could not install dependencies" in output:
        raise PackagingError(f"chalice package left dependencies out:\n{output}")


def require_disk(template: dict[str, Any]) -> None:
    """Raise ``PackagingError`` if the worker's disk is too small for the largest file that the stage accepts."""
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
    """Read a template that Chalice wrote, with intrinsic functions in their long form."""
    template: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return template


def target_python() -> str:
    """Return the functions' Python version, such as 3.13."""
    return (ROOT / ".python-version").read_text("utf-8").strip()


def _copy_sources(project: Path) -> None:
    """Copy the files that Chalice reads."""
    ignore = shutil.ignore_patterns("__pycache__", "deployments", "deployed")
    for name in (".chalice", "chalicelib"):
        shutil.copytree(ROOT / name, project / name, ignore=ignore)
    shutil.copy2(ROOT / "app.py", project)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper without aliases: Chalice writes them, and CloudFormation does not accept them."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _finish(stage: str, arch: str, source: Path, target: Path) -> Path:
    template = read_template(source)
    require_disk(template)
    # Chalice writes the stage's name into the template, so the template must refuse any other stage.
    template["Parameters"]["Stage"] |= {
        "Default": stage,
        "AllowedPattern": stage,
        "ConstraintDescription": f"must be {stage}, for which this template was packaged",
    }
    template["Parameters"]["Architecture"] |= {"Default": arch, "AllowedValues": [arch]}
    text = yaml.dump(template, Dumper=_Dumper, allow_unicode=True, width=120)
    target.write_text(text, "utf-8")
    return target
