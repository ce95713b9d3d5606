"""Other people's retrievers beside ours: the same chunks and vectors, and a plain word when one is missing."""

from __future__ import annotations

import pytest
from fake_encoder import LARGE_TEXT, SMALL_TEXT, FakeEncoder, document_of

from alpie.eval.baselines import baseline_runs as peers
from alpie.eval.baselines import pipelines
from alpie.eval.baselines.baseline_runs import PEERS, Peer
from alpie.eval.baselines.tutorial import chunks_of, quoted_chunks

CHUNKS = chunks_of([document_of(LARGE_TEXT * 3, "uno"), document_of(SMALL_TEXT, "dos")])


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_peer_finds_the_chunk_that_says_it(peer: Peer) -> None:
    if peer.missing:
        pytest.skip(f"{', '.join(peer.missing)} not installed")
    found = peer.make(CHUNKS, FakeEncoder())("¿Cuántos libros presta la biblioteca municipal?")
    assert "tres libros" in found[0][0].page_content
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    row = quoted_chunks(found)
    assert row["quotes"][0]["doc"] == "dos"
    assert len(row["quotes"]) <= 4


def test_nothing_found_is_a_refusal() -> None:
    assert not quoted_chunks([])["answered"]


def test_a_missing_peer_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Peer("other", ("a_module_that_is_nowhere",), PEERS[-1].make)
    monkeypatch.setattr(peers, "PEERS", (missing, PEERS[-1]))
    (line,) = pipelines.missing_peers()
    assert "other" in line
    assert "a_module_that_is_nowhere" in line
    assert "alpie[peers]" in line
