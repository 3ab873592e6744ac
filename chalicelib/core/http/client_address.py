"""From which address a request comes, as far as that can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from chalice.app import Request

_IPV6_PREFIX = 64
"""What one customer gets at the least: whoever has one address of it has them all (RFC 6177)."""


class ClientAddresses:
    """Tells addresses. ``is_cloudfronts`` knows the secret that CloudFront adds to what it passes on.

    None: there is no CloudFront. It is asked only when a request shows one.
    """

    def __init__(self, is_cloudfronts: Callable[[str], bool] | None) -> None:
        self._is_cloudfronts = is_cloudfronts

    def of(self, request: Request) -> str:
        """The IPv4 address, or the /64 of an IPv6 one, that the request comes from.

        ``X-Viewer-Address`` counts only beside the secret: who calls API Gateway directly can write it too, and is
        known by the address that API Gateway saw.
        """
        claimed = request.headers.get("x-viewer-address", "")
        if claimed and self._came_through_cloudfront(request.headers.get("x-origin-secret", "")):
            return network(claimed)
        return network(request.context["identity"]["sourceIp"])

    def _came_through_cloudfront(self, shown: str) -> bool:
        return bool(shown) and self._is_cloudfronts is not None and self._is_cloudfronts(shown)


def network(address: str) -> str:
    """What of ``address`` is one and the same person's; a text that is no address as it is."""
    try:
        found = ipaddress.ip_address(address.strip())
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(found), _IPV6_PREFIX), strict=False))
        found = found.ipv4_mapped
    return str(found)
