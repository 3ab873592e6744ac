"""A proxy on loopback to the emulator's CloudFront. It adds the headers that a browser's TLS and DNS would give.

It also caches errors as CloudFront does, which the emulator does not.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import requests

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "date", "server"}
_ERROR_SECONDS = 10
"""How long CloudFront caches an error if the distribution does not say it."""


class _ErrorCache:
    """Errors by path, without query and headers: the page's and the API's cache key holds none of them.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
    """

    def __init__(self, domain: Callable[[], str]) -> None:
        self._cloudfront = boto3.client("cloudfront")
        self._domain = domain
        self._answers: dict[str, tuple[float, requests.Response]] = {}

    def get(self, path: str) -> requests.Response | None:
        until, answer = self._answers.get(path.partition("?")[0], (0.0, None))
        return answer if time.monotonic() < until else None

    def put(self, path: str, answer: requests.Response) -> None:
        # 400, 403 and 405 are cached only with max-age, which neither the page nor the API sends with them.
        if answer.status_code in {404, 414, 500, 501, 502, 503, 504}:
            self._answers[path.partition("?")[0]] = (time.monotonic() + self._seconds(answer.status_code), answer)

    def _seconds(self, status: int) -> float:
        distributions = self._cloudfront.list_distributions()["DistributionList"]["Items"]
        (name,) = (item["Id"] for item in distributions if item["DomainName"] == self._domain())
        config = self._cloudfront.get_distribution_config(Id=name)["DistributionConfig"]
        seconds = {
            error["ErrorCode"]: error.get("ErrorCachingMinTTL", _ERROR_SECONDS)
            for error in config.get("CustomErrorResponses", {}).get("Items", [])
        }
        return seconds.get(status, _ERROR_SECONDS)


@contextmanager
def cloudfront_proxy(emulator: str, domain: Callable[[], str]) -> Iterator[str]:
    """Run the proxy and yield its URL. ``domain`` returns the domain of the distribution, for each request."""

    errors = _ErrorCache(domain)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            headers |= {"Host": domain(), "X-Forwarded-Proto": "https"}
            answer = errors.get(self.path) if self.command == "GET" else None
            if answer is None:
                answer = requests.request(
                    self.command, emulator + self.path, data=body, headers=headers, timeout=120, allow_redirects=False
                )
            if self.command == "GET":
                errors.put(self.path, answer)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = forward  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
