"""Of a mapping that keeps what was used last, the oldest entries go."""

from __future__ import annotations

import pytest

from alpie.index.system.latest_entries import LatestEntries


def test_what_was_used_longest_ago_goes_first() -> None:
    kept: LatestEntries[str, int] = LatestEntries(2)
    kept["a"], kept["b"] = 1, 2
    assert kept["a"] == 1
    kept["c"] = 3
    assert dict(kept) == {"a": 1, "c": 3}
    assert "a" in kept  # to ask is to use
    kept["d"] = 4
    assert sorted(kept) == ["a", "d"]


def test_entries_count_for_what_they_weigh() -> None:
    kept: LatestEntries[int, str] = LatestEntries(10, len)
    kept[1], kept[2], kept[3] = "aaaa", "bbbb", "cc"
    assert sorted(kept) == [1, 2, 3]
    kept[2] = "b"  # in place of a heavier one
    kept[4] = "ddd"
    assert sorted(kept) == [1, 2, 3, 4]
    kept[5] = "e"
    assert sorted(kept) == [2, 3, 4, 5]
    del kept[4]
    kept[6] = "ffffff"
    assert sorted(kept) == [2, 3, 5, 6]
    kept[7] = 11 * "g"  # heavier than all that may be kept
    assert len(kept) == 0
    with pytest.raises(KeyError):
        kept[7]
