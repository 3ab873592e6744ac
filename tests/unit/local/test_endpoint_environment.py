"""The integration tests' environment for an endpoint that already runs."""

from pathlib import Path

import pytest

from tests.support.emulators import endpoint_environment


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    return endpoint_environment(tmp_path, variables)


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "http://localhost:4566", "http://[::1]:4566"])
def test_one_endpoint_on_this_machine_serves_all_services(tmp_path: Path, url: str) -> None:
    variables = environment(tmp_path, TEST_ENDPOINT_URL=url)

    assert (variables["AWS_ENDPOINT_URL"], variables["AWS_ENDPOINT_URL_DYNAMODB"]) == (url, url)


def test_dynamodb_may_have_its_own_endpoint(tmp_path: Path) -> None:
    dynamodb = "http://127.0.0.1:8000"

    variables = environment(tmp_path, TEST_ENDPOINT_URL="http://127.0.0.1:5000", TEST_ENDPOINT_URL_DYNAMODB=dynamodb)

    assert variables["AWS_ENDPOINT_URL_DYNAMODB"] == dynamodb


@pytest.mark.parametrize(
    "url",
    ["https://sqs.eu-central-1.amazonaws.com", "http://10.0.0.1:4566", "http://127.0.0.1.example.org", "localhost"],
)
def test_another_machine_is_refused_without_a_confirmation(tmp_path: Path, url: str) -> None:
    local = "http://127.0.0.1:5000"

    with pytest.raises(ValueError, match="TEST_ENDPOINT_REMOTE=yes"):
        environment(tmp_path, TEST_ENDPOINT_URL=url)
    with pytest.raises(ValueError, match="TEST_ENDPOINT_REMOTE=yes"):
        environment(tmp_path, TEST_ENDPOINT_URL=local, TEST_ENDPOINT_URL_DYNAMODB=url)

    assert environment(tmp_path, TEST_ENDPOINT_URL=url, TEST_ENDPOINT_REMOTE="yes")["AWS_ENDPOINT_URL"] == url


def test_the_person_s_own_keys_are_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the person")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the person")

    variables = environment(tmp_path, TEST_ENDPOINT_URL="http://127.0.0.1:5000")

    assert variables["AWS_ACCESS_KEY_ID"] == variables["AWS_SECRET_ACCESS_KEY"] == "test"
    assert "AWS_SESSION_TOKEN" not in variables
