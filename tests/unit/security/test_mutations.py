"""The mutations of `make mutants` fit the current code, and each row of docs/security.md has at least one."""

import ast
import builtins
import re

import pytest

from tests.mutants import security
from tests.mutants.__main__ import MUTATIONS
from tests.mutants.edits import Mutation, parse, unparse
from tests.unit.security.test_table import ROWS, named_in
from tests.unit.support import ROOT


def names(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_mutation_changes_its_target_and_its_test_exists(mutation: Mutation) -> None:
    text = (ROOT / mutation.path).read_text("utf-8")
    mutant = mutation.applied(text)
    assert mutant != unparse(parse(mutation.path, text))
    if mutation.path.suffix == ".py":
        compile(mutant, mutation.path, "exec")
        assert names(mutant) <= names(text) | set(dir(builtins))  # no name that was renamed since
    path, _, name = mutation.test.partition("::")
    assert name.partition("[")[0] in named_in(path)  # the brackets hold the test's parameters


def test_mutations_have_different_names() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_mutation_and_its_tests_belong_to_the_row(row: int) -> None:
    tests = {mutation.test for mutation in security.MUTATIONS if re.match(rf"row {row}:", mutation.name)}
    assert tests
    assert tests <= set(ROWS[row])
