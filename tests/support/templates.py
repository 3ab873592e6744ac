"""Reading a packaged template: its resources, and what each function's role grants."""

import json
import re
from collections.abc import Iterator
from typing import Any

Template = dict[str, Any]


def properties(template: Template, logical_id: str) -> dict[str, Any]:
    found: dict[str, Any] = template["Resources"][logical_id]["Properties"]
    return found


def of_type(template: Template, *types: str) -> dict[str, dict[str, Any]]:
    return {name: each for name, each in template["Resources"].items() if each["Type"] in types}


def role_of(template: Template, function: str) -> str:
    role, attribute = properties(template, function)["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    return str(role)


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    policies = properties(template, role_of(template, function))["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def granted(template: Template, function: str, logical_id: str) -> set[str]:
    """The actions that the function may take on anything of the resource."""
    # Its ARN or its name: ["Logins", "Arn"], "${Logins.Arn}/...", "Logins".
    named = re.compile(rf'["{{]{logical_id}["}}.]')
    return {
        action
        for statement in statements(template, function)
        if named.search(json.dumps(statement["Resource"]))
        for action in statement["Action"]
    }


def touched(template: Template, function: str) -> set[str]:
    """The logical ids of everything that the function may do anything with."""
    named = [resolved(each["Resource"]) for each in statements(template, function)]
    return {found for each in named for found in re.findall(r"<(\w+)", each)}


def all_statements(node: Any) -> Iterator[dict[str, Any]]:
    """Every policy statement of the template, wherever it stands."""
    if isinstance(node, dict):
        yield from node.get("Statement", [])
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from all_statements(each)


def resolved(node: Any, **values: str) -> Any:
    """``node`` with every intrinsic function as a text: of ``values`` what they hold, ``<Name>`` of the rest."""
    if isinstance(node, list):
        return [resolved(each, **values) for each in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Ref"}:
        return values.get(node["Ref"], f"<{node['Ref']}>")
    if set(node) == {"Fn::GetAtt"}:
        return f"<{'.'.join(node['Fn::GetAtt'])}>"
    if set(node) == {"Fn::Sub"}:
        return re.sub(r"\$\{([\w.:]+)\}", lambda found: values.get(found[1], f"<{found[1]}>"), node["Fn::Sub"])
    return {name: resolved(value, **values) for name, value in node.items()}
