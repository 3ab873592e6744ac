"""The whole local stack as a process, and people who use it over HTTP."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import requests

from local.ports import free_port
from local.running import variables_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "frontend" / "public" / "samples"

START_SECONDS = 60


class RunningStack:
    """``python -m local`` on free ports, with its own data folder, command-line options and environment variables."""

    def __init__(self, data_dir: Path, *options: str, **settings: str) -> None:
        self.data_dir = data_dir
        self.root = ROOT
        """The folder of the sources that it runs."""
        self.python = sys.executable
        """The interpreter that runs it."""
        self._options = options
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # The log level of production, because the logs are searched for personal data.
        self._environment = {**os.environ, "BCRYPT_COST": "4", "LOG_LEVEL": "INFO", **settings}
        self._log = data_dir.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the stack and wait until it answers."""
        arguments = ["--port", str(self.port), "--emulator-port", "0", "--data-dir", str(self.data_dir), *self._options]
        banners = self.output().count("is running")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.python, "-m", "local", *arguments],
                cwd=self.root,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.output().count("is running") > banners:
                return
            time.sleep(0.1)
        raise AssertionError(f"the stack did not start:\n{self.output()}")

    def interrupt(self) -> int:
        """Stop the stack as Ctrl-C does. Return the exit code."""
        assert self._process
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)

    def stop(self) -> None:
        """Stop the stack if it runs."""
        if self.is_running():
            self.interrupt()

    def wait(self, seconds: float) -> int:
        """Wait until the stack ends by itself. Return the exit code."""
        assert self._process
        return self._process.wait(seconds)

    def is_running(self) -> bool:
        """Return whether the supervisor runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill the supervisor, so that it can't clean up."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def kill_everything(self) -> None:
        """Kill all processes at once, as a power cut does, and wait until they have ended."""
        pids = self.all_process_ids()
        self.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert_ended(pids)

    def process_ids(self, name: str) -> list[int]:
        """Return the ids of the stack's processes of this name."""
        return [pid for key, pid in self._listed_processes().items() if key.endswith(f"-{name}")]

    def variables(self) -> dict[str, str]:
        """Return the environment variables with the stack's endpoints, key and resource names."""
        return variables_of(self.data_dir)

    def all_process_ids(self) -> list[int]:
        """Return the ids of all the stack's processes and their children, without the supervisor."""
        pids = list(self._listed_processes().values())
        return pids + [child for pid in pids for child in children_of(pid)]

    def _listed_processes(self) -> dict[str, int]:
        ids: dict[str, int] = json.loads((self.data_dir / "processes.json").read_text())
        return ids

    def output(self) -> str:
        """Return everything that the stack has printed."""
        return self._log.read_text() if self._log.exists() else ""


def children_of(parent: int) -> list[int]:
    """Return the ids of the processes that ``parent`` started."""
    lines = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.splitlines()
    pairs = [line.split() for line in lines]
    return [int(pid) for pid, parent_id in pairs if int(parent_id) == parent]


def is_alive(pid: int) -> bool:
    """Return whether the process runs. A zombie does not count."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def assert_ended(pids: list[int], seconds: float = 15) -> None:
    """Wait until none of the processes runs."""
    deadline = time.monotonic() + seconds
    while (alive := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive, f"still running: {alive}"


class Person:
    """A person with an account who uses the API."""

    def __init__(self, url: str, name: str, token: str) -> None:
        self.url = url
        self.name = name
        self.token = token
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def registered(cls, url: str, name: str | None = None, password: str = "correct horse") -> Self:
        """Register a new person with 500 coins."""
        name = name or f"person-{os.urandom(6).hex()}"
        body = {"name": name, "email": f"{name}@example.org", "password": password}
        answer = requests.post(f"{url}/api/auth/register", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return cls(url, name, answer.json()["access_token"])

    def get(self, path: str) -> requests.Response:
        """Send a GET request with the token."""
        return self.http.get(self.url + path, timeout=30)

    def balance(self) -> int:
        """Return the person's balance in coins."""
        return int(self.get("/api/auth/balance").json()["balance"])

    def submit(
        self, content: bytes, model: str = "lasso", name: str = "patients.csv", key: str | None = None
    ) -> requests.Response:
        """Submit ``content`` as a form's file, with ``key`` as Idempotency-Key if it is not None."""
        address = f"{self.url}/api/predict/{model}"
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.http.post(address, files={"file": (name, content, "text/csv")}, headers=headers, timeout=30)

    def finished(self, prediction_id: str, seconds: float = 60) -> dict[str, object]:
        """Wait until the prediction has ended and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            prediction: dict[str, object] = self.get(f"/api/predict/{prediction_id}").json()
            if prediction["is_finished"]:
                return prediction
            time.sleep(0.02)
        raise AssertionError(f"prediction {prediction_id} did not end: {prediction}")

    def predicted(self, content: bytes) -> list[dict[str, object]]:
        """Submit ``content`` and return all rows of its result."""
        accepted = self.submit(content)
        assert accepted.status_code == 202, accepted.text
        prediction_id = accepted.json()["prediction_id"]
        prediction = self.finished(prediction_id)
        assert prediction["is_success"], prediction
        rows: list[dict[str, object]] = []
        offset: int | None = 0
        while offset is not None:
            page = self.get(f"/api/predict/{prediction_id}/rows?offset={offset}").json()
            rows += page["rows"]
            offset = page["next_offset"]
        return rows


def assert_problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """Check that ``answer`` is a problem document with this status and code, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"].endswith((".", "?"))
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    return problem
