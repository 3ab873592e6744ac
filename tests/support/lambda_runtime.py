"""Run a packaged zip as Lambda does: AWS's own runtime client, with a Runtime API on loopback.

The interpreter of `.venv-runtime` has only the packages of AWS's runtime, so a package that a zip lacks is missing.
The protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import queue
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, cast
from uuid import uuid4

from deploy.template import ROOT

PYTHON = ROOT / ".venv-runtime" / "bin" / "python"
LOOPBACK = "127.0.0.1"

_PREFIX = "/2018-06-01/runtime/"
_TIMEOUT_SECONDS = 300


class InvocationError(Exception):
    """The function raised or could not start. The text is the runtime's report."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of an invocation, and the seconds from the event to the answer."""

    payload: Any
    seconds: float


@dataclass(frozen=True, slots=True)
class _Report:
    """A report of the runtime: ready for the first event (payload None), an answer, or an error."""

    payload: Any
    at: float
    is_error: bool = False


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.events: queue.Queue[Any] = queue.Queue()
        self.reports: queue.Queue[_Report] = queue.Queue()
        self.handed_out_at = 0.0
        self.is_ready = False
        super().__init__((LOOPBACK, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Handle ``invocation/next``: wait for an event and return it."""
        server = cast("_Server", self.server)
        if not server.is_ready:
            server.is_ready = True
            server.reports.put(_Report(None, time.perf_counter()))
        event = server.events.get()
        body = json.dumps(event).encode()
        server.handed_out_at = time.perf_counter()
        self._answer(
            200,
            body,
            {
                "Lambda-Runtime-Aws-Request-Id": str(uuid4()),
                "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _TIMEOUT_SECONDS) * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:local",
            },
        )

    def do_POST(self) -> None:
        """Handle ``invocation/<id>/response``, ``invocation/<id>/error`` and ``init/error``."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        report = _Report(json.loads(body), time.perf_counter(), is_error=self.path.endswith("/error"))
        cast("_Server", self.server).reports.put(report)
        self._answer(202, b'{"status":"OK"}', {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing, so that only the function's output is shown."""


class RunningFunction:
    """A function's process. ``code`` is the folder of its unpacked zip, ``handler`` the template's name for it."""

    def __init__(self, code: Path, handler: str, environment: dict[str, str]) -> None:
        self._server = _Server()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._log = code.with_suffix(f".{handler}.log")
        started = time.perf_counter()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [PYTHON, "-m", "awslambdaric", handler],
                cwd=code,
                env=self._environment(code, handler) | environment,
                stdout=log,
                stderr=log,
            )
        try:
            self.start_seconds = self._report().at - started
        except InvocationError:
            self.stop()
            raise

    def _environment(self, code: Path, handler: str) -> dict[str, str]:
        """Return the environment that Lambda sets, without this process's own variables."""
        return {
            "AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{self._server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": handler.rpartition(".")[2],
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "LAMBDA_TASK_ROOT": str(code),
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's disk is read-only
            "TZ": ":UTC",
            "_HANDLER": handler,
        }

    def invoke(self, event: Any) -> Answer:
        """Pass ``event`` to the function and wait for its answer. Raises ``InvocationError``."""
        self._server.events.put(event)
        report = self._report()
        return Answer(report.payload, report.at - self._server.handed_out_at)

    def _report(self) -> _Report:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            try:
                report = self._server.reports.get(timeout=0.1)
            except queue.Empty:
                if self._process.poll() is not None:
                    raise InvocationError(f"the process ended:\n{self.output()}") from None
                continue
            if report.is_error:
                raise InvocationError(json.dumps(report.payload))
            return report
        raise InvocationError(f"no answer within {_TIMEOUT_SECONDS} s:\n{self.output()}")

    def output(self) -> str:
        """Return everything that the function's processes printed."""
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> int:
        """Kill the process. Return its peak memory in bytes."""
        self._server.shutdown()
        self._server.server_close()
        if self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGKILL)
        _, _, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = -signal.SIGKILL
        return usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
