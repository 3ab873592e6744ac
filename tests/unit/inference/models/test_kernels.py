"""A result is the same, byte for byte, on every kind of CPU that this one can compute as."""

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
    for number, wanted in enumerate(kernels.kernels_to_try()):
        runs.append(kernels.run(wanted, files, tmp_path / str(number)))
        assert_is(runs[-1], wanted)

    record_property("summary", f"Kernels that results were compared with: {said_of(runs)}")
    first, *others = runs
    assert len(first.results) == len(files) * len(list(ARTEFACTS.glob("*/card.json")))
    assert all(b"\n" in content for content in first.results.values())
    for other in others:
        assert other.results.keys() == first.results.keys()
        for name, content in first.results.items():
            lines = zip(content.splitlines(), other.results[name].splitlines(), strict=True)
            differing = [f"  {one.decode()}\n  {two.decode()}" for one, two in lines if one != two]
            assert not differing, f"{name} differs between {first} and {other}:\n" + "\n".join(differing[:5])


def assert_is(run: kernels.Run, wanted: kernels.Kernels) -> None:
    """The process computed with what was asked for. Without OpenBLAS (macOS) there is no kernel to ask for."""
    if wanted.core is not None and run.cores:
        assert run.cores == (wanted.core,)
    assert not set(run.features) & set(wanted.without)


def said_of(runs: list[kernels.Run]) -> str:
    kept = [f"{name}={os.environ[name]}" for name in kernels.VARIABLES if name in os.environ]
    ran = "; ".join(map(str, runs))
    return f"{ran} (only this one: the environment has {' '.join(kept)})" if kept else ran


def test_the_made_up_file_has_gaps_and_values_out_of_range() -> None:
    result = predict(load("cox-lasso", ARTEFACTS), made_up_patients(1000, SEED)).csv
    assert result.count(b"\n") == 1001
    assert result.count(b":above") > 100
    assert result.count(b":below") > 30
    assert result.count(b"Copper:") > 200


@pytest.mark.parametrize("name", kernels.VARIABLES)
def test_the_environment_s_choice_is_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "Haswell" if name == "OPENBLAS_CORETYPE" else "AVX512F")
    assert kernels.kernels_to_try() == [kernels.Kernels()]


def test_nothing_else_chooses_a_kernel() -> None:
    """Whoever sets these variables for a command hides that its numbers depend on the CPU."""
    setting = re.compile(rb"(OPENBLAS_CORETYPE|NPY_DISABLE_CPU_FEATURES)")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    naming = {str(path.relative_to(ROOT)) for path in files if path.is_file() and setting.search(path.read_bytes())}
    assert {name for name in naming if not name.startswith("docs/")} == {
        "tests/support/kernels.py",
        "tests/unit/inference/models/test_kernels.py",
    }
