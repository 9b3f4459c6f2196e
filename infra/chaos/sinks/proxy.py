"""A TCP proxy that does to its connections what a bad network does. Its memory is bounded: a piece each way a link."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any, Final, Self, TypeVar

from infra.chaos.sinks.fault import Fault, FaultKind

T = TypeVar("T")

HOST: Final = "127.0.0.1"
#: Most bytes of one piece, and of what a stream reads ahead.
PIECE_BYTES: Final = 65_536
#: How long a connection to the server may take to open.
CONNECT_S: Final = 5.0
#: How long the proxy's thread may take to begin and to end.
THREAD_S: Final = 10.0
#: How long links may take to end after their reset.
END_S: Final = 2.0
#: SO_LINGER with time 0: the peer is told of the end by a reset, at once.
_RESET: Final = struct.pack("ii", 1, 0)
_TIMED: Final = frozenset({FaultKind.SLOW, FaultKind.HOLD, FaultKind.BLACK_HOLE, FaultKind.REFUSE})


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes connections to a server. A context manager.

    Args:
        host: the server's address.
        port: its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._listener: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._fault: Fault | None = None
        self._end: asyncio.TimerHandle | None = None
        self._moves = asyncio.Event()
        self._moves.set()
        self._cut_after_bytes: int | None = None
        self._cuts_left = 0
        self._answers_to_cut = 0
        self.port = 0
        #: Connections that were reset by a fault.
        self.resets = 0
        #: Bytes that a black hole took.
        self.dropped_bytes = 0

    def __enter__(self) -> Self:
        """Begin to listen.

        Raises:
            OSError: no port can be bound.
        """
        self._thread.start()
        self.port = self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        """Reset every connection and end."""
        self._run(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(THREAD_S)
        self._loop.close()

    @property
    def lasts(self) -> bool:
        """Whether a fault that lasts goes on; one that waits for a byte or an answer does not count."""
        return self._fault is not None

    def strike(self, fault: Fault) -> None:
        """Begin a fault and return; one that lasts ends the one before it, and ends by itself."""
        self._run(self._begin(fault))

    def heal(self) -> None:
        """End every fault now."""
        self._run(self._heal())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(THREAD_S)

    async def _listen(self) -> int:
        self._listener = await asyncio.start_server(self._accept, HOST, 0, limit=PIECE_BYTES)
        return int(self._listener.sockets[0].getsockname()[1])

    async def _shut(self) -> None:
        await self._heal()
        if self._listener is not None:
            self._listener.close()
        for link in list(self._links):
            link.reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            # they end with their connections; only one that is about to open has to be cut short
            _, late = await asyncio.wait(others, timeout=END_S)
            for task in late:
                task.cancel()

    async def _begin(self, fault: Fault) -> None:
        if fault.kind in _TIMED:
            self._end_timed()
            self._fault = fault
            self._end = self._loop.call_later(fault.lasts_s, self._end_timed)
            if fault.kind is FaultKind.HOLD:
                self._moves.clear()
        if fault.kind in {FaultKind.CUT, FaultKind.REFUSE}:
            self._reset_all()
        elif fault.kind is FaultKind.CUT_REQUEST:
            self._cut_after_bytes, self._cuts_left = fault.after_bytes, fault.times
        elif fault.kind is FaultKind.CUT_ANSWER:
            self._answers_to_cut = fault.times

    async def _heal(self) -> None:
        self._end_timed()
        self._cut_after_bytes, self._cuts_left, self._answers_to_cut = None, 0, 0

    def _end_timed(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._fault = self._end = None
        self._moves.set()
        for link in list(self._links):
            if link.lost_bytes:
                self._reset(link)

    def _reset_all(self) -> None:
        for link in list(self._links):
            self._reset(link)

    def _reset(self, link: "_Link") -> None:
        self.resets += 1
        link.reset()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is(FaultKind.REFUSE):
            self.resets += 1
            _abort(writer)
            return
        try:
            async with asyncio.timeout(CONNECT_S):
                server_reader, server_writer = await asyncio.open_connection(*self._server, limit=PIECE_BYTES)
        except OSError:  # a timeout too: the server is away, and so says the reset
            _abort(writer)
            return
        link = _Link(writer, server_writer)
        self._links.add(link)
        pumps = {
            asyncio.create_task(self._pump(link, reader, server_writer, answer=False)),
            asyncio.create_task(self._pump(link, server_reader, writer, answer=True)),
        }
        try:
            # HTTP needs no half-open connections: the end of one direction is the end of both
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._links.discard(link)
            link.close()

    async def _pump(
        self, link: "_Link", reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answer: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE_BYTES):
                await self._moves.wait()
                fault = self._fault
                if fault is not None and fault.kind is FaultKind.SLOW:
                    await asyncio.sleep(fault.latency_s)
                if self._is(FaultKind.BLACK_HOLE):
                    link.lost_bytes += len(data)
                    self.dropped_bytes += len(data)
                    continue
                passed = self._before_cut(data, answer=answer)
                writer.write(passed)
                await writer.drain()
                if len(passed) < len(data):
                    self._reset(link)
                    return

    def _before_cut(self, data: bytes, *, answer: bool) -> bytes:
        """Return what of a piece passes; less than all of it: the connection is to be reset behind it."""
        if answer:
            if not self._answers_to_cut:
                return data
            self._answers_to_cut -= 1
            return b""
        if self._cut_after_bytes is None:
            return data
        if self._cut_after_bytes >= len(data):
            self._cut_after_bytes -= len(data)
            return data
        passed = data[: self._cut_after_bytes]
        self._cuts_left -= 1
        # a further cut comes within the next request, wherever that is
        self._cut_after_bytes = len(data) if self._cuts_left > 0 else None
        return passed

    def _is(self, kind: FaultKind) -> bool:
        return self._fault is not None and self._fault.kind is kind


class _Link:
    """One connection: the client's side and the server's."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._sides = (client, server)
        self.lost_bytes = 0

    def reset(self) -> None:
        """End both sides by a reset."""
        for side in self._sides:
            _abort(side)

    def close(self) -> None:
        """End both sides after what was written."""
        for side in self._sides:
            side.close()


def _abort(writer: asyncio.StreamWriter) -> None:
    held = writer.get_extra_info("socket")
    if held is not None:
        with contextlib.suppress(OSError):
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
