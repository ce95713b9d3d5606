"""What libraries read from the environment as they are imported: whether they may call out, and how many threads compute."""

from __future__ import annotations

import os

_HUB_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
_OFFLINE = {
    **_HUB_OFFLINE,
    "GRADIO_ANALYTICS_ENABLED": "False",
    # LANGSMITH_TRACING=false would not override an inherited LANGCHAIN_TRACING_V2=true; this does
    "LANGSMITH_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False",
}
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def keep_hub_offline() -> None:
    """Forbid the Hugging Face libraries the network; others of the program that asks may use it.

    Has full effect only before their first import.
    """
    os.environ.update(_HUB_OFFLINE)


def work_offline() -> None:
    """Forbid libraries the network and telemetry. Has full effect only before their first import."""
    os.environ.update(_OFFLINE)


def compute_in_one_thread(always: bool = False) -> None:
    """Keep numpy's and FAISS's products in the thread that asks; to be called before their first import.

    The products of a question take a millisecond or two: threads for them wait for each other, busily, and
    took half of a question's processor time on two cores. Several questions are several threads anyway. Who
    sets the variables otherwise is obeyed, unless `always`: where processes run side by side, one thread each.
    """
    for name in _THREADS:
        os.environ[name] = "1" if always else os.environ.get(name, "1")
