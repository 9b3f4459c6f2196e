"""The proxy delays, holds, drops, refuses and cuts as it is told, and passes everything on otherwise."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from infra.chaos.sinks.fault import Fault, FaultKind
from infra.chaos.sinks.proxy import PIECE_BYTES, Proxy

#: Ends a test that would wait for ever; no measure.
BOUND_S = 20.0


class Server:
    """Answers each line with the number of bytes it got so far on the connection; counts all bytes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.received = bytearray()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection):
            count = 0
            try:
                while data := connection.recv(PIECE_BYTES):
                    self.received += data
                    count += len(data)
                    if data.endswith(b"\n"):
                        connection.sendall(f"{count}\n".encode())
            except OSError:
                return

    def close(self) -> None:
        """End."""
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server to be passed to."""
    running = Server()
    yield running
    running.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """A proxy before the server."""
    with Proxy("127.0.0.1", server.port) as running:
        yield running


def connect(proxy: Proxy) -> socket.socket:
    """Open a connection through the proxy."""
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=BOUND_S)


def line(connection: socket.socket) -> bytes:
    """Return the next answer."""
    out = b""
    while not out.endswith(b"\n"):
        data = connection.recv(100)
        if not data:
            break
        out += data
    return out


def send_for_ever(connection: socket.socket) -> None:
    """Send a request without end."""
    while True:
        connection.sendall(b"y" * 10_000)
        time.sleep(0.001)


def test_without_a_fault_everything_passes(proxy: Proxy, server: Server) -> None:
    """A request of a megabyte arrives byte for byte, and its answer comes back."""
    body = bytes(range(256)) * 4096
    with connect(proxy) as connection:
        connection.sendall(body + b"\n")
        assert line(connection).strip() == str(len(body) + 1).encode()
    assert bytes(server.received) == body + b"\n"
    assert proxy.resets == 0


def test_slow_delays_each_piece(proxy: Proxy) -> None:
    """Once there and once back."""
    with connect(proxy) as connection:
        connection.sendall(b"x\n")
        assert line(connection) == b"2\n"
        proxy.strike(Fault(FaultKind.SLOW, lasts_s=BOUND_S, latency_s=0.1))
        begun = time.monotonic()
        connection.sendall(b"x\n")
        assert line(connection) == b"4\n"
        assert time.monotonic() - begun >= 0.2


def test_hold_moves_nothing_and_loses_nothing(proxy: Proxy, server: Server) -> None:
    """What was sent meanwhile arrives afterwards, on the same connection."""
    with connect(proxy) as connection:
        connection.sendall(b"a\n")
        assert line(connection) == b"2\n"
        proxy.strike(Fault(FaultKind.HOLD, lasts_s=0.3))
        assert proxy.lasts
        connection.sendall(b"b\n")
        time.sleep(0.1)
        assert bytes(server.received) == b"a\n"
        assert line(connection) == b"4\n"
    assert not proxy.lasts


def test_a_held_sender_is_held_back(proxy: Proxy) -> None:
    """The proxy does not gather what it holds: the sender's own buffers fill up and it waits."""
    proxy.strike(Fault(FaultKind.HOLD, lasts_s=BOUND_S))
    with connect(proxy) as connection:
        connection.setblocking(False)
        sent = 0
        quiet = time.monotonic()
        while time.monotonic() - quiet < 0.3:
            try:
                sent += connection.send(bytes(PIECE_BYTES))
                quiet = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
            assert sent < 256 * 1024**2, "the proxy takes everything"
    proxy.heal()


def test_a_black_hole_drops_and_then_resets(proxy: Proxy, server: Server) -> None:
    """Bytes vanish without an answer; the connection that lost some ends in a reset, a new one works."""
    with connect(proxy) as connection:
        connection.sendall(b"a\n")
        assert line(connection) == b"2\n"
        proxy.strike(Fault(FaultKind.BLACK_HOLE, lasts_s=0.3))
        connection.sendall(b"lost\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert bytes(server.received) == b"a\n"
    assert proxy.dropped_bytes == 5
    with connect(proxy) as connection:
        connection.sendall(b"b\n")
        assert line(connection) == b"2\n"


def test_refuse_resets_open_and_new_connections(proxy: Proxy) -> None:
    """Until it ends."""
    with connect(proxy) as connection:
        connection.sendall(b"a\n")
        assert line(connection) == b"2\n"
        proxy.strike(Fault(FaultKind.REFUSE, lasts_s=BOUND_S))
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    # the reset may come while the connection is made, or behind it
    with pytest.raises(ConnectionResetError), connect(proxy) as connection:
        connection.recv(100)
    proxy.heal()
    with connect(proxy) as connection:
        connection.sendall(b"b\n")
        assert line(connection) == b"2\n"


def test_cut_resets_what_is_open_now(proxy: Proxy) -> None:
    """And nothing afterwards."""
    with connect(proxy) as connection:
        connection.sendall(b"a\n")
        assert line(connection) == b"2\n"
        proxy.strike(Fault(FaultKind.CUT))
        with pytest.raises(ConnectionResetError):
            connection.recv(100)
    assert not proxy.lasts
    with connect(proxy) as connection:
        connection.sendall(b"b\n")
        assert line(connection) == b"2\n"


def test_a_request_is_cut_after_exactly_so_many_bytes(proxy: Proxy, server: Server) -> None:
    """The server has the first part of it, the client a reset; so many times."""
    proxy.strike(Fault(FaultKind.CUT_REQUEST, after_bytes=100_000))
    with connect(proxy) as connection, pytest.raises(OSError, match=r"reset|pipe"):
        send_for_ever(connection)
    deadline = time.monotonic() + BOUND_S
    while len(server.received) < 100_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    # a reset may overtake bytes that the server has not read yet
    assert len(server.received) <= 100_000
    assert proxy.resets == 1
    with connect(proxy) as connection:
        connection.sendall(b"b\n")
        assert line(connection) == b"2\n"


def test_an_answer_is_cut_after_the_server_has_worked(proxy: Proxy, server: Server) -> None:
    """The server got the whole request; the client does not learn of it, as often as asked."""
    proxy.strike(Fault(FaultKind.CUT_ANSWER, times=2))
    for _ in range(2):
        with connect(proxy) as connection:
            connection.sendall(b"a\n")
            with pytest.raises(ConnectionResetError):
                connection.recv(100)
    assert bytes(server.received) == b"a\na\n"
    with connect(proxy) as connection:
        connection.sendall(b"b\n")
        assert line(connection) == b"2\n"


def test_a_server_that_is_away_is_a_reset() -> None:
    """As a router says it."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and without a listener
        port = nobody.getsockname()[1]
        # The reset may come while the connection is still being made.
        with Proxy("127.0.0.1", port) as proxy, pytest.raises(ConnectionResetError), connect(proxy) as connection:
            connection.recv(100)
