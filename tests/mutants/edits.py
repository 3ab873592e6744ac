"""Mutations: edits of a syntax tree or of a parsed document, which are located by a pattern of the code.

The target is the imported function, class or module, or the path of another file. Moving or reformatting the code needs
no change of a mutation, and mypy reports the mutations that a rename has broken.

A pattern is Python code. ``_`` in it matches any expression. So do ``_1``, ``_2`` and so on, and the replacement can
use what they matched. ``...`` alone matches any arguments, elements or statements. A function or class as a pattern
matches a call of it. A pattern must match exactly once, unless ``of`` gives the number of matches and ``nth`` the one
to change.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from local.provision import parsed_template

ROOT = Path(__file__).resolve().parents[2]

type Target = Callable[..., object] | ModuleType | Path
type Edit = Callable[[Any], None]
type Pattern = str | Callable[..., object]


class EditError(Exception):
    """An edit does not fit its target."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way to break a rule: ``edits`` change ``target``, and then the pytest test ``test`` must fail."""

    name: str
    target: Target
    edits: Edit | tuple[Edit, ...]
    test: str

    @property
    def path(self) -> Path:
        """The changed file, relative to the checkout."""
        if isinstance(self.target, Path):
            return self.target
        module = self.target if isinstance(self.target, ModuleType) else sys.modules[self.target.__module__]
        return Path(str(module.__file__)).relative_to(ROOT)

    def applied(self, text: str) -> str:
        """Return the mutant of ``text``, the content of the file.

        Raises
        ------
        EditError
            An edit does not match the file exactly once.
        """
        tree = node = parse(self.path, text)
        if not isinstance(self.target, Path | ModuleType):
            for name in self.target.__qualname__.split("."):
                node = _definition(node, name)
        try:
            for edit in self.edits if isinstance(self.edits, tuple) else (self.edits,):
                edit(node)
        except EditError as error:
            raise EditError(f"{self.name}: {error} in {getattr(self.target, '__qualname__', self.path)}") from error
        return unparse(tree)


def parse(path: Path, text: str) -> Any:
    """Return the syntax tree of a Python file, the content of a JSON or YAML file, or the lines of another file."""
    match path.suffix:
        case ".py":
            return ast.parse(text)
        case ".json" | ".yaml":
            return parsed_template(text)
        case _:
            return text.splitlines()


def unparse(tree: Any) -> str:
    """Return the text of a tree that ``parse`` returned. Comments are lost."""
    if isinstance(tree, ast.AST):
        return ast.unparse(tree) + "\n"
    return "\n".join([*tree, ""]) if isinstance(tree, list) else json.dumps(tree, indent=2)


def replace(pattern: Pattern, new: str, *, nth: int = 1, of: int = 1) -> Edit:
    """Replace the match of ``pattern``: an expression by an expression, or a statement by statements."""
    parsed, statements = _parse_pattern(pattern), ast.parse(new).body

    def edit(tree: Any) -> None:
        place = _find(tree, lambda place: _matches(parsed, place.value, {}), nth, of)
        wildcards: dict[str, ast.expr] = {}
        _matches(parsed, place.value, wildcards)
        filled = [_Filler(wildcards).visit(deepcopy(statement)) for statement in statements]
        if isinstance(place.value, ast.stmt):
            place.holder[place.key : place.key + 1] = filled
        else:
            (place.holder[place.key],) = (statement.value for statement in filled)

    return edit


def remove(pattern: Pattern, *, nth: int = 1, of: int = 1) -> Edit:
    """Remove the smallest statement, operand, argument, element or dictionary entry that contains the match."""
    parsed = _parse_pattern(pattern)

    def edit(tree: Any) -> None:
        member = _find(tree, lambda place: _matches(parsed, place.value, {}), nth, of).member
        if isinstance(member.value, ast.stmt):
            member.holder[member.key] = ast.Pass()
            return
        if isinstance(member.owner, ast.Dict):
            member.owner.keys.pop(member.key)
        member.holder.pop(member.key)

    return edit


def never(error: Callable[..., object], *, nth: int = 1, of: int = 1) -> Edit:
    """Make the condition false under which ``error``, or the exception that it returns, is raised."""

    def raises(place: Place) -> bool:
        body = place.value.body if isinstance(place.value, ast.If) else []
        return any(isinstance(statement, ast.Raise) and _name(statement.exc) == error.__name__ for statement in body)

    def edit(tree: Any) -> None:
        _find(tree, raises, nth, of).value.test = ast.Constant(value=False)

    return edit


