"""The running local stack's endpoints, key and resource names, as environment variables.

``python -m local.running [DATA_DIR]`` prints the variables for boto3 and the AWS CLI as shell commands.
"""

import json
import shlex
import sys
from pathlib import Path

from local.access_key import kept_key
from local.config import ROOT
from local.data_dir import STACK, is_held
from local.errors import StackError


def variables_of(data_dir: Path) -> dict[str, str]:
    """Return the variables with the stack's endpoints, access key and resource names.

    Raises ``StackError`` if no stack runs on ``data_dir``.
    """
    path = data_dir / STACK
    if not path.exists() or not is_held(data_dir):  # a stack that was killed left the file behind
        raise StackError("The local stack is not running; start it with 'make run'.")
    variables: dict[str, str] = json.loads(path.read_text("utf-8"))
    return variables | kept_key(data_dir).environment()


def main(data_dir: str = str(ROOT / ".local")) -> int:
    """Print the variables for boto3 and the AWS CLI. Return the exit code."""
    try:
        variables = variables_of(Path(data_dir).resolve())
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items() if name.startswith("AWS_")]
    print("\n".join(exports))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
