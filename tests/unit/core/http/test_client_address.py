from typing import Any, cast

import pytest
from chalice.app import CaseInsensitiveMapping, Request

from chalicelib.core.http.client_address import ClientAddresses, network

SECRET = "what CloudFront alone knows"


class Asked:
    """A request of API Gateway, as far as it matters here."""

    def __init__(self, source: str, **headers: str) -> None:
        self.headers = CaseInsensitiveMapping({name.replace("_", "-"): value for name, value in headers.items()})
        self.context: dict[str, Any] = {"identity": {"sourceIp": source}}


def address(client_addresses: ClientAddresses, source: str = "192.0.2.9", **headers: str) -> str:
    return client_addresses.of(cast("Request", Asked(source, **headers)))


@pytest.fixture
def client_addresses() -> ClientAddresses:
    return ClientAddresses(SECRET.__eq__)


def test_cloudfront_s_word_on_the_address_is_taken(client_addresses: ClientAddresses) -> None:
    assert address(client_addresses, x_viewer_address="198.51.100.7", x_origin_secret=SECRET) == "198.51.100.7"


@pytest.mark.parametrize("shown", ["", "wrong", SECRET[:-1], SECRET + "x", "секрет"])
def test_row_8_an_address_that_anybody_may_have_written_is_not_believed(
    client_addresses: ClientAddresses, shown: str
) -> None:
    headers = {"x_origin_secret": shown} if shown else {}
    assert address(client_addresses, x_viewer_address="198.51.100.7", **headers) == "192.0.2.9"


def test_row_8_where_there_is_no_cloudfront_no_header_is_believed() -> None:
    assert address(ClientAddresses(None), x_viewer_address="198.51.100.7", x_origin_secret=SECRET) == "192.0.2.9"


def test_nobody_is_asked_for_the_secret_before_a_request_shows_one() -> None:
    asked: list[str] = []

    def is_cloudfronts(shown: str) -> bool:
        asked.append(shown)
        return True

    client_addresses = ClientAddresses(is_cloudfronts)
    address(client_addresses, x_origin_secret=SECRET)
    address(client_addresses, x_viewer_address="198.51.100.7")
    assert asked == []
    address(client_addresses, x_viewer_address="198.51.100.7", x_origin_secret=SECRET)
    assert asked == [SECRET]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("2001:DB8:1:2::1", "2001:0db8:0001:0002::2"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::1"),
    ],
)
def test_addresses_of_one_person_are_one(one: str, other: str) -> None:
    assert network(one) == network(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("198.51.100.7", "198.51.100.8"),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8"),
        ("test-invoke-source-ip", "198.51.100.7"),
    ],
)
def test_addresses_of_two_people_are_two(one: str, other: str) -> None:
    assert network(one) != network(other)
