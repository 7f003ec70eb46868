"""What a server needs before it starts."""

import pytest

from simpleturk.commands.marketplace.serve.checks import check_address
from simpleturk.errors import SimpleturkError


@pytest.mark.parametrize(
    ("address", "open_access", "is_secure"),
    [
        ("", True, False),
        ("http://localhost:8484", True, False),
        ("http://worker.simpleturk.localhost:8484", True, False),
        ("https://127.0.0.1", True, True),
        ("http://work.example.org", False, False),
        ("https://work.example.org", False, True),
    ],
)
def test_addresses_to_which_a_server_answers_are_accepted(address: str, open_access: bool, is_secure: bool) -> None:
    check_address(address, open_access, is_secure)


def test_an_address_with_tls_needs_a_server_with_tls() -> None:
    with pytest.raises(SimpleturkError, match="needs TLS"):
        check_address("https://work.example.org", open_access=False, is_secure=False)
