import os
import subprocess
import sys

from tests.unit.support import ROOT

CODE = "import app, sys; print([name for name in ('pandas', 'numpy', 'sklearn', 'joblib') if name in sys.modules])"


def loaded_by_the_app(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_importing_the_app_loads_no_data_science_package() -> None:
    assert loaded_by_the_app() == "[]"


def test_only_the_worker_loads_its_models_while_lambda_starts_it() -> None:
    assert loaded_by_the_app(_HANDLER="app.app") == "[]"
    assert loaded_by_the_app(_HANDLER="app.inference_worker") == "['pandas', 'numpy', 'sklearn', 'joblib']"
