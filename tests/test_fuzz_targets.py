"""The fuzzer's targets without the fuzzer: their seeds, past findings, and bytes that hypothesis makes up.

`python -m pytest tests/test_fuzz_targets.py --hypothesis-profile=long` makes up many more;
`tests/fuzz/run.py` searches by coverage.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.seeds import seeds_of
from fuzz.targets import TARGETS

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600, func_only=True)]


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_and_past_findings_keep_the_promise(target: str) -> None:
    tried = 0
    for seed in seeds_of(target):
        TARGETS[target](seed)
        tried += 1
    assert tried


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
def test_any_bytes_keep_the_promise(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(st.binary(max_size=400)))


@pytest.mark.parametrize("target", ["html", "md", "pdf", "docx", "odt", "txt"])
@given(data=st.data())
def test_a_file_with_some_bytes_changed_keeps_the_promise(target: str, data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(list(seeds_of(target)))))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole)))
        whole[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=8))
    TARGETS[target](bytes(whole))
