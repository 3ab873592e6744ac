"""The trustworthy client address of a request, by which rate limits count."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from chalice.app import Request

_IPV6_PREFIX = 64
"""The smallest network that a provider gives a customer (RFC 6177). Its addresses count as one client."""


class ClientAddresses:
    """Determines client addresses.

    ``is_origin_secret`` tells whether a text is the secret that CloudFront adds to every request. It is called only
    if a request has the header. None means that there is no CloudFront.
    """

    def __init__(self, is_origin_secret: Callable[[str], bool] | None) -> None:
        self._is_origin_secret = is_origin_secret

    def of(self, request: Request) -> str:
        """Return the IPv4 address, or the /64 network of the IPv6 address, from which the request comes.

        ``X-Viewer-Address`` is trusted only together with CloudFront's secret, because clients that call API Gateway
        directly can send it too. Their address is the one that API Gateway reports.
        """
        claimed = request.headers.get("x-viewer-address", "")
        if claimed and self._came_through_cloudfront(request.headers.get("x-origin-secret", "")):
            return network(claimed)
        return network(request.context["identity"]["sourceIp"])

    def _came_through_cloudfront(self, secret: str) -> bool:
        return bool(secret) and self._is_origin_secret is not None and self._is_origin_secret(secret)


def network(text: str) -> str:
    """Return an IPv4 address as it is, an IPv6 address as its /64 network, and any other text unchanged."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))
        address = address.ipv4_mapped
    return str(address)
