"""Read a packaged template: its resources, and the rights of each function's role."""

import json
import re
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]


def properties(template: Template, logical_id: str) -> dict[str, Any]:
    resource_properties: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return resource_properties


def of_type(template: Template, *types: str) -> dict[str, dict[str, Any]]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] in types}


def role_of(template: Template, function: str) -> str:
    role, attribute = properties(template, function)["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(role)


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    policies = properties(template, role_of(template, function))["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def granted(template: Template, function: str, logical_id: str) -> set[str]:
    """Return the actions that the function's role allows on the resource or on parts of it."""
    # A statement names the resource's ARN or name: ["Logins", "Arn"], "${Logins.Arn}/...", "Logins".
    reference = re.compile(rf'["{{]{logical_id}["}}.]')
    return {
        action
        for statement in statements(template, function)
        if reference.search(json.dumps(statement["Resource"]))
        for action in statement["Action"]
    }


def touched(template: Template, function: str) -> set[str]:
    """Return the logical ids of all resources on which the function's role allows any action."""
    resources = [resolved(statement["Resource"]) for statement in statements(template, function)]
    return {logical_id for resource in resources for logical_id in re.findall(r"<(\w+)", resource)}


def all_statements(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every policy statement below ``node``."""
    if isinstance(node, dict):
        yield from node.get("Statement", [])
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from all_statements(child)


_NO_VALUE = {"Ref": "AWS::NoValue"}


def resolved(node: Any, **values: str) -> Any:
    """Return ``node`` with every intrinsic function replaced by text: the value in ``values``, else ``<Name>``.

    A condition holds if ``values`` names it.
    """
    node = _branch(node, values)
    if isinstance(node, list):
        return [resolved(child, **values) for child in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return values.get(node["Ref"], f"<{node['Ref']}>")
    if set(node) == {"Fn::GetAtt"}:
        return f"<{'.'.join(node['Fn::GetAtt'])}>"
    if set(node) == {"Fn::Sub"}:
        text, local = node["Fn::Sub"] if isinstance(node["Fn::Sub"], list) else (node["Fn::Sub"], {})
        known = values | resolved(local, **values)
        return re.sub(r"\$\{([\w.:]+)\}", lambda match: known.get(match[1], f"<{match[1]}>"), text)
    present = {name: child for name, child in node.items() if _branch(child, values) != _NO_VALUE}
    return {name: resolved(child, **values) for name, child in present.items()}


def _branch(node: Any, values: dict[str, str]) -> Any:
    """Return the branch that the condition of an Fn::If chooses, and any other node as it is."""
    if not (isinstance(node, dict) and set(node) == {"Fn::If"}):
        return node
    condition, if_true, if_false = node["Fn::If"]
    return _branch(if_true if condition in values else if_false, values)
