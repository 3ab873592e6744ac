"""The edits of `make mutants` change exactly their target, and an edit that does not match its target fails."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants.edits import Edit, EditError, Mutation, at, in_text, never, parse, remove, replace, unparse
from tests.unit.mutants import example

_EXAMPLE = Path(example.__file__).read_text("utf-8")


def _body(source: str, name: str) -> str:
    """Return the statements of the function or method, without its docstring."""
    definitions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    (function,) = (node for node in definitions if node.name == name)
    return "\n".join(map(ast.unparse, function.body[1:]))


def _changed(target: Callable[..., object], *edits: Edit) -> str:
    return _body(Mutation("", target, edits, "").applied(_EXAMPLE), target.__name__)


def test_an_edit_changes_its_function_and_nothing_else() -> None:
    mutant = Mutation("", example.Purse.pay, replace("_1 < _2", "_1 <= _2"), "").applied(_EXAMPLE)
    unchanged = unparse(parse(Path("example.py"), _EXAMPLE))
    assert mutant == unchanged.replace("if self.coins < cost:", "if self.coins <= cost:")


def test_a_replacement_repeats_what_its_wildcards_matched() -> None:
    assert "self.coins = cost - self.coins" in _changed(example.Purse.pay, replace("_1 - _2", "_2 - _1"))


def test_a_repeated_wildcard_matches_the_same_expression_only() -> None:
    with pytest.raises(EditError, match="0 places match instead of 1"):
        _changed(example.Purse.pay, replace("_1 < _1", "False"))


def test_assigned_and_read_names_match_alike_whatever_the_formatting() -> None:
    assert "count = 1" in _changed(example.total, replace('''_1   = (
        0
    )''', "_1 = 1"))  # fmt: skip


def test_a_statement_can_be_replaced_by_several() -> None:
    assert _changed(example.Purse.pay, replace("self.coins = _1", "old = _1\nself.coins = old")).endswith(
        "old = self.coins - cost\nself.coins = old"
    )


def test_dots_match_any_statements_and_any_arguments() -> None:
    assert "raise" not in _changed(example.Purse.pay, replace("if _: ...", "pass"))
    assert "note(1)" in _changed(example.total, replace("note(...)", "note(1)"))


@pytest.mark.parametrize(
    ("target", "pattern", "left"),
    [
        (example.Purse.entry, example.sign, "return {'coins': [self.coins, 0], **{'a': 1}}"),
        (example.Purse.entry, "0", "return {'coins': [self.coins], 'sign': sign(self.coins), **{'a': 1}}"),
        (example.Purse.entry, "{'a': _}", "return {'coins': [self.coins, 0], 'sign': sign(self.coins)}"),
        (example.is_good, "_ > 0", "return number < 9"),
        (example.total, example.note, "count = 0\npass\nreturn count"),
        (example.total, "_.name", "count = 0\nnote(numbers, 0)\nreturn count"),
    ],
)
def test_the_smallest_member_around_a_match_is_removed(
    target: Callable[..., object], pattern: str | Callable[..., object], left: str
) -> None:
    assert _changed(target, remove(pattern)) == left


def test_never_makes_the_condition_of_a_raise_false() -> None:
    assert _changed(example.Purse.pay, never(example.TooPoorError)).startswith("if False:")


def test_a_text_is_changed_in_strings_but_not_in_docstrings_and_names() -> None:
    assert "'few coins'" in _changed(example.Purse.pay, in_text("too few", "few"))
    with pytest.raises(EditError, match="0 places match"):
        _changed(example.Purse.pay, in_text("balance", "x"))
    with pytest.raises(EditError, match="0 places match"):
        _changed(example.Purse.pay, in_text("cost", "x"))


@pytest.mark.parametrize(
    "edit", [replace("_.coins", "0"), remove("_.coins"), replace("_.coins", "0", nth=2, of=2), in_text("o", "x")]
)
def test_an_edit_that_matches_several_places_fails_and_names_them(edit: Edit) -> None:
    with pytest.raises(EditError, match=r"a poor payer: .* in Purse\.pay"):
        Mutation("a poor payer", example.Purse.pay, edit, "").applied(_EXAMPLE)


@pytest.mark.parametrize(
    "edit", [replace("nothing()", "0"), remove(example.total), never(ValueError), in_text("?", "")]
)
def test_an_edit_without_a_match_fails(edit: Edit) -> None:
    with pytest.raises(EditError, match=r"0 places match instead of 1 in Purse\.pay"):
        Mutation("", example.Purse.pay, edit, "").applied(_EXAMPLE)


def test_nth_selects_one_of_several_matches() -> None:
    assert _changed(example.Purse.pay, replace("_.coins", "0", nth=1, of=3)).startswith("if 0 < cost:")


def test_a_missing_or_duplicated_function_is_named() -> None:
    mutation = Mutation("", example.total, in_text("a", "b"), "")
    for source, times in (("", 0), (_EXAMPLE + "\ndef total(): ...\n", 2)):
        with pytest.raises(EditError, match=f"total is defined {times} times instead of once"):
            mutation.applied(source)


def test_at_changes_a_document_at_a_path() -> None:
    policy = Path("policy.json")
    text = json.dumps({"Statement": [{"Sid": "A", "Action": ["x"]}, {"Sid": "B", "Action": ["x"]}]})
    mutant = Mutation("", policy, at("Statement", "B", "Action", to=["y"]), "").applied(text)
    assert json.loads(mutant) == {"Statement": [{"Sid": "A", "Action": ["x"]}, {"Sid": "B", "Action": ["y"]}]}
    for steps in (("Statement", "C", "Action"), ("Statement", "B", "Effect")):
        with pytest.raises(EditError, match=f"there is no {'/'.join(steps)} in policy.json"):
            Mutation("", policy, at(*steps, to=[]), "").applied(text)


def test_an_edited_template_keeps_its_intrinsic_functions_and_a_text_file_its_other_lines() -> None:
    template = "Resources: {A: {Name: !Ref B, Text: 'some words'}}"
    mutant = Mutation("", Path("a.yaml"), in_text("some", "no"), "").applied(template)
    assert json.loads(mutant) == {"Resources": {"A": {"Name": {"Ref": "B"}, "Text": "no words"}}}
    assert Mutation("", Path(".npmrc"), in_text("=true", "=false"), "").applied("a=true\nb=1\n") == "a=false\nb=1\n"
