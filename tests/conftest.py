"""Fixtures for several modules of tests."""

from __future__ import annotations

import pytest

from alpie.index.encoder import Encoder, open_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder in its usual runtime; its files are written to the user's cache at first."""
    return open_encoder()
