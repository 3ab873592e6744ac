"""The data folder is closed to other users."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.data_dir import delete, make_private
from local.errors import StackError


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """Restore the process's umask after the test."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_the_owner_can_read_a_new_folder_and_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "data"

    make_private(folder)
    (folder / "made").touch()

    assert mode(folder) == 0o700
    assert mode(folder / "made") == 0o600


def test_an_open_folder_with_the_stack_s_files_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name in ("signing-secret", "dynamodb.sqlite", "dynamodb.sqlite-wal", "processes.new"):
        (tmp_path / name).touch()

    make_private(tmp_path)

    assert mode(tmp_path) == 0o700


def test_an_open_folder_with_other_files_is_refused_and_stays_unchanged(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.docx").write_text("mine")

    with pytest.raises(StackError, match=r"is open to other users, and 'thesis\.docx' in it is not the stack's"):
        make_private(tmp_path)

    assert mode(tmp_path) == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_closed_folder_may_hold_other_files(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "thesis.docx").write_text("mine")

    make_private(tmp_path)


def test_a_folder_that_cannot_be_created_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StackError, match=r"can't be used \(Not a directory\)\. Choose a folder that you can write"):
        make_private(tmp_path / "file" / "data")


def test_a_file_that_cannot_be_deleted_gives_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "signing-secret").touch()

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(1, "Operation not permitted", path)

    monkeypatch.setattr(Path, "unlink", refuse)

    with pytest.raises(StackError, match="Operation not permitted"):
        delete(tmp_path)
