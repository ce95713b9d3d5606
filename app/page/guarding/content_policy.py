"""The headers of every answer, above all what a browser may load and run."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.types import Message

# Gradio's page holds four scripts of its own in its HTML, with the settings of the page in them, and one of ours. Each is
# allowed by the hash of its text, so that a script written into the page by anything later does not run. What Gradio
# cannot do without, measured with version 6.31 in Chromium: 'unsafe-eval' (event handlers given as `js=` are made with
# `new Function`; without it the page stays blank) and 'unsafe-inline' for styles (its components write them).
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_PAGE = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
# of everything that is no page of Gradio's: fragments, downloads, the printable record, the log-in form
FRAGMENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",  # the button that prints a record
        "style-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"permissions-policy": (
        b"camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_FOREIGN = (b"access-control-", b"server")  # no other site may read an answer


def page_policy(html: bytes) -> str:
    """The policy for a Gradio page: it allows the scripts in its HTML, by their hashes, and our own files."""
    hashes = (
        base64.b64encode(hashlib.sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(html)
    )
    scripts = " ".join(
        ("script-src", "'self'", "'unsafe-eval'", *(f"'sha256-{digest}'" for digest in hashes))
    )
    return "; ".join((*_PAGE, scripts))


def with_own_headers(start: Message, policy: str) -> Message:
    """The start of an answer with our headers in place of any it had, and without headers meant for other sites."""
    own = {b"content-security-policy": policy.encode(), **_ALWAYS}
    kept = [
        (name, value)
        for name, value in start.get("headers", [])
        if not name.lower().startswith((*own, *_FOREIGN))
    ]
    return {**start, "headers": [*kept, *own.items()]}
