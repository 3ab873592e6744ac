"""A plugin of every run of pytest: at its end, whatever was logged meanwhile is searched for what names anybody.

What services that run inside the tests log is copied to a file; processes of a test write theirs somewhere in its
temporary folders, as do the emulators.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.observability.json_lines import JsonLines
from tests.support.leaks import leaks_under


class _Copy(logging.Filter):
    """Writes every line as Lambda would. No handler: those are replaced by ``configure`` and by tests."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("a", buffering=1, encoding="utf-8")
        self._lines = JsonLines()

    def filter(self, record: logging.LogRecord) -> bool:
        self._file.write(self._lines.format(record) + "\n")
        return True

    def close(self) -> None:
        self._file.close()


def copy_lines_to(path: Path) -> _Copy:
    """From now on ``path`` gets every line that this process logs, at the level of production."""
    logger, copy = logging.getLogger("lifespan"), _Copy(path)
    logger.setLevel(logging.INFO)
    logger.addFilter(copy)
    return copy


@pytest.fixture(scope="session", autouse=True)
def every_log_is_searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests: neither the services' logs nor those of stacks and emulators hold anything of anybody."""
    folder = tmp_path_factory.getbasetemp()
    copy = copy_lines_to(folder / "services.log")
    yield
    logging.getLogger("lifespan").removeFilter(copy)
    copy.close()
    found = leaks_under(folder)
    assert not found, "\n".join(found)
