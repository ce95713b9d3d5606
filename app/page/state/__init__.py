"""What the page keeps between two requests: the open corpus, conversations, uploads, counters."""

from __future__ import annotations

import re

REMOVED = ".removed"  # folder of what was taken out and can be put back, each in a folder of its own
TOKEN = re.compile(r"[0-9a-f]{16}")  # the name of such a folder
