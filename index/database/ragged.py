"""Lists of different lengths that lie one after another in one array: where each begins, and their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def bounds_of(counts: ArrayLike) -> NDArray[np.int64]:
    """(lists + 1,): of lists with `counts` entries, list i is bounds[i] … bounds[i + 1] - 1."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def runs(starts: NDArray[np.int64], counts: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """start, start + 1, … of each run, one run after another; shape (sum of counts,)."""
    firsts = np.cumsum(counts, dtype=np.int64) - counts
    return np.asarray(np.repeat(starts - firsts, counts) + np.arange(int(counts.sum())), dtype=np.int64)
