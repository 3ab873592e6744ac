"""`make lint` finds retired names in the repository's files."""

from pathlib import Path

import pytest

from tests.lint import vocabulary

OLD, NEW = next(iter(vocabulary.replacements().items()))


def test_the_repository_has_no_retired_names() -> None:
    assert vocabulary.findings(vocabulary.ROOT) == []


@pytest.mark.parametrize("text", [OLD, f"see `{OLD}`.", f"x = {OLD}(1)"])
def test_a_retired_name_is_found_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "page.md").write_text(f"One line.\n{text}\n", "utf-8")

    assert vocabulary.findings(tmp_path) == [f"notes/page.md:2: {OLD} is now called {NEW}"]


def test_longer_words_and_binary_files_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(f"a{OLD} = {OLD}_2\n", "utf-8")
    (tmp_path / "image.png").write_bytes(b"\x89PNG" + OLD.encode())

    assert vocabulary.findings(tmp_path) == []


def test_the_list_the_changelog_and_the_decisions_may_use_retired_names(tmp_path: Path) -> None:
    for name in ("tests/lint/vocabulary.txt", "CHANGELOG.md", "docs/adr/0001.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(OLD, "utf-8")

    assert vocabulary.findings(tmp_path) == []
