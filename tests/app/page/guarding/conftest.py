"""The users of the page that asks who comes to log in."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpie.app.operation.users import Users
from support.logging_in import NAME, PASSWORD, QUICK


@pytest.fixture
def kept(tmp_path: Path) -> Users:
    kept = Users(tmp_path / "users", QUICK)
    assert kept.add(NAME, PASSWORD)
    return kept
