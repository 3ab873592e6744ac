"""Error messages for wrong values of the variables of ``make run``."""

import sys

import pytest

import local.__main__ as command


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--port", "abc", "PORT: 'abc' is not a port from 0 to 65535."),
        ("--port", "-1", "PORT: '-1' is not a port from 0 to 65535."),
        ("--port", "", "PORT: '' is not a port from 0 to 65535."),
        ("--emulator-port", "65536", "EMULATOR_PORT: '65536' is not a port from 0 to 65535."),
        ("--workers", "0", "WORKERS: '0' is not a number of workers from 1 to 64."),
        ("--workers", "two", "WORKERS: 'two' is not a number of workers from 1 to 64."),
        ("--data-dir", "", "DATA_DIR: name a folder, such as .local."),
    ],
)
def test_a_wrong_value_prints_one_sentence_that_names_the_make_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, value: str, sentence: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["local", option, value])

    with pytest.raises(SystemExit) as ended:
        command.main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == sentence + "\n"
