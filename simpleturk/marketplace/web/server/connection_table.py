"""The open connections of a process, and what they may take together: connections, received bytes, unsent bytes.

Clients are unknown when they connect. So a limit refuses no newcomer: the connection that does least with what it takes
is closed, among those of the network or requester that takes most.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from simpleturk.marketplace.web.server.addresses import is_own, network_of

#: How many connections a process has open, and how many of them one network may have. This computer's own addresses,
#: such as a proxy's, have no limit of their own.
MAX_CONNECTIONS = 2000
PER_NETWORK = 400

#: The bytes of bodies that a process keeps, most of them on the disk, until their requests are answered.
MAX_RECEIVED = 2 * 1024 * 1024 * 1024

#: The bytes of answers that wait in memory because their clients do not read them.
MAX_UNSENT = 256 * 1024 * 1024

#: Seconds for the head of a request, from the connection or the first byte of the request.
HEAD_SECONDS = 15

#: Seconds without a byte of a body, or of an answer, after which it is given up.
STALL_SECONDS = 30

#: The slowest client: bytes per second that it sends or reads, on average over STALL_SECONDS or more.
MIN_RATE = 1024

#: Seconds after which a body that still arrives has to be a quick one, and bytes per second of a quick one.
BODY_SECONDS = 300
QUICK_RATE = 16 * 1024

#: The name under which a request's scope has the table of its process.
TABLE = "simpleturk.connections"

#: Seconds between two looks at all connections.
TICK = 1.0


class Stage(Enum):
    """What a connection waits for: the head or the body of a request, or the answer to it."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"


class Connection:
    """One connection, as the table sees it. `opened` is in seconds of a monotonic clock."""

    def __init__(self, transport: Any, address: str, opened: float, flow: Any = None) -> None:
        self.transport = transport
        self.peer = network_of(address)
        # uvicorn's FlowControl: the server may have paused reading, and then the client is not slow.
        self._flow = flow
        self.scope: dict[str, Any] = {}
        self.stage = Stage.HEAD
        self.since = self.last_byte = opened
        self.received = 0
        self.is_closed = False
        self._unsent: tuple[float, int] | None = None

    @property
    def owner(self) -> str:
        """The requester of the request in progress if its signature is checked already, else the client's network.

        A trusted proxy names the client's address in the request; the server puts it into `scope`.
        """
        requester = self.scope.get("simpleturk", {}).get("requester_id")
        client = self.scope.get("client")
        return str(requester) if requester else network_of(client[0]) if client else self.peer

    @property
    def unsent(self) -> int:
        """The bytes of answers that the client has not read."""
        return 0 if self.is_closed else int(self.transport.get_write_buffer_size())

    def enter(self, stage: Stage, now: float) -> None:
        """Begin a stage."""
        self.stage, self.since, self.last_byte = stage, now, now

    def resumed(self) -> None:
        """Note that the client has read most of what waited for it."""
        self._unsent = None

    def speed(self, now: float) -> float:
        """Bytes per second of the body; a body that has just begun counts as a quick one."""
        return (self.received + 256 * 1024) / (now - self.since + 1)

    def is_too_slow(self, now: float) -> bool:
        """Whether the client sends a request, or reads an answer, more slowly than MIN_RATE or its time allows."""
        return self._sends_too_slowly(now) or self._reads_too_slowly(now)

    def _sends_too_slowly(self, now: float) -> bool:
        age = now - self.since
        if self.stage is Stage.HEAD:
            return age > HEAD_SECONDS
        if self.stage is Stage.ANSWER or (self._flow and self._flow.read_paused):
            self.last_byte = now
            return False
        is_slow = age > STALL_SECONDS and self.received < MIN_RATE * (age - STALL_SECONDS)
        is_late = age > BODY_SECONDS and self.received < QUICK_RATE * age
        return is_slow or is_late or now - self.last_byte > STALL_SECONDS

    def _reads_too_slowly(self, now: float) -> bool:
        size = self.unsent
        if size == 0:
            self._unsent = None
            return False
        if self._unsent is None or size <= self._unsent[1] - MIN_RATE * STALL_SECONDS:
            self._unsent = now, size
        since, before = self._unsent
        self._unsent = since, max(before, size)
        return now - since > STALL_SECONDS


