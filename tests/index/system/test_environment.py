"""Libraries are told, before they are imported, to call nobody and to leave the threads to the questions."""

from __future__ import annotations

import os

import pytest

from alpie.index.system.environment import compute_in_one_thread, work_offline


def test_working_offline_forbids_every_known_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"LANGCHAIN_TRACING_V2": "true"})
    work_offline()
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["LANGSMITH_TRACING_V2"] == "false"


def test_whoever_sets_the_threads_is_obeyed_but_among_processes_side_by_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "4"})
    compute_in_one_thread()
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]) == ("4", "1")
    compute_in_one_thread(always=True)
    assert os.environ["OMP_NUM_THREADS"] == "1"
