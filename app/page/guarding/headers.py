"""Security headers, and the content-security policy of each kind of answer.

Gradio's page holds four scripts of its own in its HTML, with the settings of the page in them, and one of
ours. Each is allowed by the hash of its text, so that a script written into the page by anything later does
not run. What Gradio cannot do without, measured with version 6.31 in Chromium: 'unsafe-eval' (event handlers
given as `js=` are made with `new Function`; without it the page stays blank) and 'unsafe-inline' for styles
(its components write style attributes and elements).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterable

__all__ = ["FRAGMENT_POLICY", "page_policy", "security_headers", "shortened"]

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
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def page_policy(html: bytes) -> str:
    """The policy of a page of Gradio's: the scripts that stand in its HTML, by their hashes, and files of ours."""
    hashes = (
        base64.b64encode(hashlib.sha256(text).digest()).decode() for text in _INLINE_SCRIPT.findall(html)
    )
    scripts = " ".join(("script-src", "'self'", "'unsafe-eval'", *(f"'sha256-{one}'" for one in hashes)))
    return "; ".join((*_PAGE, scripts))


def security_headers(policy: str) -> list[tuple[bytes, bytes]]:
    """Headers of every answer."""
    own = {"content-security-policy": policy, **_ALWAYS}
    return [(name.encode(), value.encode()) for name, value in own.items()]


def shortened(body: bytes, accepted: Iterable[bytes]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """`body` as the browser takes it, gzip or as it is, and the headers that say so."""
    headers = [(b"vary", b"accept-encoding")]
    if any(b"gzip" in value for value in accepted):
        return gzip.compress(body, 6, mtime=0), [*headers, (b"content-encoding", b"gzip")]
    return body, headers
