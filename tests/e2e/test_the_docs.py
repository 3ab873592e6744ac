"""The commands in README.md and docs/api.md work as written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from local.gateway import docs_headers
from tests.support.docs import blocks
from tests.support.stack import ROOT, RunningStack

ADDRESS = "http://127.0.0.1:7999"


def snippets(page: str, language: str) -> str:
    """Return all code blocks of ``language`` in order, as one script."""
    return "\n".join(blocks(page, language))


def run_shell(stack: RunningStack, script: str, folder: Path) -> tuple[str, list[str]]:
    """Return the script's output, and the status of every answer to its curl commands."""
    (folder / ".curlrc").write_text('write-out = "%{stderr}%{http_code}\\n"\n')
    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(ADDRESS, stack.url)],
        cwd=ROOT, env={**os.environ, "CURL_HOME": str(folder)}, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout, re.findall(r"^\d{3}$", ended.stderr, re.MULTILINE)


def test_the_readme_s_commands_all_succeed(stack: RunningStack, tmp_path: Path) -> None:
    script = snippets("README.md", "sh")

    output, statuses = run_shell(stack, script, tmp_path)

    assert len(statuses) >= script.count("curl ")
    assert {status[0] for status in statuses} == {"2"}
    assert '{"balance":500}' in output


def test_the_curl_examples_give_the_documented_answers(stack: RunningStack, tmp_path: Path) -> None:
    output, statuses = run_shell(stack, snippets("docs/api.md", "sh"), tmp_path)

    lines = output.splitlines()
    assert [status for status in statuses if status >= "300"] == ["422"] * 3
    assert {"500", "True", "False", "400", "succeeded", "10", "invalid_input", "column_missing"} <= set(lines)


def test_the_python_examples_give_the_documented_answers(stack: RunningStack) -> None:
    script = snippets("docs/api.md", "python").replace(ADDRESS, stack.url)

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["1", "2"]
    assert float(lines[2]) == float(lines[0].split()[1])
    assert lines[3] == "422 invalid_rows"
    assert lines[4].startswith("1 Albumin 26 ")
    assert lines[5] == "20"


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_every_curl_command_is_in_a_tested_block(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    outside = re.sub(r"^```(sh|python)\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert "curl -" not in outside


def test_the_api_s_page_has_its_own_security_policy_and_only_the_files_it_needs(stack: RunningStack) -> None:
    page = requests.get(f"{stack.url}/docs", timeout=10)

    assert page.url == f"{stack.url}/docs/"
    assert page.headers["Content-Security-Policy"] == docs_headers()["Content-Security-Policy"]
    files = re.findall(r'(?:src|href)="([^".][^"]*)"', page.text)
    assert sorted(files) == ["docs.css", "docs.js", "swagger-ui-bundle.js", "swagger-ui.css"]
    for name in files:
        file = requests.get(f"{stack.url}/docs/{name}", timeout=10)
        assert file.status_code == 200
        assert "sourceMappingURL" not in file.text
        assert "scarf" not in file.text
