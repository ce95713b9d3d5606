"""Classifies host addresses: which ones are numeric, and which can only be reached from this machine."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether an address to listen at can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    return is_address(host) and ipaddress.ip_address(host).is_loopback


def is_address(name: str) -> bool:
    """Whether the name of a host is an address of the Internet Protocol."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
