"""Results are the same, byte for byte, with every CPU kernel that this machine can run."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from admin.verify import predict
from chalicelib.inference.catalog.catalog import ARTEFACTS
from chalicelib.inference.models.loader import load
from tests.support import kernels
from tests.support.patients import made_up_patients
from tests.support.stack import ROOT

SAMPLES = ROOT / "frontend" / "public" / "samples"
MADE_UP = "made-up-1000.csv"
SEED = 16


def test_results_are_the_same_byte_for_byte_with_every_kernel(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    files = {name: (SAMPLES / name).read_bytes() for name in ("patients-10.csv", "pbc-418.csv")}
    files[MADE_UP] = made_up_patients(1000, SEED)

    runs = []
    for number, requested in enumerate(kernels.kernels_to_try()):
        runs.append(kernels.run(requested, files, tmp_path / str(number)))
        assert_ran_with(runs[-1], requested)

    record_property("summary", f"Kernels that results were compared with: {description(runs)}")
    first, *others = runs
    assert len(first.results) == len(files) * len(list(ARTEFACTS.glob("*/card.json")))
    assert all(b"\n" in content for content in first.results.values())
    for other in others:
        assert other.results.keys() == first.results.keys()
        for name, content in first.results.items():
            lines = zip(content.splitlines(), other.results[name].splitlines(), strict=True)
            differing = [f"  {expected.decode()}\n  {line.decode()}" for expected, line in lines if expected != line]
            assert not differing, f"{name} differs between {first} and {other}:\n" + "\n".join(differing[:5])


def assert_ran_with(run: kernels.Run, requested: kernels.Kernels) -> None:
    """Assert that the process used the requested kernels. Without OpenBLAS (macOS) no kernel can be requested."""
    if requested.core is not None and run.cores:
        assert run.cores == (requested.core,)
    assert not set(run.features) & set(requested.without)


def description(runs: list[kernels.Run]) -> str:
    variables = [f"{name}={os.environ[name]}" for name in kernels.VARIABLES if name in os.environ]
    kernels_run = "; ".join(map(str, runs))
    return f"{kernels_run} (only this one: the environment sets {' '.join(variables)})" if variables else kernels_run


def test_the_made_up_file_has_missing_values_and_values_out_of_range() -> None:
    result = predict(load("cox-lasso", ARTEFACTS), made_up_patients(1000, SEED)).csv
    assert result.count(b"\n") == 1001
    assert result.count(b":above") > 100
    assert result.count(b":below") > 30
    assert result.count(b"Copper:") > 200


@pytest.mark.parametrize("name", kernels.VARIABLES)
def test_a_kernel_chosen_by_the_environment_is_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "Haswell" if name == "OPENBLAS_CORETYPE" else "AVX512F")
    assert kernels.kernels_to_try() == [kernels.Kernels()]


def test_no_other_file_chooses_a_kernel() -> None:
    """A command that sets these variables would hide that its numbers depend on the CPU."""
    setting = re.compile(rb"(OPENBLAS_CORETYPE|NPY_DISABLE_CPU_FEATURES)")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    naming = {str(path.relative_to(ROOT)) for path in files if path.is_file() and setting.search(path.read_bytes())}
    assert {name for name in naming if not name.startswith("docs/")} == {
        "tests/support/kernels.py",
        "tests/unit/inference/models/test_kernels.py",
    }
