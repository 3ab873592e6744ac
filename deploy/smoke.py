"""The smoke test of a deployed stage: page, account, free check, prediction, result, deletion of the account."""

import contextlib
import json
import secrets
import time
from typing import Any

import requests
from botocore.exceptions import ReadTimeoutError

from deploy.template import ROOT

SAMPLE = ROOT / "frontend" / "public" / "samples" / "patients-10.csv"
PATIENTS = 10
MODEL = "mayo"
_TIMEOUT_SECONDS = 60
_RESULT_SECONDS = 180
_POLL_SECONDS = 1.0
_REACHABLE_SECONDS = 120
"""How long the first requests are repeated: a new distribution takes a while to reach every resolver and its API."""


class SmokeError(Exception):
    """A request of the smoke test failed. The text names the request and the answer."""


def run_smoke_test(url: str, release: str | None = None) -> None:
    """Use the stage at ``url`` as a user would. Raises ``SmokeError`` if anything fails.

    ``release``: the id of the release that the page must be of; None accepts any. The test deletes its account at the
    end. The ledger keeps the charge of its prediction.

    An address may register only a few accounts a day. If the API refuses another one for that reason, the test prints
    what it did not check. That is no failure: a rollback would not help.
    """
    client = _Client(url)
    client.wait_until_reachable()
    _check_page(client, release)
    print("  the page has its security headers" + (f" and is of release {release}" if release else ""))
    client.request("GET", "/api/health", 200)
    if refusal := client.register():
        print(
            f"  DEPLOYED, NOT FULLY CHECKED: {refusal} Page and API answer. Account, prediction and deletion were not "
            "tried. Run 'make smoke' later or from another network."
        )
        return
    try:
        _predict(client)
    except SmokeError:
        with contextlib.suppress(SmokeError):  # report the first error, not this one
            client.delete_account()
        raise
    client.delete_account()
    print("  the account was deleted")


def run_audit(functions: Any, name: str) -> None:
    """Invoke the audit function ``name`` once with the Lambda client ``functions``, and print its result.

    Its role is the strictest, so this shows early whether AWS reads the conditions as they are meant. It also ends the
    alarm of a stage that had no audit yet. Raises ``SmokeError`` if the function fails.
    """
    try:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(_SCHEDULED_EVENT))
    except ReadTimeoutError:
        print("  the audit takes longer. Its log says how it ends.")
        return
    payload = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise SmokeError(f"the function {name} failed: {payload[:500]}")
    result = json.loads(payload)
    print(f"  the audit is {result['state']}, findings: {result['findings']}")
    if result["findings"]:
        print("  Run 'make audit' to see them.")


_SCHEDULED_EVENT = {
    "version": "0", "id": "deployment", "detail-type": "Scheduled Event", "source": "aws.events", "account": "",
    "time": "1970-01-01T00:00:00Z", "region": "", "resources": [], "detail": {},
}  # fmt: skip
"""An event as the schedule sends it. The audit reads none of it."""


def _check_page(client: "_Client", release: str | None) -> None:
    page = client.request("GET", "/", 200)
    for header in ("Content-Security-Policy", "Strict-Transport-Security"):
        if header not in page.headers:
            raise SmokeError(f"{page.url} comes without {header}")
    config = client.request("GET", "/config.json", 200).json()
    if release and config["release"] != release:
        raise SmokeError(f"{page.url} is of release {config['release']} instead of {release}")


def _predict(client: "_Client") -> None:
    balance = int(client.request("GET", "/api/auth/balance", 200).json()["balance"])
    print(f"  an account was created, with {balance} coins")
    dry_run = client.send_file(f"/api/predict/{MODEL}?dry_run=true", 200)
    print(f"  the free check: {dry_run['rows']} patients cost {dry_run['cost']} coins")
    accepted = client.send_file(f"/api/predict/{MODEL}", 202)
    if accepted["balance"] != balance - dry_run["cost"]:
        raise SmokeError(
            f"the prediction costs {dry_run['cost']} coins, but the balance changed from {balance} to "
            f"{accepted['balance']} coins"
        )
    started = time.monotonic()
    prediction = client.wait_for(accepted["prediction_id"])
    if not prediction["is_success"]:
        raise SmokeError(f"the prediction is {prediction['status']}: {prediction['error_info']}")
    rows = client.request("GET", f"/api/predict/{accepted['prediction_id']}/rows", 200).json()["rows"]
    if len(rows) != PATIENTS:
        raise SmokeError(f"the result has {len(rows)} patients instead of {PATIENTS}")
    seconds = time.monotonic() - started
    print(f"  the prediction took {seconds:.1f} s; the first patient has {prediction['output']:.2f} years")


class _Client:
    """A client of the API with a throwaway account."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = requests.Session()
        self.password = secrets.token_urlsafe(18)

    def wait_until_reachable(self) -> None:
        """Return once page and API answer without an error of the server, or after _REACHABLE_SECONDS."""
        deadline = time.monotonic() + _REACHABLE_SECONDS
        for path in ("/", "/api/health"):
            while time.monotonic() < deadline and not self._answers(path):
                time.sleep(_POLL_SECONDS)

    def _answers(self, path: str) -> bool:
        try:
            return self._http.get(self._url + path, timeout=_TIMEOUT_SECONDS).status_code < 500
        except requests.RequestException:
            return False

    def register(self) -> str:
        """Register an account. Return "", or the API's sentence if this address may register none today."""
        name = f"smoke-{secrets.token_hex(8)}"
        body = {"name": name, "email": f"{name}@example.invalid", "password": self.password}
        answer = self.request("POST", "/api/auth/register", 201, 429, json=body)
        if answer.status_code == 429:
            return str(answer.json()["detail"])
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return ""

    def delete_account(self) -> None:
        self.request("DELETE", "/api/auth/me", 204, json={"password": self.password})

    def send_file(self, path: str, status: int) -> dict[str, Any]:
        file = (SAMPLE.name, SAMPLE.read_bytes(), "text/csv")
        body: dict[str, Any] = self.request("POST", path, status, files={"file": file}).json()
        return body

    def wait_for(self, prediction_id: str) -> dict[str, Any]:
        """Return the prediction once it has ended."""
        deadline = time.monotonic() + _RESULT_SECONDS
        while time.monotonic() < deadline:
            prediction: dict[str, Any] = self.request("GET", f"/api/predict/{prediction_id}", 200).json()
            if prediction["is_finished"]:
                return prediction
            time.sleep(_POLL_SECONDS)
        raise SmokeError(f"the prediction did not end in {_RESULT_SECONDS} s and is {prediction['status']}")

    def request(self, method: str, path: str, *statuses: int, **options: Any) -> requests.Response:
        """Send a request. Raises ``SmokeError`` if the answer's status is not one of ``statuses``."""
        request = f"{method} {self._url}{path}"
        try:
            answer = self._http.request(method, self._url + path, timeout=_TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            raise SmokeError(f"{request}: {error}") from error
        if answer.status_code not in statuses:
            raise SmokeError(f"{request} answered {answer.status_code} instead of {statuses[0]}: {answer.text[:500]}")
        return answer
