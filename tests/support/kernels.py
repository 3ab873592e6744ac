"""Predict files in a process that uses the numerical kernels of another CPU.

``OPENBLAS_CORETYPE`` selects OpenBLAS's kernel, and ``NPY_DISABLE_CPU_FEATURES`` disables CPU features in numpy. Both
libraries read these variables once, at import. Only this module sets them.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from numpy._core import _multiarray_umath  # type: ignore[attr-defined]

from tests.support.stack import ROOT

VARIABLES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")


@dataclass(frozen=True, slots=True)
class Kernels:
    """The numerical kernels of a process.

    ``core``: OpenBLAS's kernel, None for its own choice. ``without``: the CPU features that numpy must not use.
    """

    core: str | None = None
    without: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """Return the environment variables that select these kernels."""
        variables = {"OPENBLAS_CORETYPE": self.core or "", "NPY_DISABLE_CPU_FEATURES": " ".join(self.without)}
        return {name: value for name, value in variables.items() if value}


@dataclass(frozen=True, slots=True)
class Run:
    """The kernels that a process used, and its result CSVs by file name."""

    cores: tuple[str, ...]
    features: tuple[str, ...]
    results: dict[str, bytes]

    def __str__(self) -> str:
        return f"OpenBLAS {'/'.join(self.cores) or 'not used'} with numpy {', '.join(self.features) or 'baseline'}"


def kernels_to_try() -> list[Kernels]:
    """Return the kernels that this CPU can run. If the environment has selected some already, return only those.

    numpy's features are limited to those of the kernel's CPU; otherwise numpy would still use AVX-512.
    """
    if any(name in os.environ for name in VARIABLES) or platform.machine().lower() not in {"x86_64", "amd64"}:
        return [Kernels()]
    has: dict[str, bool] = _multiarray_umath.__cpu_features__
    dispatched: list[str] = _multiarray_umath.__cpu_dispatch__
    avx512 = tuple(name for name in dispatched if name.startswith("AVX512") or name == "X86_V4")
    kinds = [Kernels("Sandybridge", tuple(dispatched))]
    if has["AVX2"]:
        kinds.append(Kernels("Haswell", avx512 if has["AVX512F"] else ()))
    if has["AVX512F"]:
        kinds += [Kernels("SkylakeX"), Kernels("SkylakeX", avx512)]
    return kinds


def run(kernels: Kernels, files: dict[str, bytes], folder: Path) -> Run:
    """Predict the files with every model in a process of its own."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-m", "tests.support.kernels", str(folder), *files]
    environment = os.environ | kernels.environment()
    process = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert process.returncode == 0, process.stderr
    used = json.loads(process.stdout)
    results = {path.name: path.read_bytes() for path in sorted(folder.glob("result-*.csv"))}
    return Run(tuple(used["cores"]), tuple(used["features"]), results)


def _predict(folder: Path, names: list[str]) -> None:
    """Write the result of every model for every file, and print the kernels that were used."""
    from threadpoolctl import threadpool_info  # noqa: PLC0415

    from admin.verify import predict  # noqa: PLC0415
    from chalicelib.inference.catalog.catalog import ARTEFACTS  # noqa: PLC0415
    from chalicelib.inference.models.base import CARD_NAME  # noqa: PLC0415
    from chalicelib.inference.models.loader import load  # noqa: PLC0415

    for card in sorted(ARTEFACTS.glob(f"*/{CARD_NAME}")):
        loaded = load(card.parent.name, ARTEFACTS)
        for name in names:
            content = predict(loaded, (folder / name).read_bytes()).csv
            (folder / f"result-{loaded.id}-{name}").write_bytes(content)
    is_available = _multiarray_umath.__cpu_features__
    libraries = [library for library in threadpool_info() if library["internal_api"] == "openblas"]
    print(
        json.dumps({
            "cores": sorted({library["architecture"] for library in libraries}),
            "features": [name for name in _multiarray_umath.__cpu_dispatch__ if is_available[name]],
        })
    )  # fmt: skip


if __name__ == "__main__":
    _predict(Path(sys.argv[1]), sys.argv[2:])
