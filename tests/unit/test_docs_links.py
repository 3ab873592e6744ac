"""The documentation: links work, the index lists every page, the README is short."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from tests.support.stack import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
SOURCE_FOLDERS = ("chalicelib", "training", "local", "admin", "deploy", "benchmarks", "tests")
SOURCES = sorted(
    [ROOT / "app.py", ROOT / "Makefile", ROOT / "pyproject.toml"]
    + [path for folder in SOURCE_FOLDERS for path in (ROOT / folder).rglob("*.py")]
    + [path for folder in ("src", "e2e", "tests") for path in (ROOT / "frontend" / folder).rglob("*.ts*")]
)

CODE_BLOCK = re.compile(r"^( *)(```|~~~).*?^\1\2 *$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^\s)>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#* *$", re.MULTILINE)
NAMED_ANCHOR = re.compile(r'<a id="([\w-]+)"></a>')
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:")
GENERATED_TABLE = re.compile(r"(?<=: written by make train -->\n).*?(?=<!-- end of )", re.DOTALL)
PAGE_IN_SOURCE = re.compile(r"\b(docs/[\w/-]+\.md|(?<![\w/-])(?:README|CONTRIBUTING|CHANGELOG|SECURITY)\.md)(#[\w-]+)?")


def links(text: str) -> list[str]:
    """Return the targets of a page's links, without those in code."""
    prose = CODE_SPAN.sub("", CODE_BLOCK.sub("", text))
    return LINK.findall(prose)


def slug(heading: str) -> str:
    """Return the anchor that GitHub makes of a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    kept = [c for c in text.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM"]
    return "".join(kept).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page. A heading that repeats gets a number: ``limits``, ``limits-1``.

    A heading that was renamed may keep its old anchor, for links from outside: ``<a id="limits"></a>``.
    """
    text = CODE_BLOCK.sub("", page.read_text("utf-8"))
    seen: dict[str, int] = {}
    page_anchors = set(NAMED_ANCHOR.findall(text))
    for heading in HEADING.findall(text):
        anchor = slug(heading)
        repeats = seen.get(anchor, 0)
        seen[anchor] = repeats + 1
        page_anchors.add(f"{anchor}-{repeats}" if repeats else anchor)
    return frozenset(page_anchors)


def broken(page: Path, targets: list[str]) -> list[str]:
    """Return the targets that do not exist. Targets are relative to ``page``."""
    missing = []
    for target in targets:
        if EXTERNAL.match(target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            missing.append(target)
    return missing


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_works(page: Path) -> None:
    assert broken(page, links(page.read_text("utf-8"))) == []


def test_every_page_that_the_code_names_exists() -> None:
    missing = {}
    for source in SOURCES:
        targets = ["".join(match) for match in PAGE_IN_SOURCE.findall(source.read_text("utf-8"))]
        if broken_targets := broken(ROOT / "README.md", targets):
            missing[name(source)] = broken_targets
    assert missing == {}


def test_the_index_lists_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in links(index.read_text("utf-8"))}
    pages = {page for page in PAGES if page.parent.name != "adr" and page not in {index, ROOT / "README.md"}}
    assert sorted(map(name, pages - listed)) == []


def test_the_readme_has_at_most_120_lines_besides_its_tables_of_models() -> None:
    written_by_hand = GENERATED_TABLE.sub("", (ROOT / "README.md").read_text("utf-8"))
    assert len(written_by_hand.splitlines()) <= 120


def test_a_link_to_a_missing_file_or_heading_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One `two` & three\n\n## Limits\n\n## Limits\n\n```\n# no heading\n```\n", "utf-8")
    good = ["#one-two--three", "page.md#limits", "#limits-1", "https://example.org/#x"]
    assert broken(page, good) == []
    bad = ["other.md", "#no-heading", "page.md#limits-2"]
    assert broken(page, bad) == bad
    assert links("a [b](c.md), ![d](e.png) `[f](g.md)`\n```\n[h](i.md)\n```\n") == ["c.md", "e.png"]
