"""Which host names the page answers to, and from which pages a browser may change something.

A page elsewhere can make a browser send a request here, and by pointing its own name at our address (DNS rebinding)
it can even read the answer. So a request must name one of our hosts, and one that changes something must come from
one of our pages.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from alpie.app.operation.addresses import is_address, is_loopback

_HOST = re.compile(r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{0,5}))?")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Hosts:
    """The host names the page answers to; with `addresses` it answers to any IP address too, which no DNS can rebind."""

    names: frozenset[str]
    addresses: bool = False

    @classmethod
    def listening_at(cls, listening: str, named: Sequence[str] = ()) -> Hosts:
        """The hosts of a server that listens at `listening`; `named` are those the operator adds, such as a proxy's.

        On loopback, only the names of loopback itself; elsewhere the machine's names and any address.
        """
        names = {*_LOOPBACK_NAMES, *(name.lower().strip("[]") for name in named)}
        if is_loopback(listening):
            return cls(frozenset(names))
        machine = socket.gethostname().lower()
        return cls(frozenset({*names, listening.lower(), machine, f"{machine}.local"}), addresses=True)

    def includes(self, host: str) -> bool:
        """Whether `host`, the value of a Host header, names this page."""
        name = _name_of(host)
        if not name:
            return False
        if name in self.names or "*" in self.names:
            return True
        return self.addresses and is_address(name)


def is_cross_site(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a request was made by a page of another site. Programs send neither header and are let through.

    Browsers say so themselves (Sec-Fetch-Site) over TLS and on loopback; elsewhere the origin must be our host.
    """
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


def _name_of(host: str) -> str:
    """The name in a Host header, lower case and without port and brackets; "" for what is no such header."""
    parts = _HOST.fullmatch(host)
    if not parts or (parts["port"] and int(parts["port"]) > 65_535):
        return ""
    return (parts["bracketed"] or parts["name"]).lower()
