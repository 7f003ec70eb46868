"""Accounts of workers: hashes of passwords, links, invitations, sessions and limits on failed attempts."""

from typing import Literal

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from simpleturk.marketplace.domain.marketplace import Marketplace
from simpleturk.marketplace.people import worker_accounts, workers
from simpleturk.marketplace.people.worker_errors import WorkerError
from tests.conftest import Clock

DAY = 86_400
HASH = "not a hash"


def test_a_password_is_verified_by_its_hash() -> None:
    password_hash = worker_accounts.hash_password("ann", "correct horse")
    assert "horse" not in password_hash
    assert worker_accounts.verify_password(password_hash, "correct horse")
    assert not worker_accounts.verify_password(password_hash, "wrong horse")
    assert not worker_accounts.verify_password(None, "correct horse")
    assert not worker_accounts.verify_password("damaged", "correct horse")


def test_an_account_that_does_not_exist_takes_as_long_to_verify(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []

    class Recorder(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            verified.append(str(hash))
            # Argon2 hashes the password with the costs in the hash, then finds that the result differs.
            with pytest.raises(VerifyMismatchError):
                super().verify(hash, password)
            return super().verify(hash, password)

    monkeypatch.setattr(worker_accounts, "_hasher", Recorder())
    assert not worker_accounts.verify_password(None, "correct horse")
    [no_password] = verified
    own = worker_accounts.hash_password("ann", "correct horse")
    assert extract_parameters(no_password) == extract_parameters(own)
    assert len(no_password) == len(own)


@pytest.mark.parametrize("password", ["", "seven 7", "ann-the-worker", "ANN-THE-WORKER", "x" * 1001])
def test_a_password_that_is_easy_to_guess_has_no_hash(password: str) -> None:
    with pytest.raises(WorkerError, match="Choose another password.") as caught:
        worker_accounts.hash_password("ann-the-worker", password)
    assert caught.value.reason == "Use at least 8 characters, and not your worker ID."


def test_a_password_link_is_valid_once_and_until_it_expires(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        secret = worker_accounts.create_password_link(transaction, "ann", days=2)
    clock.advance(2 * DAY - 1)
    with marketplace.write() as transaction:
        assert worker_accounts.password_link_owner(transaction, secret) == "ann"
        assert worker_accounts.password_link_owner(transaction, secret + "x") is None
        worker_accounts.use_password_link(transaction, secret, HASH)
        assert worker_accounts.get_password_hash(transaction, "ann") == HASH
        with pytest.raises(WorkerError, match="not valid"):
            worker_accounts.use_password_link(transaction, secret, HASH)
        late = worker_accounts.create_password_link(transaction, "ann", days=2)
        assert worker_accounts.get_password_hash(transaction, "ann") is None
    clock.advance(2 * DAY)
    with marketplace.read() as transaction:
        assert worker_accounts.password_link_owner(transaction, late) is None


def test_an_invitation_is_used_up(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        secret = worker_accounts.create_invitation(transaction, 1, 2, "US", "CA")
        assert worker_accounts.is_invitation_valid(transaction, secret)
        with pytest.raises(WorkerError, match="not valid"):
            worker_accounts.sign_up(transaction, "bob", HASH, "unknown")
        worker_accounts.sign_up(transaction, "ann", HASH, secret)
        assert workers.get_profile(transaction, "ann") == workers.Profile("US", "CA")
        assert not worker_accounts.is_invitation_valid(transaction, secret)
        expired = worker_accounts.create_invitation(transaction, 1, 2, "", "")
    clock.advance(2 * DAY)
    with marketplace.read() as transaction:
        assert not worker_accounts.is_invitation_valid(transaction, expired)


def test_a_session_is_valid_until_it_is_signed_out(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        first, second = (
            worker_accounts.begin_session(transaction, "ann"),
            worker_accounts.begin_session(transaction, "ann"),
        )
        worker_accounts.sign_out(transaction, first)
        worker_accounts.sign_out(transaction, first)
        assert worker_accounts.session_status(transaction, first, "") == "ended"
        assert worker_accounts.session_status(transaction, second, "") == "valid"
        worker_accounts.end_sessions(transaction, "ann")
        assert worker_accounts.session_status(transaction, second, "") == "ended"


def test_a_session_waits_for_the_current_terms(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        session = worker_accounts.begin_session(transaction, "ann")
        assert worker_accounts.session_status(transaction, session, "Be kind.") == "terms"
        worker_accounts.accept_terms(transaction, "ann", "Be kind.")
        assert worker_accounts.session_status(transaction, session, "Be kind.") == "valid"
        assert worker_accounts.session_status(transaction, session, "Be very kind.") == "terms"


def test_a_disabled_account_has_no_password_link_or_session(marketplace: Marketplace) -> None:
    with marketplace.write() as transaction:
        worker_accounts.sign_up(transaction, "ann", HASH, None)
        session = worker_accounts.begin_session(transaction, "ann")
        worker_accounts.set_disabled(transaction, "ann", True)
        assert worker_accounts.get_password_hash(transaction, "ann") is None
        assert worker_accounts.session_status(transaction, session, "") == "ended"
        with pytest.raises(WorkerError, match="This account is disabled."):
            worker_accounts.begin_session(transaction, "ann")
        worker_accounts.set_disabled(transaction, "ann", False)
        assert worker_accounts.get_password_hash(transaction, "ann") == HASH


def test_an_account_has_a_status(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        workers.register(transaction, "cat")
        worker_accounts.sign_up(transaction, "ann", HASH, None)
        worker_accounts.create_password_link(transaction, "bob", 1)
        worker_accounts.sign_up(transaction, "dan", HASH, None)
        worker_accounts.set_disabled(transaction, "dan", True)

        def statuses() -> dict[str, str]:
            return {
                worker.worker_id: worker_accounts.account_status(worker, clock.now)
                for worker in workers.all_workers(transaction)
            }

        assert statuses() == {"ann": "active", "bob": "invited", "cat": "none", "dan": "disabled"}
        clock.advance(DAY)
        assert statuses()["bob"] == "none"


def test_workers_can_sign_in_with_a_password_a_link_or_an_invitation(marketplace: Marketplace, clock: Clock) -> None:
    with marketplace.write() as transaction:
        workers.register(transaction, "ann")
        assert not worker_accounts.can_workers_sign_in(transaction)
        worker_accounts.create_password_link(transaction, "ann", 1)
        assert worker_accounts.can_workers_sign_in(transaction)
    clock.advance(DAY)
    with marketplace.write() as transaction:
        assert not worker_accounts.can_workers_sign_in(transaction)
        worker_accounts.create_invitation(transaction, 1, 1, "", "")
        assert worker_accounts.can_workers_sign_in(transaction)
