"""What connections may take together, and which one is closed when they take more."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simpleturk.marketplace.web.server import connection_table
from simpleturk.marketplace.web.server.connection_table import Connection, ConnectionTable, Stage
from tests.conftest import Clock

MIB = 1024 * 1024


class Transport:
    """A transport that counts what it would send."""

    def __init__(self) -> None:
        self.unsent = 0
        self.is_aborted = False

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.is_aborted = True


@pytest.fixture
def table(clock: Clock) -> ConnectionTable:
    return ConnectionTable(10, clock)


def run(scenario: Callable[[], None]) -> None:
    """Run a scenario in an event loop, which the table needs for its timer."""

    async def main() -> None:
        scenario()

    asyncio.run(main())


def opened(table: ConnectionTable, address: str) -> Connection:
    connection = Connection(Transport(), address, table.clock())
    table.add(connection)
    return connection


def sending(table: ConnectionTable, address: str, size: int = 0) -> Connection:
    """A connection whose request's body has begun."""
    connection = opened(table, address)
    connection.scope = {"client": (address, 1)}
    table.begin_body(connection)
    table.receive(connection, size)
    return connection


def test_above_the_limit_the_oldest_waiting_connection_of_the_network_with_most_is_closed(
    table: ConnectionTable, clock: Clock
) -> None:
    def scenario() -> None:
        honest = opened(table, "203.0.113.1")
        clock.advance(1)
        flood = []
        for _ in range(9):
            flood.append(opened(table, "198.51.100.2"))
            clock.advance(1)
        newcomer = opened(table, "203.0.113.3")
        assert [other.is_closed for other in (honest, newcomer)] == [False, False]
        assert [other.is_closed for other in flood] == [True] + [False] * 8

    run(scenario)


def test_half_sent_bodies_keep_no_newcomer_out(table: ConnectionTable, clock: Clock) -> None:
    def scenario() -> None:
        bodies = [sending(table, "198.51.100.2", 1000) for _ in range(10)]
        clock.advance(1)
        newcomer = opened(table, "203.0.113.3")
        assert not newcomer.is_closed and sum(body.is_closed for body in bodies) == 1

    run(scenario)


def test_a_connection_that_is_answered_is_never_closed_for_a_newcomer(table: ConnectionTable, clock: Clock) -> None:
    def scenario() -> None:
        answered = [opened(table, "203.0.113.1") for _ in range(10)]
        for connection in answered:
            connection.enter(Stage.ANSWER, clock())
        newcomer = opened(table, "198.51.100.2")
        assert newcomer.is_closed and not any(connection.is_closed for connection in answered)

    run(scenario)


def test_one_network_has_a_limit_of_its_own_but_this_computer_has_none(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_table, "PER_NETWORK", 2)

    def scenario() -> None:
        table = ConnectionTable(100, clock)
        for address in ("127.0.0.1", "2001:db8::1"):
            for _ in range(5):
                clock.advance(1)
                opened(table, address)
        # The addresses of one /64 network are one client's.
        opened(table, "2001:db8::2")
        peers = [connection.peer for connection in table.connections]
        assert (peers.count("127.0.0.1"), peers.count("2001:db8::/64")) == (5, 2)

    run(scenario)


def test_a_proxy_may_have_all_connections(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_table, "PER_NETWORK", 2)

    def scenario() -> None:
        table = ConnectionTable(100, clock, behind_proxy=True)
        for _ in range(5):
            opened(table, "10.0.0.5")
        assert len(table.connections) == 5

    run(scenario)


def test_too_many_received_bytes_close_the_slowest_body_of_the_network_that_sends_most(
    table: ConnectionTable, clock: Clock
) -> None:
    def scenario() -> None:
        slow = sending(table, "198.51.100.2", 800 * MIB)
        clock.advance(10)
        quick = sending(table, "198.51.100.2", 800 * MIB)
        honest = sending(table, "203.0.113.3", 400 * MIB)
        assert table.received == 2000 * MIB
        table.receive(honest, 80 * MIB)
        assert (slow.is_closed, quick.is_closed, honest.is_closed) == (True, False, False)
        assert table.received == 1280 * MIB
        table.end_request(quick)
        table.remove(honest)
        assert table.received == 0

    run(scenario)


