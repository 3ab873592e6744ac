import sys
from typing import Any

import pytest

from admin import __main__ as admin
from admin.stage import Stage
from chalicelib.core import aws
from local.provision import OPERATOR_QUEUES, STACK
from tests.unit.support import RunCommand, World


class StageOf(Stage):
    """The world as a stage."""

    def __init__(self, world: World, name: str) -> None:
        known = {key.upper(): value for key, value in world.settings.model_dump(exclude_none=True).items()}
        queues = {
            variable: aws.sqs().get_queue_url(QueueName=f"{STACK}-{queue}")["QueueUrl"]
            for variable, queue in OPERATOR_QUEUES.items()
        }
        super().__init__(name, known | queues)
        self.__dict__["services"] = world  # where the property keeps it


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    def run(*arguments: str, on: World = world, answer: str | None = None) -> tuple[int, str, str]:
        def asked(prompt: str) -> str:
            print(prompt)
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("builtins.input", asked)
        monkeypatch.setattr(admin, "stage_of", lambda name, _data_dir: StageOf(on, name))
        monkeypatch.setattr(sys, "argv", ["admin", *arguments])
        try:
            code = admin.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said: Any = capsys.readouterr()
        return code, said.out, said.err

    return run
