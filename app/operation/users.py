"""Users and their passwords: a file of `name:hash` lines, made by `alpie users`.

Hashes are scrypt's (RFC 7914) with N = 2^15, r = 8, p = 1: some 50 ms and 32 MB a guess. Beside the file
lies `<file>.secret`, with which the page signs its session cookies, so that several processes share it and a
restart ends no session. Both are readable by their owner only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from alpie.app.translations import message
from alpie.index.errors import ArgumentError, FileError
from alpie.index.system.files import FileStamp, fsync, temporary_file

_MIN_CHARACTERS = 10  # of a password
_MAX_CHARACTERS = 200  # longer than a passphrase: what is beyond it would only cost time to hash
_STORED = re.compile(r"scrypt\$\d+\$\d+\$\d+\$[\w+/=]+\$[\w+/=]+")
_NAME = re.compile(r"[\w.@-]{1,64}")
# scrypt: 128 · N · r bytes are 32 MB a hash, some 50 ms
_N, _R, _P, _SALT_BYTES, _KEY_BYTES = 2**15, 8, 1, 16, 32
_MEMORY = 64 * 1024 * 1024  # bytes; the hash needs half of it


class Users:
    """The users of a file. Read again when it changes, so that nobody has to restart the page.

    `cost` is the N of scrypt for passwords that are added: what makes guessing slow.
    """

    def __init__(self, path: Path, cost: int = _N) -> None:
        self.path = path
        self._cost = cost
        self._stamp: FileStamp | None = None
        self._hashes: Mapping[str, str] = {}
        self._secret = b""
        # compared with when there is no such user, so that the answer takes as long
        self._nobody = password_hash(secrets.token_urlsafe(16), cost)

    def hashes(self) -> Mapping[str, str]:
        """The password hash of each user. Raises FileError when the file cannot be read."""
        try:
            stamp = FileStamp.of(self.path.stat())
            if stamp != self._stamp:
                self._hashes = _read(self.path)
                self._stamp = stamp
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(message("users.unreadable", path=self.path, error=error), self.path) from error
        return self._hashes

    def accepts(self, name: str, password: str) -> bool:
        """Whether `password` is that of `name`; takes the same time for a name that is not there."""
        stored = self.hashes().get(name)
        good = _matches(password[:_MAX_CHARACTERS], stored or self._nobody)
        return good and stored is not None

    def add(self, name: str, password: str) -> bool:
        """Add `name`, or give it a new password; whether it is new. Raises ArgumentError for an unusable one."""
        if not _NAME.fullmatch(name):
            raise ArgumentError(message("users.name", name=name))
        if not _MIN_CHARACTERS <= len(password) <= _MAX_CHARACTERS:
            raise ArgumentError(message("users.length", least=_MIN_CHARACTERS, most=_MAX_CHARACTERS))
        known = dict(self.hashes()) if self.path.exists() else {}
        self._write({**known, name: password_hash(password, self._cost)})
        return name not in known

    def remove(self, name: str) -> None:
        """Remove `name`; its sessions end at once. Raises ArgumentError when there is no such user."""
        known = dict(self.hashes())
        if known.pop(name, None) is None:
            raise ArgumentError(message("users.unknown", path=self.path, name=name))
        self._write(known)

    def key_of(self, name: str) -> bytes | None:
        """The key that the sessions of `name` are signed with; another after a new password, None for nobody."""
        stored = self.hashes().get(name)
        if stored is None:
            return None
        if not self._secret:
            self._secret = _secret_beside(self.path)
        return hmac.digest(self._secret, stored.encode(), "sha256")

    def _write(self, hashes: Mapping[str, str]) -> None:
        lines = "".join(f"{name}:{value}\n" for name, value in sorted(hashes.items()))
        _secret_beside(self.path)
        _write_private(self.path, lines.encode())


def password_hash(password: str, cost: int = _N) -> str:
    """A password's hash with a salt of its own: `scrypt$N$r$p$salt$key`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = _scrypt(password, salt, cost, _R, _P)
    return "$".join(
        ("scrypt", str(cost), str(_R), str(_P), *(base64.b64encode(part).decode() for part in (salt, key)))
    )


def _matches(password: str, stored: str) -> bool:
    _, n, r, p, salt, key = stored.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(key))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=_KEY_BYTES
    )


def _read(path: Path) -> Mapping[str, str]:
    hashes: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, stored = line.strip().partition(":")
        if not _NAME.fullmatch(name) or not _STORED.fullmatch(stored):
            raise FileError(message("users.line", path=path, number=number), path)
        hashes[name] = stored
    return hashes


def _secret_beside(path: Path) -> bytes:
    """The secret of a file of users, made when there is none. Raises FileError."""
    beside = path.with_name(f"{path.name}.secret")
    try:
        if not beside.exists():
            _write_private(beside, secrets.token_hex(32).encode(), replace=False)
        secret = beside.read_bytes().strip()
    except OSError as error:
        raise FileError(message("cli.file", path=beside, error=error.strerror or error), beside) from error
    if len(secret) < 32:
        raise FileError(message("users.no_secret", path=beside), beside)
    return secret


def _write_private(path: Path, content: bytes, replace: bool = True) -> None:
    """Write at once or not at all, for the owner's eyes only; without `replace`, never over another's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary_file(path, private=True) as new:
            new.write_bytes(content)
            fsync(new)
            if replace:
                new.replace(path)
            else:
                with suppress(FileExistsError):  # another process was quicker: its secret counts
                    os.link(new, path)
    except OSError as error:
        raise FileError(
            message("cli.cannot_write", path=path, reason=error.strerror or error), path
        ) from error
