"""Run ministack with all its services behind the guard, in the interpreter with only Lambda's packages.

    python -P tests/support/guarded_emulator.py REPOSITORY

The emulator's functions run in the same interpreter. They must not find the repository, so no environment variable
names it.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.core import iam_evaluator
from ministack.services import sts

# AWS answers requests to a CloudFront distribution and to an API's stage without a signature. The distribution
# requests its origin, the API's stage, by name without the port.
_PUBLIC = re.compile(
    r"[a-z0-9]+\.cloudfront\.net/.*|127\.0\.0\.1(:\d+)?/restapis/[a-z0-9]+/[a-z0-9]+/_user_request_(/.*)?"
)


def main(repository: str) -> None:
    """Serve until SIGTERM."""
    sys.path.insert(0, repository)
    from local import guard  # noqa: PLC0415 - needs the path above

    sys.path.remove(repository)

    class GuardOfAStage(guard.Guard):
        async def _admit(self, request: guard.Request, body: guard._Body) -> frozenset[str] | None:
            if _PUBLIC.fullmatch(f"{request.header('host')}{request.path}") and not guard._is_control_route(request):
                return None
            return await super()._admit(request, body)

    _record_calls(Path(os.environ["RECORDED_CALLS"]))
    ministack.app = GuardOfAStage(ministack.app, _secret_of, guard.hosts_at(int(os.environ["GATEWAY_PORT"])))
    ministack.main()


def _record_calls(path: Path) -> None:
    """Write the key, the action, the resource and the decision of each call that IAM has to allow."""
    enforce = iam_evaluator.enforce
    file = path.open("a", buffering=1)

    def recorded(key: str, action: str, service: str, region: str, resource_arn: str = "*", **options: Any) -> Any:
        refusal = enforce(key, action, service, region, resource_arn=resource_arn, **options)
        file.write(json.dumps([key, action, resource_arn, refusal is None]) + "\n")
        return refusal

    iam_evaluator.enforce = recorded


def _secret_of(key_id: str) -> str | None:
    """Return the secret of the account's own key or of a function's session, or None for another key."""
    if key_id == os.environ["AWS_ACCESS_KEY_ID"]:
        return os.environ["AWS_SECRET_ACCESS_KEY"]
    session = sts._sessions.get(key_id)
    return session["SecretAccessKey"] if session else None


if __name__ == "__main__":
    main(sys.argv.pop())
