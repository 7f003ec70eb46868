"""Answers that are too large, too slow, or never come; the endpoint is a raw socket of the test."""

import gzip
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from simpleturk.client import answers, retries
from simpleturk.client.answers import AnswerWait, NoAnswer
from simpleturk.client.client import MTurk
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import Endpoint
from simpleturk.errors import MarketplaceError

pytestmark = pytest.mark.usefixtures("keys")

BALANCE = b'{"AvailableBalance": "5.00"}'

Behavior = Callable[[socket.socket, threading.Event], None]


@contextmanager
def serving(behavior: Behavior) -> Iterator[int]:
    """The port of a server that treats each connection so; `behavior` ends when its event is set."""
    ended = threading.Event()

    def treat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behavior(connection, ended)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=treat, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def silent(connection: socket.socket, ended: threading.Event) -> None:
    ended.wait()


def trickling_head(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not ended.wait(0.05):
        connection.sendall(b"x")


def trickling_body(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not ended.wait(0.05):
        connection.sendall(b"x")


def endless(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    while not ended.is_set():
        connection.sendall(bytes(1024 * 1024))


def endless_refusal(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not ended.is_set():
        connection.sendall(b"100000\r\n" + bytes(1024 * 1024) + b"\r\n")


def bomb(connection: socket.socket, ended: threading.Event) -> None:
    connection.recv(65_536)
    body = gzip.compress(bytes(200 * 1024 * 1024))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    ended.wait()


@contextmanager
def client_of(port: int, scheme: str = "http") -> Iterator[tuple[MTurk, list[str]]]:
    """A client of the server, and what it tells the user."""
    told: list[str] = []
    endpoint = Endpoint("lab", f"{scheme}://127.0.0.1:{port}", False)
    mturk = connect(endpoint, notify=told.append)
    yield mturk, told
    mturk.calls.client.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "NOTICE_SECONDS", 0.1)
    monkeypatch.setattr(retries, "ATTEMPT_SECONDS", 0.3)
    monkeypatch.setattr(retries, "UNANSWERED_SECONDS", 0.5)


@pytest.mark.parametrize(
    ("behavior", "scheme"),
    [(silent, "http"), (silent, "https"), (trickling_head, "http"), (trickling_body, "http")],
)
def test_an_endpoint_that_does_not_answer_is_told_to_the_user_and_given_up(
    impatient: None, behavior: Behavior, scheme: str
) -> None:
    with serving(behavior) as port, client_of(port, scheme) as (mturk, told):
        with pytest.raises(MarketplaceError) as caught:
            mturk.balance()
    assert caught.value.message.startswith("lab has not answered within")
    assert caught.value.hint and "check the address of the endpoint" in caught.value.hint
    assert len(told) == 1 and told[0].startswith("lab has not answered for")
    assert caught.value.is_passing


def test_a_command_says_after_some_seconds_that_the_endpoint_does_not_answer() -> None:
    with serving(silent) as port:
        command = [sys.executable, "-m", "simpleturk", "balance", "--endpoint-url", f"http://127.0.0.1:{port}"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        line = process.stderr.readline()
        process.kill()
        process.communicate()
    assert line == (
        f"warning: http://127.0.0.1:{port} has not answered for 5 seconds; the call is retried for up to 60 seconds\n"
    )


@pytest.mark.parametrize("behavior", [endless, endless_refusal])
def test_an_answer_that_is_too_large_is_refused_while_it_arrives(
    monkeypatch: pytest.MonkeyPatch, behavior: Behavior
) -> None:
    monkeypatch.setattr(answers, "MAX_ANSWER", 4 * 1024 * 1024)
    tracemalloc.start()
    try:
        with serving(behavior) as port, client_of(port) as (mturk, told):
            with pytest.raises(MarketplaceError, match="sent an answer of more than 128 MiB") as caught:
                mturk.balance()
            assert dict(mturk.stats.calls) == {"get_account_balance": 1}
        assert tracemalloc.get_traced_memory()[1] < 60 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert caught.value.hint and "check the address of the endpoint" in caught.value.hint


def test_a_compressed_answer_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked: list[object] = []

    class Decompressor:
        def decompress(self, *arguments: object) -> bytes:
            unpacked.append(arguments)
            return b""

    monkeypatch.setattr("zlib.decompressobj", lambda *_: Decompressor())
    with serving(bomb) as port, client_of(port) as (mturk, _):
        with pytest.raises(MarketplaceError, match="something that is not MTurk's API"):
            mturk.balance()
        assert dict(mturk.stats.calls) == {"get_account_balance": 1}
    assert unpacked == []


def test_a_slow_answer_that_arrives_is_read(impatient: None) -> None:
    def slow(connection: socket.socket, ended: threading.Event) -> None:
        connection.recv(65_536)
        body = BALANCE + b" " * 300_000
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        for at in range(0, len(body), 30_000):
            connection.sendall(body[at : at + 30_000])
            ended.wait(0.05)

    with serving(slow) as port, client_of(port) as (mturk, _):
        assert str(mturk.balance()) == "5.00"


def test_a_second_silence_is_told_again(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(connection: socket.socket, ended: threading.Event) -> None:
        while connection.recv(65_536):
            ended.wait(0.2)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BALANCE) + BALANCE)

    monkeypatch.setattr(retries, "ATTEMPT_SECONDS", 20)
    with serving(late) as port, client_of(port) as (mturk, told):
        mturk.balance()
        mturk.balance()
    assert len(told) == 2


def test_a_wait_returns_the_result_or_raises_the_error_of_its_call() -> None:
    wait = AnswerWait(20, lambda: None)
    assert wait.result(lambda: 5) == 5
    with pytest.raises(TimeoutError, match="of the call"):
        wait.result(lambda: _raise(TimeoutError("of the call")))
    with pytest.raises(NoAnswer, match="no answer within 0 seconds"):
        AnswerWait(0.05, lambda: None).result(lambda: time.sleep(0.5))


def _raise(error: Exception) -> None:
    raise error


def test_one_call_after_the_other_is_made_in_the_same_thread() -> None:
    wait = AnswerWait(20, lambda: None)
    assert len({wait.result(threading.get_ident) for _ in range(50)}) == 1


def test_a_thread_whose_call_hangs_makes_no_other_call_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    released, hanging = threading.Event(), list[threading.Thread]()

    def hang() -> None:
        hanging.append(threading.current_thread())
        released.wait()

    with pytest.raises(NoAnswer):
        AnswerWait(0.05, lambda: None).result(hang)
    assert AnswerWait(20, lambda: None).result(threading.current_thread) is not hanging[0]
    released.set()
    hanging[0].join(20)
    assert not hanging[0].is_alive()


def test_a_thread_without_calls_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(answers._Caller, "_idle", [])
    thread = AnswerWait(20, lambda: None).result(threading.current_thread)
    thread.join(20)
    assert not thread.is_alive()
    assert AnswerWait(20, lambda: None).result(lambda: 5) == 5
