"""Users and passwords: hashed storage, readable by its owner alone, and the command that keeps it."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from alpie.app.operation import users
from alpie.app.operation.users import Users, password_hash
from alpie.app.terminal import commands as cli
from alpie.index.errors import ArgumentError, FileError

PASSWORD = "una contraseña larga ñ"
NAME = "maría"


@pytest.fixture
def kept(tmp_path: Path) -> Users:
    kept = Users(tmp_path / "users", 2**4)
    assert kept.add(NAME, PASSWORD)
    return kept


def test_the_cost_of_a_guess_is_what_is_written() -> None:
    assert password_hash(PASSWORD).startswith("scrypt$32768$8$1$")


def test_a_failed_write_leaves_no_hashes_behind(kept: Users, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError("no space left on device")

    before = {path.name: path.read_bytes() for path in kept.path.parent.iterdir()}
    monkeypatch.setattr(users.os, "fsync", full)
    with pytest.raises(FileError):
        kept.add("otra", PASSWORD)
    assert {path.name: path.read_bytes() for path in kept.path.parent.iterdir()} == before


def test_only_hashes_are_stored_each_with_its_own_salt(kept: Users) -> None:
    kept.add("otra", PASSWORD)
    text = kept.path.read_text("utf-8")
    assert PASSWORD not in text
    assert len(set(kept.hashes().values())) == 2
    for path in (kept.path, kept.path.with_name("users.secret")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept.accepts(NAME, PASSWORD)
    assert not kept.accepts(NAME, PASSWORD + " ")
    assert not kept.accepts("nadie", PASSWORD)


def test_the_file_is_read_again_when_it_changes(kept: Users) -> None:
    other = Users(kept.path)
    assert other.accepts(NAME, PASSWORD)
    kept.add(NAME, "otra contraseña más")
    assert not other.accepts(NAME, PASSWORD)
    kept.remove(NAME)
    assert not other.accepts(NAME, "otra contraseña más")


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("a:b", PASSWORD), ("a\nb", PASSWORD),
                                                ("x" * 65, PASSWORD), ("ana", "corta"), ("ana", "x" * 201)])  # fmt: skip
def test_unusable_names_and_passwords_are_refused(kept: Users, name: str, password: str) -> None:
    with pytest.raises(ArgumentError):
        kept.add(name, password)


def test_a_damaged_file_lets_nobody_in(kept: Users) -> None:
    kept.path.write_text("ana:plain text\n", encoding="utf-8")
    with pytest.raises(FileError, match="línea 1"):
        Users(kept.path).accepts("ana", "plain text")
    with pytest.raises(FileError, match="alpie users add"):
        Users(kept.path.with_name("none")).hashes()


def test_the_command_adds_lists_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*arguments: str) -> tuple[int, str]:
        return cli.main(["users", *arguments]), "".join(capsys.readouterr())

    path = tmp_path / "deep" / "users"
    monkeypatch.setenv("ALPIE_USERS", str(path))
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert command("add", "ana")[0] == 0
    assert Users(path).accepts("ana", PASSWORD)
    assert command("list") == (0, "ana\n")
    assert [command(*order)[0] for order in (("remove", "ana"), ("remove", "ana"), ("add",))] == [0, 1, 1]
    monkeypatch.delenv("ALPIE_USERS")
    code, said = command("list")
    assert (code, "ALPIE_USERS" in said) == (1, True)


def test_a_password_asked_for_is_not_shown_and_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("ALPIE_USERS", str(tmp_path / "users"))
    monkeypatch.setattr("sys.stdin", Terminal())
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "otra cosa distinta"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert cli.main(["users", "add", "ana"]) == 0
    assert cli.main(["users", "add", "ana"]) == 1
    captured = capsys.readouterr()
    assert PASSWORD not in captured.out + captured.err