def in_text(old: str, new: str) -> Edit:
    """Replace the text ``old``, which must occur once in the target's strings, without docstrings, or in its lines."""

    def contains_old(place: Place) -> bool:
        return place.is_text and old in place.value

    def edit(tree: Any) -> None:
        place = _find(tree, contains_old)
        if place.value.count(old) > 1:
            raise EditError(f"{old!r} occurs {place.value.count(old)} times instead of once")
        place.holder[place.key] = place.value.replace(old, new)

    return edit


def at(*steps: str, to: object) -> Edit:
    """Set the value at the path ``steps`` of a document. In a list of policy statements, a step is a Sid."""

    def edit(document: Any) -> None:
        for step in steps:
            holder = {item["Sid"]: item for item in document} if isinstance(document, list) else document
            if step not in holder:
                raise EditError(f"there is no {'/'.join(steps)}")
            document = holder[step]
        holder[steps[-1]] = to

    return edit


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a value: ``holder[key]``, in the node ``owner``, inside the list member ``around``."""

    holder: Any
    key: Any
    owner: ast.AST | None
    around: Place | None

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    @property
    def member(self) -> Place:
        """The smallest list member that contains the value."""
        return self if self.around is None or isinstance(self.holder, list) else self.around

    @property
    def is_text(self) -> bool:
        """Whether the value is a string and not a name."""
        return isinstance(self.value, str) and (self.owner is None or isinstance(self.owner, ast.Constant))


def _places(holder: Any, owner: ast.AST | None = None, around: Place | None = None) -> Iterator[Place]:
    if isinstance(holder, ast.AST):
        holder, owner = vars(holder), holder
    if isinstance(owner, ast.Expr) and isinstance(owner.value, ast.Constant):
        return  # a docstring
    entries = enumerate(holder) if isinstance(holder, list) else holder.items() if isinstance(holder, dict) else ()
    for key, value in entries:
        place = Place(holder, key, owner, around)
        yield place
        yield from _places(value, owner, place if isinstance(holder, list) else around)


def _find(tree: Any, matches: Callable[[Place], bool], nth: int = 1, of: int = 1) -> Place:
    places = [place for place in _places(tree) if matches(place)]
    if len(places) != of:
        raise EditError(f"{len(places)} places match instead of {of}")
    return places[nth - 1]


def _definition(node: Any, name: str) -> Any:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    definitions = [statement for statement in node.body if isinstance(statement, kinds) and statement.name == name]
    if len(definitions) != 1:
        raise EditError(f"{name} is defined {len(definitions)} times instead of once")
    return definitions[0]


def _parse_pattern(pattern: Pattern) -> Any:
    if not isinstance(pattern, str):
        return pattern
    (statement,) = ast.parse(pattern).body
    return statement.value if isinstance(statement, ast.Expr) else statement


def _matches(pattern: Any, node: Any, wildcards: dict[str, ast.expr]) -> bool:
    """Return whether ``pattern`` matches ``node``, and add the matches of its wildcards to ``wildcards``."""
    if isinstance(pattern, ast.Name) and re.fullmatch(r"_\d*", pattern.id):
        is_same = pattern.id == "_" or _matches(wildcards.setdefault(pattern.id, node), node, {})
        return isinstance(node, ast.expr) and is_same
    if isinstance(pattern, list):
        is_any = len(pattern) == 1 and _is_ellipsis(pattern[0])
        return is_any or (len(pattern) == len(node) and all(map(_matches, pattern, node, [wildcards] * len(pattern))))
    if callable(pattern):
        return isinstance(node, ast.Call) and _name(node) == pattern.__name__
    if type(pattern) is not type(node):
        return False
    if not isinstance(pattern, ast.AST):
        return bool(pattern == node)
    # Whether a name is read or written, and the prefix of a string, make no difference.
    ignored = {"ctx", "kind"}
    if isinstance(pattern, ast.Call) and pattern.args and _is_ellipsis(pattern.args[0]):
        ignored.add("keywords")
    fields = [name for name in pattern._fields if name not in ignored]
    return all(_matches(getattr(pattern, name), getattr(node, name), wildcards) for name in fields)


def _is_ellipsis(node: Any) -> bool:
    node = node.value if isinstance(node, ast.Expr) else node
    return isinstance(node, ast.Constant) and node.value is ...


def _name(node: ast.expr | None) -> str | None:
    """Return the last name of a call, attribute or name: ``c`` for ``a.b.c()``."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


class _Filler(ast.NodeTransformer):
    """Replaces wildcards by the expressions that they matched."""

    def __init__(self, wildcards: dict[str, ast.expr]) -> None:
        self._wildcards = wildcards

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self._wildcards.get(node.id, node))