def test_clients_that_read_nothing_are_closed_when_too_much_waits_for_them(
    table: ConnectionTable, clock: Clock
) -> None:
    def scenario() -> None:
        readers = []
        for address in ("198.51.100.2", "198.51.100.2", "203.0.113.3"):
            readers.append(sending(table, address))
            readers[-1].transport.unsent = 100 * MIB
            table.pause(readers[-1])
            clock.advance(1)
        assert [reader.is_closed for reader in readers] == [True, False, False]
        assert table.unsent_of("198.51.100.2") == 100 * MIB
        table.resume(readers[1])
        assert table.unsent_of("198.51.100.2") == 0

    run(scenario)


def test_unsent_bytes_count_for_the_requester_once_the_signature_is_checked(table: ConnectionTable) -> None:
    def scenario() -> None:
        connection = sending(table, "198.51.100.2")
        connection.scope["simpleturk"] = {"requester_id": "A1"}
        connection.transport.unsent = MIB
        table.pause(connection)
        assert (table.unsent_of("A1"), table.unsent_of("198.51.100.2")) == (MIB, 0)

    run(scenario)


def test_behind_a_trusted_proxy_the_forwarded_address_counts(table: ConnectionTable) -> None:
    def scenario() -> None:
        connection = opened(table, "127.0.0.1")
        connection.scope = {"client": ("2001:db8::7", 0)}
        assert connection.owner == "2001:db8::/64"

    run(scenario)


#: Seconds, and what happens then: bytes of the body arrive, or the client reads bytes of the answer.
Course = list[tuple[float, int]]


@pytest.mark.parametrize(
    ("course", "is_closed"),
    [
        ([(29, 0)], False),
        ([(31, 0)], True),
        ([(20, 40_000), (29, 0)], False),
        ([(20, 40_000), (31, 0)], True),
        ([(10, 1)] * 6, True),
        ([(10, 30_000)] * 29, False),
        ([(10, 30_000)] * 31, True),
        ([(10, 300_000)] * 60, False),
    ],
    ids=["begins", "stalls", "pauses", "stalls later", "trickles", "slow", "too long", "long and quick"],
)
def test_a_body_has_to_arrive_at_a_pace(table: ConnectionTable, clock: Clock, course: Course, is_closed: bool) -> None:
    def scenario() -> None:
        connection = sending(table, "203.0.113.1")
        for seconds, size in course:
            clock.advance(seconds)
            if size and not connection.is_closed:
                table.receive(connection, size)
            table.look()
        assert connection.is_closed is is_closed

    run(scenario)


def test_a_body_that_the_server_does_not_read_is_not_late(table: ConnectionTable, clock: Clock) -> None:
    class Flow:
        read_paused = True

    def scenario() -> None:
        connection = Connection(Transport(), "203.0.113.1", clock(), Flow())
        table.add(connection)
        table.begin_body(connection)
        clock.advance(60)
        table.look()
        assert not connection.is_closed

    run(scenario)


@pytest.mark.parametrize(("per_second", "is_closed"), [(0, True), (100, True), (4096, False)])
def test_an_answer_has_to_be_read_at_a_pace(
    table: ConnectionTable, clock: Clock, per_second: int, is_closed: bool
) -> None:
    def scenario() -> None:
        connection = opened(table, "203.0.113.1")
        connection.enter(Stage.ANSWER, clock())
        connection.transport.unsent = MIB
        for _ in range(60):
            clock.advance(1)
            connection.transport.unsent -= per_second
            table.look()
        assert connection.is_closed is is_closed

    run(scenario)


def test_a_stream_that_is_read_is_not_closed(table: ConnectionTable, clock: Clock) -> None:
    def scenario() -> None:
        connection = opened(table, "203.0.113.1")
        connection.enter(Stage.ANSWER, clock())
        for _ in range(60):
            # The application refills what the client reads.
            connection.transport.unsent = 65_536
            table.pause(connection)
            clock.advance(2)
            table.look()
            table.resume(connection)
        assert not connection.is_closed

    run(scenario)


def test_the_table_looks_by_itself(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(connection_table, "TICK", 0.01)

    async def main() -> tuple[bool, Any]:
        table = ConnectionTable(10, clock)
        connection = opened(table, "203.0.113.1")
        clock.advance(16)
        while not connection.is_closed:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return connection.is_closed, table._timer

    assert asyncio.run(main()) == (True, None)
