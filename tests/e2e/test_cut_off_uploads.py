"""Incomplete request bodies are neither charged nor predicted, and do not delay other requests."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.stack import SAMPLES, Person

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()


def send(person: Person, head: str, body: bytes, *, cut_off: bool) -> bytes:
    """Send a request and return the answer. ``cut_off``: close the sending side after ``body``."""
    address = urlsplit(person.url)
    with socket.create_connection((str(address.hostname), int(address.port or 80)), timeout=10) as connection:
        request = (
            f"POST /api/predict/lasso HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: text/csv\r\nConnection: close\r\n{head}\r\n\r\n"
        )
        connection.sendall(request.encode() + body)
        if cut_off:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65536):
            answer += more
    return answer


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"Content-Length: {len(SAMPLE)}", SAMPLE[:-2]),
        (f"Content-Length: {len(SAMPLE)}", SAMPLE[: SAMPLE.rindex(b"\n", 0, -1) + 1]),
        ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (len(SAMPLE) - 2, SAMPLE[:-2])),
    ],
    ids=["two bytes missing", "a patient missing", "chunks without an end"],
)
def test_an_incomplete_file_is_neither_charged_nor_predicted(person: Person, head: str, body: bytes) -> None:
    answer = send(person, head, body, cut_off=True)

    time.sleep(0.5)  # the server may handle the request after the connection is closed
    assert b" 202 " not in answer
    assert person.balance() == 500
    assert person.get("/api/predict").json()["predictions"] == []


def test_the_complete_file_is_accepted(person: Person) -> None:
    assert b" 202 " in send(person, f"Content-Length: {len(SAMPLE)}", SAMPLE, cut_off=False)


def test_a_chunked_body_is_refused_locally(person: Person) -> None:
    """API Gateway accepts chunked bodies; the local stack can't tell whether one is complete."""
    answer = send(person, "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(SAMPLE), SAMPLE), cut_off=False)

    assert b" 411 " in answer
    assert b"Send Content-Length" in answer
    assert person.balance() == 500


def test_unfinished_bodies_do_not_delay_other_requests(person: Person) -> None:
    address = urlsplit(person.url)
    with contextlib.ExitStack() as connections:
        for length in [100, len(SAMPLE), 1_000_000] * 16:
            unfinished = connections.enter_context(
                socket.create_connection((address.hostname, address.port), timeout=10)
            )
            head = f"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: {length}"
            unfinished.sendall(f"{head}\r\nContent-Type: application/json\r\n\r\n{{".encode())

        assert requests.get(f"{person.url}/api/health", timeout=10).status_code == 200
        assert requests.get(person.url, timeout=10).status_code == 200
        assert person.submit(SAMPLE).status_code == 202


def test_long_answers_are_compressed_if_the_client_accepts_gzip(person: Person) -> None:
    plain = requests.get(f"{person.url}/api/models", headers={"Accept-Encoding": "identity"}, timeout=10)
    compressed = requests.get(f"{person.url}/api/models", headers={"Accept-Encoding": "gzip"}, timeout=10)

    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.json() == plain.json()
    assert int(compressed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
