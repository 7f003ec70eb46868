"""Fixtures of the worker site's tests."""

import pytest
from argon2 import PasswordHasher

from simpleturk.marketplace.people import worker_accounts


@pytest.fixture(scope="session")
def cheap_hasher() -> tuple[PasswordHasher, str]:
    """Argon2 with the smallest costs, and the hash of a password that nobody has."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return hasher, hasher.hash("no password")


@pytest.fixture(autouse=True)
def cheap_passwords(cheap_hasher: tuple[PasswordHasher, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords at the smallest costs: tests of the pages hash hundreds.

    tests/marketplace/people/test_worker_accounts.py and the tests of `serve` hash them as the program does.
    """
    hasher, no_password = cheap_hasher
    monkeypatch.setattr(worker_accounts, "_hasher", hasher)
    monkeypatch.setattr(worker_accounts, "_NO_PASSWORD", no_password)
