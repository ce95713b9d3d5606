"""Which names of hosts are addresses, and which are reached from this machine only."""

from __future__ import annotations

import pytest

from alpie.app.operation.addresses import is_address, is_loopback


@pytest.mark.parametrize(
    ("host", "address", "loopback"),
    [
        ("127.0.0.1", True, True), ("127.8.8.8", True, True), ("::1", True, True), ("LOCALHOST", False, True),
        ("0.0.0.0", True, False), ("192.0.2.1", True, False), ("::", True, False), ("localhost.example", False, False),
        ("", False, False), ("[::1]", False, False),
    ],
)  # fmt: skip
def test_what_is_an_address_and_what_stays_on_this_machine(host: str, address: bool, loopback: bool) -> None:
    assert (is_address(host), is_loopback(host)) == (address, loopback)
