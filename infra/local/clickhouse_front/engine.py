"""chdb behind a pool of connections: each query runs in a thread, with settings of its own."""

import fcntl
import itertools
import queue
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chdb
import psutil

from infra.local.clickhouse_front.insert_statement import InsertStatement, parse_insert

#: Queries that run at a time; further ones wait for a connection.
CONNECTIONS = 4
WAIT_FOR_CONNECTION_S = 30.0
TOO_MANY_SIMULTANEOUS_QUERIES = 202
_CODE = re.compile(r"Code: (\d+)\.")
_SETTING_NAME = re.compile(r"^[a-z][a-z0-9_]*$", re.IGNORECASE)


#: The engine shares its machine with Kafka, Triton and Vigil's stages: it takes at most this, and a quarter of all.
MEMORY_MAX_BYTES = 4 * 1024**3
#: ClickHouse's code for what a reading query may not do.
READONLY = 164
#: Statements that only read.
_READS = re.compile(rb"^(?:\s|--[^\n]*\n)*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
#: Threads of one query.
QUERY_THREADS = 2
MARK_CACHE_BYTES = 256 * 1024**2


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

    Raises:
        RuntimeError: another engine owns the folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "front.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise RuntimeError(f"another engine owns {folder}; stop it or name another --data-dir") from None
        # what is inserted passes through files here; a killed engine leaves them
        self._spool = folder / "front.spool"
        shutil.rmtree(self._spool, ignore_errors=True)
        self._spool.mkdir()
        self._numbers = itertools.count()
        memory = min(MEMORY_MAX_BYTES, psutil.virtual_memory().total // 4)
        limits = f"max_server_memory_usage={memory}&max_threads={QUERY_THREADS}&mark_cache_size={MARK_CACHE_BYTES}"
        address = f"{folder}?{limits}"
        self._pool: queue.Queue[Any] = queue.Queue()
        self._connections = [chdb.connect(address) for _ in range(CONNECTIONS)]
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
        own: Mapping[str, str] = {}
        try:
            _check_readonly(text, settings.get("readonly", "0"))
            if database:
                self._run(connection, f"USE `{database}`".encode(), {}, "TabSeparated")
            asked = _own_settings(settings)
            self._set(connection, asked)
            own = asked
            return self._run(connection, text, params, out_format)
        finally:
            self._set(connection, dict.fromkeys(own, "DEFAULT"))
            if database:
                self._run(connection, b"USE default", {}, "TabSeparated")
            self._pool.put(connection)

    def _set(self, connection: Any, values: Mapping[str, str]) -> None:
        """Give settings of a connection values, in one statement: four apart cost a third of the shortest query.

        Raises:
            QueryError: the engine knows no such setting or value; then none was changed.
        """
        if values:
            pairs = ", ".join(f"{name} = {value}" for name, value in values.items())
            self._run(connection, f"SET {pairs}".encode(), {}, "TabSeparated")

    def _run(self, connection: Any, text: bytes, params: Mapping[str, str], out_format: str) -> Answer:
        try:
            insert = parse_insert(text)
            if insert is not None and not (insert.format == "Values" and params):
                return self._insert(connection, insert)
            if params:
                result = connection.query(text.decode(), out_format, params=dict(params))
            else:
                result = connection.query(text, out_format)
        except Exception as error:  # chdb raises its own error and RuntimeError alike
            # an error that quotes damaged data is no UTF-8, and chdb fails to decode it
            text_of = error.object.decode(errors="replace") if isinstance(error, UnicodeDecodeError) else str(error)
            found = _CODE.search(text_of)
            raise QueryError(int(found.group(1)) if found else 1000, text_of) from error
        return _answer(result)

    def _insert(self, connection: Any, insert: InsertStatement) -> Answer:
        """Insert through a file.

        The engine's two other ways lose data without an error: appended to the statement, binary data ends at its first
        empty line; chdb's `send_insert` reports success where a constraint refused the block.
        """
        if not insert.data:
            return Answer(b"", 0, 0, 0, 0.0)
        path = self._spool / str(next(self._numbers))
        try:
            path.write_bytes(insert.data)
            return _answer(connection.query(insert.from_file(str(path.resolve()))))
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close every connection; the engine writes what is left."""
        for connection in self._connections:
            connection.close()
        self._lock.close()


def _own_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return a query's settings as SQL, without readonly: a connection could never leave it again.

    Raises:
        QueryError: a name is none.
    """
    out: dict[str, str] = {}
    for name, value in settings.items():
        if not _SETTING_NAME.match(name):
            raise QueryError(115, f"Code: 115. DB::Exception: Unknown setting '{name}'. (UNKNOWN_SETTING)")
        if name != "readonly":
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            out[name] = f"'{escaped}'"
    return out


def _check_readonly(text: bytes, readonly: str) -> None:
    """Refuse what the setting readonly forbids, as a server does.

    Raises:
        QueryError: the statement is none that reads.
    """
    if readonly in {"1", "2"} and not _READS.match(text):
        raise QueryError(
            READONLY, f"Code: {READONLY}. DB::Exception: Cannot execute query in readonly mode. (READONLY)"
        )


def _answer(result: Any) -> Answer:
    return Answer(
        bytes(result.bytes() or b""),
        result.rows_read(),
        result.bytes_read(),
        result.rows_written(),
        result.elapsed(),
    )
