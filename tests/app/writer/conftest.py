"""Settings of a writer that is the stand-in server, behaving as a test asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alpie.app.settings import Settings, load_settings


@pytest.fixture
def settings(openai_server: Any, tmp_path: Path) -> Callable[..., Settings]:
    pytest.importorskip("langchain_openai", reason="the extra `openai` is not installed")

    def make(behaviour: str, seconds: float = 120.0) -> Settings:
        options = {
            "writer": f"openai:{behaviour}",
            "writer_url": openai_server.url,
            "writer_timeout_seconds": seconds,
        }
        return load_settings({**options, "docs": tmp_path}, environment={}, working_folder=tmp_path)

    return make
