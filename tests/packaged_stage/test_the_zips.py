"""The zips' contents, and that they run with only the packages of Lambda's runtime."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.events import request_event
from benchmarks.zips import HANDLERS
from deploy.bundle import API, WORKER, build, install
from deploy.template import ROOT, PackagingError
from tests.support.deployed import ARCH, DeployedStage
from tests.support.lambda_runtime import InvocationError, RunningFunction


@pytest.fixture(scope="module")
def code(stage: DeployedStage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both zips, unpacked."""
    folder = tmp_path_factory.mktemp("code")
    for bundle in (API, WORKER):
        zipfile.ZipFile(stage.build / f"{bundle.name}.zip").extractall(folder / bundle.name)
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("arch", ["x86_64", "arm64"])
def test_the_same_sources_give_the_same_bytes(tmp_path: Path, arch: str) -> None:
    first = build(API, arch, tmp_path / "here" / "api.zip").path
    second = build(API, arch, tmp_path / "and" / "there" / "api.zip").path

    assert digest(first) == digest(second)


def test_a_second_build_of_the_workers_zip_gives_the_same_bytes(stage: DeployedStage, tmp_path: Path) -> None:
    second = build(WORKER, ARCH, tmp_path / "worker.zip").path

    assert digest(second) == digest(stage.build / "worker.zip")


def test_a_zip_above_its_limit_fails_the_build_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(PackagingError, match=r"api\.zip would be 1\d,\d{3},\d{3} bytes .* the limit is 1,000\."):
        build(replace(API, bytes_max=1000), "x86_64", tmp_path / "api.zip")

    assert list(tmp_path.iterdir()) == []


def test_a_package_without_a_wheel_fails_the_build_with_its_name(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    # docopt is published as sources only.
    lock.write_text(f"docopt==0.6.2 --hash=sha256:{'0' * 64}\n", "utf-8")

    with pytest.raises(PackagingError, match="docopt"):
        install(lock, "x86_64", tmp_path / "tree")


def test_the_apis_zip_has_every_model_card_but_no_model_and_no_scientific_package(code: Path) -> None:
    names = {path.name for path in (code / "api").iterdir()}
    assert not {"numpy", "pandas", "sklearn", "scipy", "joblib", "boto3"} & names
    assert {path.suffix for path in (code / "api" / "model_artifacts").rglob("*.*")} == {".json"}
    cards = {path.parent.name for path in (ROOT / "model_artifacts").glob("*/card.json")}
    assert {path.parent.name for path in (code / "api").glob("model_artifacts/*/card.json")} == cards


def test_every_module_is_compiled_and_only_ours_keep_their_sources(code: Path) -> None:
    for bundle in (API, WORKER):
        tree = code / bundle.name
        sources = {path.relative_to(tree).parts[0] for path in tree.rglob("*.py")}
        assert sources == {"app.py", "chalicelib"}
        for path in tree.rglob("*.py"):
            assert (path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc").is_file(), path
        assert not [path for path in tree.rglob("*") if path.name in {"tests", "RECORD"}]


def test_the_apis_zip_answers_under_aws_s_own_runtime_client(code: Path) -> None:
    with RunningFunction(code / "api", HANDLERS["api"], {}) as function:
        answer = function.invoke(request_event("/api/health")).payload
        document = function.invoke(request_event("/api/openapi.json")).payload

    assert (answer["statusCode"], answer["body"]) == (200, '{"status":"ok"}')
    assert (document["statusCode"], answer["headers"]["Cache-Control"]) == (200, "no-store")


def test_a_worker_loads_its_models_at_the_start_and_refuses_a_changed_one(code: Path) -> None:
    model = code / "worker" / "model_artifacts" / "lasso" / "model.joblib"
    original = model.read_bytes()
    RunningFunction(code / "worker", HANDLERS["worker"], {}).stop()
    model.write_bytes(original + b"\0")
    try:
        with pytest.raises(InvocationError, match="ArtefactMismatchError"):
            RunningFunction(code / "worker", HANDLERS["worker"], {})
    finally:
        model.write_bytes(original)
