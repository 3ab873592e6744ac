"""How long the page's files are kept: what has no hash in its name is asked for again, and forgotten by a release."""

from fnmatch import fnmatch

import pytest

from deploy.page import _CHANGED, cache_control


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("index.html", "no-cache"),
        ("config.json", "no-cache"),
        ("docs/index.html", "no-cache"),
        ("docs/docs.js", "no-cache"),
        ("docs/swagger-ui-bundle.js", "no-cache"),
        ("assets/index-B591Y4oW.js", "public, max-age=31536000, immutable"),
        ("samples/patients-10.csv", "public, max-age=3600"),
    ],
)
def test_only_a_name_with_a_hash_is_kept_for_good(name: str, kept: str) -> None:
    assert cache_control(name) == kept
    is_forgotten = any(fnmatch(f"/{name}", pattern) for pattern in _CHANGED)
    assert is_forgotten == ("immutable" not in kept)


@pytest.mark.parametrize("address", ["/", "/docs", "/docs/"])
def test_a_release_makes_the_edge_forget_the_addresses_of_the_pages(address: str) -> None:
    assert any(fnmatch(address, pattern) for pattern in _CHANGED)
