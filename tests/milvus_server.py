"""The real Milvus server, version 2.3.5: the latest that comes as a package and runs without a container.

Two years old and not maintained: a test of the real storage path, not what anybody should deploy. It is
installed into a folder of its own, because its package pins nothing that we could share.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import platformdirs
import pytest

from alpie.index.errors import BackendUnavailable
from alpie.index.retrieval.backends.milvus_client import MilvusAddress, MilvusConnection

VERSION = "2.3.5"
_INSTALL_SECONDS = 240
_START_SECONDS = 180


class MilvusServer:
    """One server with its data in `folder`; `start` and `kill` as often as one likes."""

    def __init__(self, folder: Path) -> None:
        self._package = _package()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self.uri = f"http://127.0.0.1:{self.port}"
        _share_programs(self._package, folder)

    def start(self) -> None:
        """Start it and wait until it answers; its health page says nothing for minutes after a kill."""
        script = f"import sys; sys.path.insert(0, {str(self._package)!r}); from milvus import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, "--data", str(self._folder), "--proxy-port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # a group of its own: the server is a child that its parent leaves behind
        )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                connection = MilvusConnection(MilvusAddress.parse(self.uri), timeout_seconds=5.0)
                connection.call("list_collections")
                connection.close()
                return
            except BackendUnavailable as error:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    self.kill()
                    pytest.skip(f"Milvus {VERSION} does not start here: {error}")
                time.sleep(0.5)

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing is flushed, nobody says goodbye."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def pause(self, paused: bool) -> None:
        """Stop it from answering without closing a connection, or let it go on."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP if paused else signal.SIGCONT)


def _package() -> Path:
    """Where the package is, installed there at the first call; skips the test where that is not possible."""
    if sys.platform != "linux":
        pytest.skip(f"Milvus {VERSION} runs on Linux only")
    found = importlib.util.find_spec("milvus")
    if found and found.origin:
        return Path(found.origin).parents[1]
    folder = platformdirs.user_cache_path("alpie", appauthor=False) / f"milvus-{VERSION}"
    if not (folder / "milvus" / "__init__.py").is_file():
        aside = folder.with_name(f"{folder.name}.{os.getpid()}")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(aside)]
        try:
            subprocess.run(
                [*command, f"milvus=={VERSION}"], check=True, capture_output=True, timeout=_INSTALL_SECONDS
            )
            aside.replace(folder)
        except (subprocess.SubprocessError, OSError) as error:
            shutil.rmtree(aside, ignore_errors=True)
            pytest.skip(f"Milvus {VERSION} cannot be installed here: {error}")
    return folder


def _share_programs(package: Path, folder: Path) -> None:
    """Unpack its 246 MB of programs once, not for every data folder."""
    programs = package / "unpacked"
    programs.mkdir(exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bin").symlink_to(programs)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
