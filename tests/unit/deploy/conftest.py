"""AWS as a script: the answer to each operation. It records every call."""

from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:user/anna"


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    region: str
    parameters: dict[str, Any]


@dataclass
class ScriptedAws:
    """Answers by operation: a response, the code of an error, or a list of these, one for each call."""

    answers: dict[str, Any] = field(
        default_factory=lambda: {"GetCallerIdentity": {"Account": ACCOUNT, "Arn": ARN, "UserId": "anna"}}
    )
    calls: list[Call] = field(default_factory=list)

    def answer(self, client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        model = client.meta.service_model.operation_model(operation)
        if model.input_shape:
            validate_parameters(parameters, model.input_shape)
        self.calls.append(Call(client.meta.service_model.service_name, operation, client.meta.region_name, parameters))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": answer}}, operation)
        return answer

    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]

    def parameters(self, operation: str) -> dict[str, Any]:
        """Return the parameters of the only call of the operation."""
        (parameters,) = (call.parameters for call in self.calls if call.operation == operation)
        return parameters


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> ScriptedAws:
    script = ScriptedAws()

    def answer(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return script.answer(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return script
