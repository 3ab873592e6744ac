from typing import Any, cast

import pytest
from chalice.app import CaseInsensitiveMapping, Request

from chalicelib.core.http.client_address import ClientAddresses, network

SECRET = "the secret that CloudFront sends"


class FakeRequest:
    """The headers and the source address of a request."""

    def __init__(self, source: str, **headers: str) -> None:
        self.headers = CaseInsensitiveMapping({name.replace("_", "-"): value for name, value in headers.items()})
        self.context: dict[str, Any] = {"identity": {"sourceIp": source}}


def address(client_addresses: ClientAddresses, source: str = "192.0.2.9", **headers: str) -> str:
    return client_addresses.of(cast("Request", FakeRequest(source, **headers)))


@pytest.fixture
def client_addresses() -> ClientAddresses:
    return ClientAddresses(SECRET.__eq__)


def test_the_viewer_address_is_trusted_with_cloudfront_s_secret(client_addresses: ClientAddresses) -> None:
    assert address(client_addresses, x_viewer_address="198.51.100.7", x_origin_secret=SECRET) == "198.51.100.7"


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", "секрет"])
def test_row_8_a_viewer_address_without_the_secret_is_not_trusted(
    client_addresses: ClientAddresses, secret: str
) -> None:
    headers = {"x_origin_secret": secret} if secret else {}
    assert address(client_addresses, x_viewer_address="198.51.100.7", **headers) == "192.0.2.9"


def test_row_8_without_cloudfront_no_viewer_address_is_trusted() -> None:
    assert address(ClientAddresses(None), x_viewer_address="198.51.100.7", x_origin_secret=SECRET) == "192.0.2.9"


def test_the_secret_is_checked_only_if_a_request_has_both_headers() -> None:
    checked: list[str] = []

    def is_origin_secret(secret: str) -> bool:
        checked.append(secret)
        return True

    client_addresses = ClientAddresses(is_origin_secret)
    address(client_addresses, x_origin_secret=SECRET)
    address(client_addresses, x_viewer_address="198.51.100.7")
    assert checked == []
    address(client_addresses, x_viewer_address="198.51.100.7", x_origin_secret=SECRET)
    assert checked == [SECRET]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("2001:DB8:1:2::1", "2001:0db8:0001:0002::2"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        (" 198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::1"),
    ],
)
def test_addresses_of_one_network_are_one_client(first: str, second: str) -> None:
    assert network(first) == network(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("198.51.100.7", "198.51.100.8"),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8"),
        ("test-invoke-source-ip", "198.51.100.7"),
    ],
)
def test_addresses_of_two_networks_are_two_clients(first: str, second: str) -> None:
    assert network(first) != network(second)
