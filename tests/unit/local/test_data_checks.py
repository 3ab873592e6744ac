"""The stack refuses to start if accounts, coins or the signing secret would be lost."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from local import data_checks
from local.config import signing_secret
from local.dynamodb import DATABASE
from local.errors import StackError

STATE = Path("emulator") / "state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a few hundred accounts, after a clean stop."""
    signing_secret(tmp_path)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute('CREATE TABLE "lifespan-local-Users" (pk TEXT PRIMARY KEY, item_json TEXT)')
        rows = ((f"user-{number}", "x" * 500) for number in range(500))
        database.executemany('INSERT INTO "lifespan-local-Users" VALUES (?, ?)', rows)
        database.commit()
    (tmp_path / STATE).mkdir(parents=True)
    for name in ("s3", "sqs"):
        (tmp_path / STATE / f"{name}.json").write_text(json.dumps({"payload": {}}))
    return tmp_path


def overwrite(path: Path) -> None:
    """Write noise over the middle of a file."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9000] = b"\x5a" * 9000
    path.write_bytes(content)


def test_an_intact_folder_stays_unchanged(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    data_checks.check(folder, durable=True)

    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_new_folder_is_accepted(tmp_path: Path) -> None:
    data_checks.check(tmp_path, durable=True)


@pytest.mark.parametrize("content", [b"", b"0123456789abcdef", b"\0" * 64])
def test_a_damaged_secret_is_refused(folder: Path, content: bytes) -> None:
    (folder / "signing-secret").write_bytes(content)

    with pytest.raises(StackError, match=r"signing-secret is empty or damaged: .* Copy it back .* make reset$"):
        data_checks.check(folder, durable=True)

    assert (folder / "signing-secret").read_bytes() == content


def test_a_missing_secret_is_refused_if_there_are_accounts(folder: Path) -> None:
    (folder / "signing-secret").unlink()

    with pytest.raises(StackError, match=r"signing-secret is missing: .* make reset$"):
        data_checks.check(folder, durable=True)


def test_the_stack_starts_if_the_first_start_was_killed_before_it_wrote_the_secret(folder: Path) -> None:
    (folder / "signing-secret").unlink()
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute('DELETE FROM "lifespan-local-Users"')
        database.commit()

    data_checks.check(folder, durable=True)


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_missing_or_empty_database_is_refused(folder: Path, damage: object) -> None:
    assert callable(damage)
    damage(folder / DATABASE)

    with pytest.raises(StackError, match=r"dynamodb\.sqlite is missing or empty: accounts and coins .* make reset$"):
        data_checks.check(folder, durable=True)


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(path.read_bytes()[:20000]), lambda path: path.write_bytes(b"<html>"), overwrite],
    ids=["cut off", "another file", "overwritten"],
)
def test_a_damaged_database_is_refused(folder: Path, damage: object) -> None:
    assert callable(damage)
    damage(folder / DATABASE)
    before = (folder / DATABASE).read_bytes()

    with pytest.raises(StackError, match=r"dynamodb\.sqlite is damaged: .* make reset$"):
        data_checks.check(folder, durable=True)

    assert (folder / DATABASE).read_bytes() == before


def test_tables_in_the_write_ahead_log_of_a_killed_database_count(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    killed = tmp_path_factory.mktemp("killed")
    signing_secret(killed)
    with closing(sqlite3.connect(folder / "other.sqlite")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute('CREATE TABLE "lifespan-local-Users" (pk TEXT PRIMARY KEY)')
        database.commit()
        for suffix in ("", "-wal"):
            shutil.copy(folder / f"other.sqlite{suffix}", killed / f"{DATABASE}{suffix}")

    data_checks.check(killed, durable=True)


def test_the_check_of_a_large_database_stops_after_a_time_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overwrite(folder / DATABASE)
    monkeypatch.setattr(data_checks, "_CHECK_SECONDS", -1)
    monkeypatch.setattr(data_checks, "_CHECK_STEPS", 1)

    data_checks.check(folder, durable=True)


def test_damaged_settings_of_the_emulator_are_renamed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / STATE / "s3.json").write_text('{"payload": {')

    data_checks.check(folder, durable=True)

    assert not (folder / STATE / "s3.json").exists()
    assert (folder / STATE / "s3.damaged").read_text() == '{"payload": {'
    assert "s3.json was empty or damaged and is now s3.damaged" in capsys.readouterr().out
    assert (folder / STATE / "sqs.json").exists()


def test_damaged_accounts_of_the_emulator_are_refused(tmp_path: Path) -> None:
    signing_secret(tmp_path)
    (tmp_path / STATE).mkdir(parents=True)
    (tmp_path / STATE / "dynamodb.json").touch()

    with pytest.raises(StackError, match=r"dynamodb\.json is empty or damaged: accounts and coins"):
        data_checks.check(tmp_path, durable=False)
