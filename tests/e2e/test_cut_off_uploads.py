"""An upload that ends before its end is no upload, and one that never ends stops nobody else."""

import contextlib
import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.stack import SAMPLES, Person

SAMPLE = (SAMPLES / "patients-10.csv").read_bytes()


def send(person: Person, head: str, body: bytes, *, cut_off: bool) -> bytes:
    """Send a request and read what is answered; ``cut_off`` says that no more comes."""
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
def test_a_file_that_is_cut_off_is_neither_charged_nor_predicted(person: Person, head: str, body: bytes) -> None:
    answer = send(person, head, body, cut_off=True)

    time.sleep(0.5)  # nobody may be there any more to read an answer
    assert b" 202 " not in answer
    assert person.balance() == 500
    assert person.get("/api/predict").json()["predictions"] == []


def test_the_same_file_whole_is_taken(person: Person) -> None:
    assert b" 202 " in send(person, f"Content-Length: {len(SAMPLE)}", SAMPLE, cut_off=False)


def test_a_body_in_chunks_is_told_to_come_with_its_length(person: Person) -> None:
    """API Gateway takes it."""
    answer = send(person, "Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (len(SAMPLE), SAMPLE), cut_off=False)

    assert b" 411 " in answer
    assert b"Send Content-Length" in answer
    assert person.balance() == 500


def test_unfinished_bodies_stop_nobody_else(person: Person) -> None:
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


def test_long_answers_come_compressed_to_who_takes_that(person: Person) -> None:
    plain = requests.get(f"{person.url}/api/models", headers={"Accept-Encoding": "identity"}, timeout=10)
    packed = requests.get(f"{person.url}/api/models", headers={"Accept-Encoding": "gzip"}, timeout=10)

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
