"""Without the packages of the extra `eval`, what cannot do without one says what to install; see `test_run` too."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from alpie.app.errors import PackageMissing
from alpie.app.settings import load_settings
from alpie.eval.bench import load
from alpie.eval.extra_packages import missing_package, require_package
from alpie.eval.training import fit_risk, fit_weights
from support.fake_encoder import FakeEncoder


def test_what_is_installed_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing_package("scipy") is None
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert "scipy" in str(missing_package("scipy"))


def test_fitting_says_what_is_missing_before_it_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(PackageMissing, match="scipy"):
        fit_weights.fit_encoder(load_settings({"data": tmp_path}), io.StringIO(), encoder=FakeEncoder())
    with pytest.raises(PackageMissing, match="scipy"):
        require_package("scipy")
    for start in (lambda: fit_weights.main([]), fit_risk.main):
        with pytest.raises(SystemExit, match="scipy"):
            start()


def test_a_load_test_without_its_client_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gradio_client", None)
    with pytest.raises(SystemExit, match="gradio-client"):
        load.main(["http://127.0.0.1:1/"])
