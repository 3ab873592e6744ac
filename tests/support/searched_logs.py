"""A pytest plugin for every run: at the end it searches all logs of the run for personal data.

It copies the log lines of services inside the test process to a file. Processes of tests and emulators write their logs
to pytest's temporary folders.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.observability.json_lines import JsonLines
from tests.support.leaks import leaks_under


class _Copy(logging.Filter):
    """Copies every line to a file, as Lambda would write it.

    It is a filter and not a handler, because ``configure`` and some tests replace the handlers.
    """

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
    """Copy every line that this process logs from now on to ``path``, at the log level of production."""
    logger, copy = logging.getLogger("lifespan"), _Copy(path)
    logger.setLevel(logging.INFO)
    logger.addFilter(copy)
    return copy


@pytest.fixture(scope="session", autouse=True)
def every_log_is_searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After all tests, check that no log of services, stacks and emulators holds personal data."""
    folder = tmp_path_factory.getbasetemp()
    copy = copy_lines_to(folder / "services.log")
    yield
    logging.getLogger("lifespan").removeFilter(copy)
    copy.close()
    sentences = leaks_under(folder)
    assert not sentences, "\n".join(sentences)
