"""Caching of the page's files: a release invalidates every file without a content hash in its name."""

from fnmatch import fnmatch

import pytest

from deploy.page import _UNHASHED_PATHS, cache_control


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("index.html", "no-cache"),
        ("config.json", "no-cache"),
        ("docs/index.html", "no-cache"),
        ("docs/docs.js", "no-cache"),
        ("docs/swagger-ui-bundle.js", "no-cache"),
        ("assets/index-B591Y4oW.js", "public, max-age=31536000, immutable"),
        ("samples/patients-10.csv", "public, max-age=3600"),
        ("example/example-lasso/rows.json", "public, max-age=3600"),
    ],
)
def test_only_files_with_a_hash_in_their_name_are_immutable(name: str, header: str) -> None:
    assert cache_control(name) == header
    is_invalidated = any(fnmatch(f"/{name}", pattern) for pattern in _UNHASHED_PATHS)
    assert is_invalidated == ("immutable" not in header)


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/"])
def test_a_release_invalidates_the_paths_of_the_pages(path: str) -> None:
    assert any(fnmatch(path, pattern) for pattern in _UNHASHED_PATHS)
