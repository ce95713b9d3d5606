"""The command line on a corpus that answers everything alike."""

from __future__ import annotations

import os
import sys
from types import ModuleType

import pytest

from alpie.app.operation import document_report
from alpie.app.operation.document_report import Freshness
from support.answering_corpus import AnsweringCorpus


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> type[AnsweringCorpus]:
    """What the commands open; no index and no documents are looked for."""
    fresh = type("Corpus", (AnsweringCorpus,), {})
    module = ModuleType("alpie.app.answering.corpus")
    module.Corpus = fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "alpie.app.answering.corpus", module)
    monkeypatch.setattr(document_report, "compare_index_with_folder", lambda *_: Freshness((), (), ()))
    for name in [name for name in os.environ if name.startswith("ALPIE_")]:
        monkeypatch.delenv(name)
    return fresh
