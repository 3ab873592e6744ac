import json
import os
import subprocess
import sys

import boto3

from tests.unit.support import ROOT

DATA_SCIENCE = ("pandas", "numpy", "sklearn", "joblib")


def output_of(code: str, **environment: str) -> str:
    """Return the output of Python code in a new process."""
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return process.stdout.strip()


def loaded_by_the_app(*names: str, **environment: str) -> str:
    """Return which of these packages are loaded after ``import app``."""
    return output_of(f"import app, sys; print(*[name for name in {names} if name in sys.modules])", **environment)


def test_a_function_logs_at_its_start_which_boto3_lambda_s_runtime_gave_it() -> None:
    line = json.loads(output_of("import app", AWS_LAMBDA_FUNCTION_NAME="function"))
    assert (line["event"], line["boto3"]) == ("function started", boto3.__version__)


def test_the_start_of_a_local_process_logs_nothing() -> None:
    assert output_of("import app") == ""


def test_importing_the_app_loads_no_data_science_package() -> None:
    assert loaded_by_the_app(*DATA_SCIENCE) == ""


def test_only_the_worker_loads_its_models_while_lambda_starts_it() -> None:
    assert loaded_by_the_app(*DATA_SCIENCE, _HANDLER="app.app") == ""
    assert loaded_by_the_app("numpy", _HANDLER="app.inference_worker") == "numpy"


def test_the_worker_loads_its_models_without_scikit_learn() -> None:
    assert loaded_by_the_app("joblib", "sklearn", "scipy", _HANDLER="app.inference_worker") == "joblib"


def test_importing_the_app_outside_lambda_loads_no_powertools() -> None:
    assert loaded_by_the_app("aws_lambda_powertools", "json") == "json"


def test_importing_the_app_loads_no_library_that_few_files_need() -> None:
    assert loaded_by_the_app("charset_normalizer", "python_calamine", "json") == "json"


def test_the_api_loads_the_reading_of_patient_files_only_for_a_file() -> None:
    modules = [f"chalicelib.inference.patient_file.{name}" for name in ("validator", "formats", "workbook", "headings")]
    assert loaded_by_the_app(*modules, "json", _HANDLER="app.app") == "json"