class ConnectionTable:
    """The connections of one process. Its methods run in the event loop; `unsent_of` may be called in any thread.

    `most` is how many there may be. With `behind_proxy`, one network may have all of them: it may be the proxy's.
    """

    def __init__(
        self,
        most: int = MAX_CONNECTIONS,
        clock: Callable[[], float] = time.monotonic,
        behind_proxy: bool = False,
    ) -> None:
        self.most = most
        self.behind_proxy = behind_proxy
        self.clock = clock
        self.connections: set[Connection] = set()
        self.received = 0
        self._peers: Counter[str] = Counter()
        self._paused: set[Connection] = set()
        self._unsent: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Connection) -> None:
        """Count a new connection. Above a limit, one that waits for a request is closed."""
        self.connections.add(connection)
        self._peers[connection.peer] += 1
        has_limit = not self.behind_proxy and not is_own(connection.peer)
        if has_limit and self._peers[connection.peer] > PER_NETWORK:
            self._make_room([other for other in self.connections if other.peer == connection.peer], connection)
        if len(self.connections) > self.most:
            self._make_room(list(self.connections), connection)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._forget(connection)
        if not self.connections and self._timer:
            self._timer.cancel()
            self._timer = None

    def begin_body(self, connection: Connection) -> None:
        """A request's head is complete: its body follows."""
        self.end_request(connection)
        connection.enter(Stage.BODY, self.clock())

    def receive(self, connection: Connection, size: int) -> None:
        """Count bytes of a body. Above MAX_RECEIVED, the slowest body of the network that sends most is given up."""
        connection.received += size
        connection.last_byte = self.clock()
        self.received += size
        while self.received > MAX_RECEIVED and not connection.is_closed:
            bodies = [other for other in self.connections if other.stage is Stage.BODY]
            greedy = _greediest(bodies, lambda other: other.received)
            now = self.clock()
            self.close(min(greedy, key=lambda other: other.speed(now), default=connection))

    def end_request(self, connection: Connection) -> None:
        """The body of a connection's request is not needed any more."""
        self.received -= connection.received
        connection.received = 0

    def pause(self, connection: Connection) -> None:
        """A client does not read as fast as it is answered. Above MAX_UNSENT, the slowest such clients are closed."""
        self._paused.add(connection)
        self._count_unsent()
        while sum(self._unsent.values()) > MAX_UNSENT:
            greedy = _greediest(self._paused, lambda other: other.unsent)
            self.close(min(greedy, key=lambda other: other.since))

    def resume(self, connection: Connection) -> None:
        """A client has read most of what waited for it."""
        connection.resumed()
        self._paused.discard(connection)
        self._count_unsent()

    def unsent_of(self, owner: str) -> int:
        """The bytes that wait for a requester's, or a network's, clients to read them."""
        return self._unsent.get(owner, 0)

    def look(self) -> None:
        """Close the connections that are too slow."""
        now = self.clock()
        for connection in [other for other in self.connections if other.is_too_slow(now)]:
            self.close(connection)
        self._count_unsent()

    def close(self, connection: Connection) -> None:
        """Close a connection at once; what it holds is free from now on."""
        if not connection.is_closed:
            connection.is_closed = True
            self._forget(connection)
            connection.transport.abort()

    def _make_room(self, connections: list[Connection], newcomer: Connection) -> None:
        """Close connections that wait for a request, or else for a body; if there are none, the newcomer.

        Several are closed at a time, so that a flood of connections costs few searches.
        """
        now = self.clock()
        for stage in (Stage.HEAD, Stage.BODY):
            waiting = [other for other in connections if other.stage is stage and other is not newcomer]
            if waiting:
                greedy = _greediest(waiting, lambda other: 1)
                greedy.sort(key=lambda other: other.since if stage is Stage.HEAD else other.speed(now))
                for connection in greedy[: max(1, len(connections) // 50)]:
                    self.close(connection)
                return
        self.close(newcomer)

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            self._peers[connection.peer] -= 1
            if not self._peers[connection.peer]:
                del self._peers[connection.peer]
            self.end_request(connection)
        if connection in self._paused:
            self._paused.discard(connection)
            self._count_unsent()

    def _count_unsent(self) -> None:
        """Replace the sums, which another thread may be reading."""
        sums: Counter[str] = Counter()
        for connection in self._paused:
            sums[connection.owner] += connection.unsent
        self._unsent = dict(sums)

    def _tick(self) -> None:
        self.look()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK, self._tick) if self.connections else None


def _greediest(connections: Iterable[Connection], weight: Callable[[Connection], int]) -> list[Connection]:
    """The connections of the owner, or the owners, whose connections weigh most together."""
    owners: dict[str, list[Connection]] = {}
    for connection in connections:
        owners.setdefault(connection.owner, []).append(connection)
    weights = {owner: sum(weight(other) for other in own) for owner, own in owners.items()}
    most = max(weights.values(), default=0)
    return [other for owner, own in owners.items() if weights[owner] == most for other in own]
