import sys
from typing import Any

import pytest

from admin import __main__ as admin
from admin.stage import Stage
from chalicelib.core import aws
from local.provision import OPERATOR_QUEUES, STACK
from tests.unit.support import RunCommand, World


class StageOf(Stage):
    """The test world as a stage."""

    def __init__(self, world: World, name: str) -> None:
        known = {key.upper(): value for key, value in world.settings.model_dump(exclude_none=True).items()}
        queues = {
            variable: aws.sqs().get_queue_url(QueueName=f"{STACK}-{queue}")["QueueUrl"]
            for variable, queue in OPERATOR_QUEUES.items()
        }
        super().__init__(name, known | queues)
        self.__dict__["services"] = world  # where cached_property looks it up


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    def run(*arguments: str, on: World = world, answer: str | None = None) -> tuple[int, str, str]:
        def answer_prompt(prompt: str) -> str:
            print(prompt)
            if answer is None:
                raise EOFError
            return answer

        monkeypatch.setattr("builtins.input", answer_prompt)
        monkeypatch.setattr(admin, "stage_of", lambda name, *_: StageOf(on, name))
        monkeypatch.setattr(sys, "argv", ["admin", *arguments])
        try:
            code = admin.main()
        except SystemExit as error:
            code = int(error.code or 0)
        output: Any = capsys.readouterr()
        return code, output.out, output.err

    return run
