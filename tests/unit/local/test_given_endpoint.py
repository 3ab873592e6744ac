"""An endpoint that runs already: the integration tests write there."""

from pathlib import Path

import pytest

from tests.support.emulators import endpoint_environment


def environment(tmp_path: Path, **given: str) -> dict[str, str]:
    return endpoint_environment(tmp_path, given)


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "http://localhost:4566", "http://[::1]:4566"])
def test_an_endpoint_of_this_machine_serves_everything(tmp_path: Path, url: str) -> None:
    found = environment(tmp_path, TEST_ENDPOINT_URL=url)

    assert (found["AWS_ENDPOINT_URL"], found["AWS_ENDPOINT_URL_DYNAMODB"]) == (url, url)


def test_dynamodb_may_be_served_elsewhere(tmp_path: Path) -> None:
    tables = "http://127.0.0.1:8000"

    found = environment(tmp_path, TEST_ENDPOINT_URL="http://127.0.0.1:5000", TEST_ENDPOINT_URL_DYNAMODB=tables)

    assert found["AWS_ENDPOINT_URL_DYNAMODB"] == tables


@pytest.mark.parametrize(
    "url",
    ["https://sqs.eu-central-1.amazonaws.com", "http://10.0.0.1:4566", "http://127.0.0.1.example.org", "localhost"],
)
def test_another_machine_is_refused_unless_it_is_meant(tmp_path: Path, url: str) -> None:
    here = "http://127.0.0.1:5000"

    with pytest.raises(ValueError, match="TEST_ENDPOINT_REMOTE=yes"):
        environment(tmp_path, TEST_ENDPOINT_URL=url)
    with pytest.raises(ValueError, match="TEST_ENDPOINT_REMOTE=yes"):
        environment(tmp_path, TEST_ENDPOINT_URL=here, TEST_ENDPOINT_URL_DYNAMODB=url)

    assert environment(tmp_path, TEST_ENDPOINT_URL=url, TEST_ENDPOINT_REMOTE="yes")["AWS_ENDPOINT_URL"] == url


def test_the_persons_own_keys_never_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the person")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the person")

    found = environment(tmp_path, TEST_ENDPOINT_URL="http://127.0.0.1:5000")

    assert found["AWS_ACCESS_KEY_ID"] == found["AWS_SECRET_ACCESS_KEY"] == "test"
    assert "AWS_SESSION_TOKEN" not in found
