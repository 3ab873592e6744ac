"""Find free ports on this machine, and wait until a server answers on one."""

import http.client
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """Return a port of ``host`` on which nothing listens at the moment."""
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def bind_error(host: str, port: int) -> OSError | None:
    """Return the error of an attempt to bind ``port`` on ``host``, or None if it succeeds."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def wait_until_answered(url: str, is_wanted: Callable[[], bool], seconds: float = 30) -> bool:
    """Return whether ``url`` answers within ``seconds``. Stop waiting when ``is_wanted`` returns False.

    Any status below 500 counts as an answer. A connection alone does not count, because the guard's port accepts
    connections before dynoxide runs.
    """
    parts, deadline = urlsplit(url), time.monotonic() + seconds
    while is_wanted() and time.monotonic() < deadline:
        connection = http.client.HTTPConnection(parts.netloc, timeout=2)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", parts.path or "/")
            if connection.getresponse().status < 500:
                return True
        time.sleep(0.03)
    return False
