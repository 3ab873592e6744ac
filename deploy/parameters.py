"""Check the parameters of a stack before anything is uploaded."""

import re
from collections.abc import Mapping
from typing import Any

from deploy.steps import RefusedError


def require_valid(template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
    """Raise ``RefusedError`` if ``template`` does not accept one of ``parameters``, as CloudFormation would.

    CloudFormation alone checks the template's rules, because they also need the parameters that the stack keeps.
    """
    for name, value in parameters.items():
        if reason := _reason_to_refuse(template["Parameters"][name], value):
            raise RefusedError(f"{name} can't be {value!r}: it {reason}.")


def _reason_to_refuse(declared: Mapping[str, Any], value: str) -> str | None:
    if declared["Type"] == "Number":
        lowest, highest = declared["MinValue"], declared.get("MaxValue")
        is_valid = re.fullmatch("[0-9]+", value) and lowest <= int(value) <= (highest or int(value))
        range_text = f"from {lowest} to {highest}" if highest else f"of at least {lowest}"
        return None if is_valid else f"must be a whole number {range_text}"
    pattern = declared.get("AllowedPattern", ".*")
    return None if re.fullmatch(pattern, value) else str(declared["ConstraintDescription"])
