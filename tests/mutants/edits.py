"""Mutations: edits of a syntax tree or of a parsed document, found by their shape and not by their text.

The target is the imported function, class or module, or the path of another file. So neither a move nor a new format
needs a change of the list, and mypy reports what is left behind by a rename.

A pattern is Python code. ``_`` in it matches any expression. So do ``_1``, ``_2`` and so on, and the replacement may
repeat what they matched. ``...`` alone matches any arguments, elements or statements. A function or class as a pattern
matches a call of it. A pattern must match exactly once. Where it matches more often, ``of`` says how often and ``nth``
which match is meant.
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
    """``edits`` change ``target``, one after the other; ``test``, a test of pytest, must fail then."""

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
            The mutation doesn't fit the file.
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
    """Return the syntax tree of a Python file, the content of a JSON or YAML file, the lines of another one."""
    match path.suffix:
        case ".py":
            return ast.parse(text)
        case ".json" | ".yaml":
            return parsed_template(text)
        case _:
            return text.splitlines()


def unparse(tree: Any) -> str:
    """Return the text of what ``parse`` returned, without comments."""
    if isinstance(tree, ast.AST):
        return ast.unparse(tree) + "\n"
    return "\n".join([*tree, ""]) if isinstance(tree, list) else json.dumps(tree, indent=2)


def replace(pattern: Pattern, new: str, *, nth: int = 1, of: int = 1) -> Edit:
    """Put ``new`` where ``pattern`` is: an expression for an expression, statements for a statement."""
    shape, statements = _shape(pattern), ast.parse(new).body

    def edit(tree: Any) -> None:
        place = _one(tree, lambda place: _equal(shape, place.value, {}), nth, of)
        bound: dict[str, ast.expr] = {}
        _equal(shape, place.value, bound)
        filled = [_Filled(bound).visit(deepcopy(statement)) for statement in statements]
        if isinstance(place.value, ast.stmt):
            place.holder[place.key : place.key + 1] = filled
        else:
            (place.holder[place.key],) = (statement.value for statement in filled)

    return edit


def remove(pattern: Pattern, *, nth: int = 1, of: int = 1) -> Edit:
    """Remove the smallest statement, operand, argument, element or entry of a dictionary that ``pattern`` is in."""
    shape = _shape(pattern)

    def edit(tree: Any) -> None:
        member = _one(tree, lambda place: _equal(shape, place.value, {}), nth, of).member
        if isinstance(member.value, ast.stmt):
            member.holder[member.key] = ast.Pass()
            return
        if isinstance(member.owner, ast.Dict):
            member.owner.keys.pop(member.key)
        member.holder.pop(member.key)

    return edit


def never(error: Callable[..., object], *, nth: int = 1, of: int = 1) -> Edit:
    """Make the condition false under which ``error`` is raised, or what ``error`` returns."""

    def raises(place: Place) -> bool:
        body = place.value.body if isinstance(place.value, ast.If) else []
        return any(isinstance(each, ast.Raise) and _name(each.exc) == error.__name__ for each in body)

    def edit(tree: Any) -> None:
        _one(tree, raises, nth, of).value.test = ast.Constant(value=False)

    return edit


def in_text(old: str, new: str) -> Edit:
    """Change ``old``, which stands once in all strings of the target, its docstrings excepted, or in all its lines."""

    def holds(place: Place) -> bool:
        return place.is_text and old in place.value

    def edit(tree: Any) -> None:
        place = _one(tree, holds)
        if place.value.count(old) > 1:
            raise EditError(f"{old!r} stands there {place.value.count(old)} times instead of once")
        place.holder[place.key] = place.value.replace(old, new)

    return edit


def at(*steps: str, to: object) -> Edit:
    """Set what ``steps`` lead to in a document. In a list of a policy's statements, a step is the Sid of one."""

    def edit(document: Any) -> None:
        for step in steps:
            holder = {each["Sid"]: each for each in document} if isinstance(document, list) else document
            if step not in holder:
                raise EditError(f"there is no {'/'.join(steps)}")
            document = holder[step]
        holder[steps[-1]] = to

    return edit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: at ``holder[key]``, in the node ``owner``, as a part of the list member ``around``."""

    holder: Any
    key: Any
    owner: ast.AST | None
    around: Place | None

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    @property
    def member(self) -> Place:
        """The smallest member of a list that the value is in."""
        return self if self.around is None or isinstance(self.holder, list) else self.around

    @property
    def is_text(self) -> bool:
        """Whether the value is a string of the program and not a name."""
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


def _one(tree: Any, fits: Callable[[Place], bool], nth: int = 1, of: int = 1) -> Place:
    found = [place for place in _places(tree) if fits(place)]
    if len(found) != of:
        raise EditError(f"{len(found)} places fit instead of {of}")
    return found[nth - 1]


def _definition(node: Any, name: str) -> Any:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [each for each in node.body if isinstance(each, kinds) and each.name == name]
    if len(found) != 1:
        raise EditError(f"{name} is defined {len(found)} times instead of once")
    return found[0]


def _shape(pattern: Pattern) -> Any:
    if not isinstance(pattern, str):
        return pattern
    (statement,) = ast.parse(pattern).body
    return statement.value if isinstance(statement, ast.Expr) else statement


def _equal(shape: Any, node: Any, bound: dict[str, ast.expr]) -> bool:
    """Return whether ``shape`` matches ``node``; add what its wildcards match to ``bound``."""
    if isinstance(shape, ast.Name) and re.fullmatch(r"_\d*", shape.id):
        is_same = shape.id == "_" or _equal(bound.setdefault(shape.id, node), node, {})
        return isinstance(node, ast.expr) and is_same
    if isinstance(shape, list):
        is_rest = len(shape) == 1 and _is_dots(shape[0])
        return is_rest or (len(shape) == len(node) and all(map(_equal, shape, node, [bound] * len(shape))))
    if callable(shape):
        return isinstance(node, ast.Call) and _name(node) == shape.__name__
    if type(shape) is not type(node):
        return False
    if not isinstance(shape, ast.AST):
        return bool(shape == node)
    # Whether a name is read or written makes no difference, nor does the prefix of a string.
    ignored = {"ctx", "kind"}
    if isinstance(shape, ast.Call) and shape.args and _is_dots(shape.args[0]):
        ignored.add("keywords")
    fields = [name for name in shape._fields if name not in ignored]
    return all(_equal(getattr(shape, name), getattr(node, name), bound) for name in fields)


def _is_dots(node: Any) -> bool:
    node = node.value if isinstance(node, ast.Expr) else node
    return isinstance(node, ast.Constant) and node.value is ...


def _name(node: ast.expr | None) -> str | None:
    """Return the name of what is called or named, without what it is an attribute of."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


class _Filled(ast.NodeTransformer):
    """Puts what wildcards matched in their places."""

    def __init__(self, bound: dict[str, ast.expr]) -> None:
        self._bound = bound

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return deepcopy(self._bound.get(node.id, node))
