"""chdb behind a pool of connections: each query runs in a thread, with settings of its own."""

import fcntl
import queue
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb

#: Queries that run at a time; further ones wait for a connection.
CONNECTIONS = 4
WAIT_FOR_CONNECTION_S = 30.0
TOO_MANY_SIMULTANEOUS_QUERIES = 202
_CODE = re.compile(r"Code: (\d+)\.")
#: An INSERT whose data follows: the statement up to FORMAT, the format, and where the data begins.
_INSERT = re.compile(
    rb"^\s*(INSERT\s+INTO\s(?:(?!\bSELECT\b|\bVALUES\b)[^;])*?)\sFORMAT\s+(\w+)[ \t]*;?(\r?\n|[ \t]|$)", re.IGNORECASE
)
#: Inserted data is handed to the engine in pieces of this size.
_PIECE_BYTES = 8 * 1024 * 1024
_SETTING_NAME = re.compile(r"^[a-z][a-z0-9_]*$", re.IGNORECASE)


class QueryError(RuntimeError):
    """ClickHouse refused a query.

    Attributes:
        code: ClickHouse's error code.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: bytes in the format asked for, and what it read and wrote."""

    data: bytes
    rows_read: int
    bytes_read: int
    rows_written: int
    elapsed_s: float


class Engine:
    """The engine on one data folder.

    Args:
        folder: the data folder; one engine owns it.
        user: the one user.

    Raises:
        RuntimeError: another engine owns the folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "front.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"another engine owns {folder}; stop it or name another --data-dir") from None
        self._pool: queue.Queue[Any] = queue.Queue()
        self._connections = [chdb.connect(str(folder)) for _ in range(CONNECTIONS)]
        for connection in self._connections:
            # a date before 1970 or a DateTime64 text must be read as a server does
            connection.query("SET date_time_input_format = 'best_effort'")
            self._pool.put(connection)

    def query(
        self,
        text: bytes,
        settings: Mapping[str, str],
        params: Mapping[str, str],
        out_format: str,
        database: str | None = None,
    ) -> Answer:
        """Run one query, whose inserted data may follow its text.

        Args:
            text: the query, and what an INSERT inserts.
            settings: of this query alone.
            params: values of {name:Type} placeholders.
            out_format: format of the answer where the query names none.
            database: the database of unqualified names; the default one where None.

        Raises:
            QueryError: ClickHouse refused it, or no connection was free in time.
        """
        try:
            connection = self._pool.get(timeout=WAIT_FOR_CONNECTION_S)
        except queue.Empty:
            raise QueryError(
                TOO_MANY_SIMULTANEOUS_QUERIES,
                f"Code: {TOO_MANY_SIMULTANEOUS_QUERIES}. DB::Exception: Too many simultaneous queries. "
                f"Maximum: {CONNECTIONS}. (TOO_MANY_SIMULTANEOUS_QUERIES)",
            ) from None
        done: list[str] = []
        try:
            if database:
                self._run(connection, f"USE `{database}`".encode(), {}, "TabSeparated")
            for name, value in settings.items():
                if not _SETTING_NAME.match(name):
                    raise QueryError(115, f"Code: 115. DB::Exception: Unknown setting '{name}'. (UNKNOWN_SETTING)")
                escaped = value.replace("\\", "\\\\").replace("'", "\\'")
                self._run(connection, f"SET {name} = '{escaped}'".encode(), {}, "TabSeparated")
                done.append(name)
            return self._run(connection, text, params, out_format)
        finally:
            for name in done:
                self._run(connection, f"SET {name} = DEFAULT".encode(), {}, "TabSeparated")
            if database:
                self._run(connection, b"USE default", {}, "TabSeparated")
            self._pool.put(connection)

    @staticmethod
    def _run(connection: Any, text: bytes, params: Mapping[str, str], out_format: str) -> Answer:
        insert = _INSERT.match(text[:65_536])
        try:
            if insert is not None:
                return Engine._insert(
                    connection, insert.group(1).decode(), insert.group(2).decode(), memoryview(text)[insert.end() :]
                )
            if params:
                result = connection.query(text.decode(), out_format, params=dict(params))
            else:
                result = connection.query(text, out_format)
        except UnicodeDecodeError as error:
            raise QueryError(
                62, f"Code: 62. DB::Exception: Syntax error: the query is not UTF-8: {error}. (SYNTAX_ERROR)"
            ) from error
        except Exception as error:  # chdb raises its own error and RuntimeError alike
            found = _CODE.search(str(error))
            raise QueryError(int(found.group(1)) if found else 1000, str(error)) from error
        return Answer(
            bytes(result.bytes() or b""),
            result.rows_read(),
            result.bytes_read(),
            result.rows_written(),
            result.elapsed(),
        )

    @staticmethod
    def _insert(connection: Any, statement: str, in_format: str, data: memoryview) -> Answer:
        # appended to the statement's text, binary data would end at its first empty line
        if not data:
            return Answer(b"", 0, 0, 0, 0.0)
        with connection.send_insert(statement, in_format) as stream:
            for begin in range(0, len(data), _PIECE_BYTES):
                stream.append(bytes(data[begin : begin + _PIECE_BYTES]))
            done = stream.finish()
        return Answer(b"", 0, 0, int(done.rows_written), float(done.elapsed))

    def close(self) -> None:
        """Close every connection; the engine writes what is left."""
        for connection in self._connections:
            connection.close()
        self._lock.close()
