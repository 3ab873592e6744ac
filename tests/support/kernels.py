"""Predict files in a process whose numerical kernels are those of another CPU.

OpenBLAS takes the kernel that ``OPENBLAS_CORETYPE`` names, and numpy leaves out the machine code of the features that
``NPY_DISABLE_CPU_FEATURES`` lists; both read them once, at import. This is the only place that sets these variables.
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
    """What a process is to compute with.

    ``core``: OpenBLAS's kernel, None for the one that it chooses. ``without``: numpy's features that are switched off.
    """

    core: str | None = None
    without: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """Return the variables that ask for it."""
        asked = {"OPENBLAS_CORETYPE": self.core or "", "NPY_DISABLE_CPU_FEATURES": " ".join(self.without)}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Run:
    """What a process computed with, and its result CSVs by file name."""

    cores: tuple[str, ...]
    features: tuple[str, ...]
    results: dict[str, bytes]

    def __str__(self) -> str:
        return f"OpenBLAS {'/'.join(self.cores) or 'not used'} with numpy {', '.join(self.features) or 'baseline'}"


def kernels_to_try() -> list[Kernels]:
    """Return the kinds of CPU that this one can compute as: only itself if the environment chose already.

    A kernel of OpenBLAS goes with what a CPU of that kind has, else numpy would still compute with AVX-512.
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
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    results = {path.name: path.read_bytes() for path in sorted(folder.glob("result-*.csv"))}
    return Run(tuple(found["cores"]), tuple(found["features"]), results)


def _predict(folder: Path, names: list[str]) -> None:
    """Write the result of every model for every file, and print what it was computed with."""
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
    used = _multiarray_umath.__cpu_features__
    print(
        json.dumps({
            "cores": sorted({each["architecture"] for each in threadpool_info() if each["internal_api"] == "openblas"}),
            "features": [name for name in _multiarray_umath.__cpu_dispatch__ if used[name]],
        })
    )  # fmt: skip


if __name__ == "__main__":
    _predict(Path(sys.argv[1]), sys.argv[2:])
