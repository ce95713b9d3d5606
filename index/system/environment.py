"""Settings that libraries take when they are imported: whether they may use the network, and how many threads.

Only the standard library is imported here, so that a command which merely reads settings does not import numpy.
"""

from __future__ import annotations

import os
from typing import Literal, get_args

Runtime = Literal["auto", "onnx", "torch", "torch-bf16"]  # what an encoder can run on
RUNTIMES: tuple[Runtime, ...] = get_args(Runtime)

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
    """Keep the Hugging Face libraries off the network, but no other library of the calling program.

    The variables have full effect only before the first import of those libraries.
    """
    os.environ.update(_HUB_OFFLINE)


def work_offline() -> None:
    """Keep libraries off the network and from sending telemetry; only takes full effect before their first import."""
    os.environ.update(_OFFLINE)


def compute_in_one_thread(always: bool = False) -> None:
    """Make numpy and FAISS compute in the calling thread; to be called before their first import.

    The matrix products of a question take a millisecond or two: further threads wait for each other, busily, and took half
    of a question's processor time on two cores. Variables that the user has set are kept, unless `always`, which is for
    several processes side by side.
    """
    for name in _THREADS:
        os.environ[name] = "1" if always else os.environ.get(name, "1")
