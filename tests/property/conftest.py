import pytest

from tests.property.test_coins import STATISTICS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried."""
    if STATISTICS.steps:
        terminalreporter.write_line(str(STATISTICS))
