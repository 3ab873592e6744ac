import subprocess
import sys

from tests.unit.support import ROOT


def test_importing_the_app_loads_no_data_science_package() -> None:
    code = "import app, sys; print([name for name in ('pandas', 'numpy', 'sklearn', 'joblib') if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_importing_the_app_outside_lambda_loads_no_powertools() -> None:
    code = "import app, sys; print([name for name in sys.modules if name.startswith('aws_lambda_powertools')])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
