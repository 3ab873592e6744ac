"""Where this process runs: as a Lambda function or on somebody's machine."""

import os


def function_name() -> str | None:
    """The Lambda function that this process is; None outside Lambda."""
    return os.environ.get("AWS_LAMBDA_FUNCTION_NAME")


def service_name() -> str:
    """What log lines and metrics of this stage are filed under."""
    return f"liver-lifespan-{os.environ.get('STAGE', 'local')}"
