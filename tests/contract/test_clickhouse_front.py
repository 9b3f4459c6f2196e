"""The HTTP interface that Vigil uses of ClickHouse: the same suite on the local front and on a real server.

VIGIL_TEST_CLICKHOUSE_URL (http://USER:PASSWORD@HOST:PORT) names a real server; without it those cases are skipped.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import clickhouse_connect
import fastavro
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from infra.settings import ROOT

pytestmark = pytest.mark.integration
REAL = "VIGIL_TEST_CLICKHOUSE_URL"


class Front:
    """A front of its own on a free port."""

    def __init__(self, folder: Path, *, password: str = "") -> None:
        self.folder = folder
        self.password = password
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Front":
        """Start it and wait until it answers."""
        self.process = self.spawn()
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/ping", timeout=1).read()
            except OSError:
                assert self.process.poll() is None, "the front ended while starting"
                assert time.monotonic() < deadline, "the front does not answer"
                time.sleep(0.1)
            else:
                return self

    def spawn(self) -> "subprocess.Popen[bytes]":
        """Start the process only."""
        argv = [sys.executable, "-m", "infra.local.clickhouse_front", "--port", str(self.port)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "VIGIL_CLICKHOUSE_PASSWORD": self.password}
        return subprocess.Popen([*argv, "--data-dir", str(self.folder)], env=environment, stderr=subprocess.PIPE)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(30)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code

    def client(self, **options: Any) -> Client:
        """Return clickhouse-connect's ordinary client."""
        return connect(f"http://default:{self.password}@127.0.0.1:{self.port}", **options)


def connect(url: str, **options: Any) -> Client:
    """Return clickhouse-connect's ordinary client for a URL with user and password."""
    address = urlsplit(url)
    return clickhouse_connect.get_client(
        interface=address.scheme,
        host=address.hostname,
        port=address.port,
        username=address.username or "default",
        password=address.password or "",
        **options,
    )


@pytest.fixture(scope="module", params=["front", "real"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server to test."""
    if request.param == "real":
        url = os.environ.get(REAL)
        if not url:
            pytest.skip(f"{REAL} names no ClickHouse server")
        yield url
        return
    front = Front(tmp_path_factory.mktemp("front") / "data", password="right").start()
    yield f"http://default:right@127.0.0.1:{front.port}"
    assert front.stop() == 0


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """A database of the test's own."""
    name = f"contract_{uuid4().hex[:12]}"
    client = connect(server)
    client.command(f"CREATE DATABASE {name}")
    yield name
    client.command(f"DROP DATABASE {name}")


@pytest.fixture
def client(server: str, database: str) -> Client:
    """A client on that database."""
    return connect(server, database=database)


def raw(server: str, query: str, body: bytes = b"", **parameters: str) -> tuple[int, dict[str, str], bytes]:
    """Send one request without a client library and return status, headers and body."""
    address = urlsplit(server)
    fields = "".join(f"&{name}={quote(value)}" for name, value in parameters.items())
    url = f"{address.scheme}://{address.hostname}:{address.port}/?query={quote(query)}{fields}"
    headers = {"X-ClickHouse-User": address.username or "", "X-ClickHouse-Key": address.password or ""}
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_ping_needs_no_login(server: str) -> None:
    """/ping answers Ok. to anyone: it is what load balancers ask."""
    address = urlsplit(server)
    with urllib.request.urlopen(f"{address.scheme}://{address.hostname}:{address.port}/ping", timeout=5) as answer:
        assert answer.read() == b"Ok.\n"


def test_types_come_back_as_they_went(client: Client) -> None:
    """Every type that Vigil's tables use survives a native insert and a query."""
    client.command(
        "CREATE TABLE t (id UInt32, s String, e LowCardinality(String), n Nullable(Float64),"
        " a Array(Nullable(Float32)), d DateTime64(6, 'UTC'), u UUID, m Map(String, Float64), b Bool,"
        " r Array(Tuple(text String, probability Float32))) ENGINE = MergeTree ORDER BY id"
    )
    rows = [
        (1, "жол", "RED", None, [1.5, None], datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), UUID(int=5), {"x": 1.0}, True,
         [("a", 0.5)]),
        (2, "", "", -0.25, [], datetime(2000, 1, 1, tzinfo=UTC), UUID(int=1 << 127), {}, False, []),
    ]  # fmt: skip
    client.insert("t", rows, column_names=["id", "s", "e", "n", "a", "d", "u", "m", "b", "r"])
    found = client.query("SELECT * FROM t ORDER BY id", query_tz="UTC").result_rows
    read: list[tuple[Any, ...]] = [
        tuple(v if not isinstance(v, datetime) else v.replace(tzinfo=UTC) for v in row) for row in found
    ]
    plain = [(*row[:9], [tuple(r.values()) if isinstance(r, dict) else tuple(r) for r in row[9]]) for row in read]
    assert plain == rows


@pytest.mark.parametrize("compression", ["lz4", "zstd", "gzip", False])
def test_insert_of_many_blocks_keeps_every_row(server: str, database: str, compression: Any) -> None:
    """A client sends one compressed frame a block: each of them is read, and a large answer comes back whole."""
    client = connect(server, database=database, compress=compression)
    client.command("CREATE TABLE t (id UInt64, s String) ENGINE = MergeTree ORDER BY id")
    client.insert("t", [[i, f"row {i}" * 20] for i in range(200_000)], column_names=["id", "s"])
    assert client.query("SELECT count(), uniqExact(id) FROM t").result_rows == [(200_000, 200_000)]
    assert len(client.query("SELECT id, s FROM t").result_rows) == 200_000


AVRO_SCHEMA = {
    "type": "record",
    "name": "T",
    "fields": [{"name": "id", "type": "long"}, {"name": "s", "type": ["null", "string"]}],
}


def avro(rows: list[dict[str, object]]) -> bytes:
    """Return an Avro container."""
    buffer = BytesIO()
    fastavro.writer(buffer, fastavro.parse_schema(AVRO_SCHEMA), rows)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["JSONEachRow", "CSV", "TabSeparated", "Native", "Avro", "Parquet", "RowBinary"])
def test_raw_insert_in_every_format(client: Client, form: str) -> None:
    """What the server itself writes in a format, and what fastavro writes, it also reads, empty lines and all."""
    client.command("CREATE TABLE t (id UInt64, s Nullable(String)) ENGINE = MergeTree ORDER BY id")
    rows = [(1, "a\n\n\nb"), (2, None), (2570, "\r\n\r\n"), (168430090, "'\"\\")]
    if form == "Avro":
        data = avro([{"id": number, "s": text} for number, text in rows])
    else:
        client.command("CREATE TABLE source (id UInt64, s Nullable(String)) ENGINE = MergeTree ORDER BY id")
        client.insert("source", rows, column_names=["id", "s"])
        data = client.raw_query("SELECT * FROM source ORDER BY id", fmt=form)
    client.raw_insert("t", ["id", "s"], data, fmt=form)
    assert client.query("SELECT * FROM t ORDER BY id").result_rows == rows


def test_insert_with_the_query_in_the_url(server: str, database: str, client: Client) -> None:
    """The statement in the URL and the data in the body; a column may be called values."""
    client.command("CREATE TABLE t (`values` UInt32, `limit` String) ENGINE = MergeTree ORDER BY `values`")
    statement = "INSERT INTO t (`values`, `limit`) FORMAT RowBinary"
    status, _, _ = raw(server, statement, b"\x0a\x0a\x00\x00\x02\n\n\x0d\x0a\x00\x00\x00", database=database)
    assert status == 200
    assert client.query("SELECT * FROM t ORDER BY `values`").result_rows == [(2570, "\n\n"), (2573, "")]


def test_insert_values_in_the_text(client: Client) -> None:
    """VALUES with texts that hold empty lines and semicolons."""
    client.command("CREATE TABLE t (id UInt32, s String) ENGINE = MergeTree ORDER BY id")
    client.command("INSERT INTO t (id, s) VALUES (1, 'a\n\nb'), (2, 'c; d')")
    assert client.query("SELECT id, s FROM t ORDER BY id").result_rows == [(1, "a\n\nb"), (2, "c; d")]


def test_server_side_parameters(client: Client) -> None:
    """Values of {name:Type} placeholders arrive as values, quotes and all."""
    sql = "SELECT {n:UInt32} + 1, {s:String}, {a:Array(String)}"
    text = 'it\'s \\ "quoted"\n{n:UInt32}'
    found = client.query(sql, parameters={"n": 41, "s": text, "a": ["x", "y'z"]}).result_rows
    assert [tuple(found[0][:2]), list(found[0][2])] == [(42, text), ["x", "y'z"]]


def test_settings_hold_for_their_query_alone(client: Client) -> None:
    """A setting takes effect in its query and not in the next one."""
    sql = "SELECT getSetting('max_block_size')"
    before = client.command(sql)
    assert client.command(sql, settings={"max_block_size": 1234}) == 1234
    assert client.command(sql) == before
    with pytest.raises(ClickHouseError):
        client.query(
            "SELECT number FROM system.numbers LIMIT 1000", settings={"max_result_rows": 10, "max_block_size": 5}
        )


def test_a_setting_that_is_none_changes_no_other(client: Client) -> None:
    """A query with a bad value is refused, and those after it, on every connection there is, run as ever."""
    sql = "SELECT getSetting('max_block_size')"
    before = client.command(sql)
    for _ in range(8):
        with pytest.raises(ClickHouseError):
            client.command(sql, settings={"max_block_size": 1234, "max_threads": "many"})
        assert client.command(sql) == before


def test_database_of_unqualified_names(server: str, database: str, client: Client) -> None:
    """The database parameter holds for its request alone."""
    client.command("CREATE TABLE t (id UInt32) ENGINE = MergeTree ORDER BY id")
    assert client.command("SELECT currentDatabase()") == database
    status, headers, _ = raw(server, "SELECT * FROM t", database="default")
    assert (status, headers["X-ClickHouse-Exception-Code"]) == (404, "60")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELEKT 1", 62),
        ("SELECT * FROM no_such_table", 60),
        ("SELECT no_such_column FROM system.one", 47),
        ("SELECT throwIf(1)", 395),
        ("SELECT 1 SETTINGS no_such_setting = 1", 115),
    ],
)
def test_errors_carry_clickhouse_codes(server: str, query: str, code: int) -> None:
    """Status, X-ClickHouse-Exception-Code and a text that begins with the code."""
    status, headers, body = raw(server, query)
    assert status in {400, 404, 500}
    assert headers["X-ClickHouse-Exception-Code"] == str(code)
    assert body.startswith(f"Code: {code}. DB::Exception:".encode())


def test_a_refused_block_is_an_error(client: Client) -> None:
    """A violated constraint refuses the whole block and says so, in every way of inserting."""
    client.command("CREATE TABLE t (id Int64, s String, CONSTRAINT c CHECK id >= 0) ENGINE = MergeTree ORDER BY id")
    inserts: Sequence[Callable[[], object]] = (
        lambda: client.insert("t", [[1, "a"], [-1, "b"]], column_names=["id", "s"]),
        lambda: client.raw_insert("t", ["id", "s"], b"1,a\n-1,b\n", fmt="CSV"),
        lambda: client.command("INSERT INTO t (id, s) VALUES (1, 'a'), (-1, 'b')"),
        lambda: client.command("INSERT INTO t SELECT -1, 'b'"),
    )
    for insert in inserts:
        with pytest.raises(DatabaseError) as caught:
            insert()
        assert caught.value.code == 469
    assert client.command("SELECT count() FROM t") == 0


def test_damaged_avro_is_an_error(client: Client) -> None:
    """A container that is cut short is refused whole."""
    client.command("CREATE TABLE t (id UInt64, s Nullable(String)) ENGINE = MergeTree ORDER BY id")
    data = avro([{"id": i, "s": "x" * 10} for i in range(100)])
    with pytest.raises(DatabaseError):
        client.raw_insert("t", ["id", "s"], data[:-60], fmt="Avro")
    assert client.command("SELECT count() FROM t") == 0


def test_deduplication_token(client: Client) -> None:
    """A token names a block: sent again it adds nothing, to the table and to what a view fills."""
    for name in ("t", "f"):
        client.command(
            f"CREATE TABLE {name} (id UInt64) ENGINE = MergeTree ORDER BY id"
            " SETTINGS non_replicated_deduplication_window = 100"
        )
    client.command("CREATE MATERIALIZED VIEW v TO f AS SELECT id FROM t")
    data = b"".join(b"%d\n" % i for i in range(100_000))
    for token in ("first", "first", "second", "first"):
        settings = {
            "insert_deduplication_token": token,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "async_insert": 0,
            "max_insert_block_size": 2_000_000,
            "min_insert_block_size_rows": 2_000_000,
        }
        client.command("INSERT INTO t (id) FORMAT CSV", data=data, settings=settings)
    assert client.query("SELECT (SELECT count() FROM t), (SELECT count() FROM f)").result_rows == [(200_000, 200_000)]


def test_what_runs_can_be_seen_with_its_settings(client: Client) -> None:
    """The sink asks by this whether an insert of unknown outcome still runs."""
    sql = "SELECT count() FROM system.processes WHERE Settings['insert_deduplication_token'] = 'mine'"
    assert client.command(sql, settings={"insert_deduplication_token": "mine"}) == 1
    assert client.command(sql) == 0


def test_time_limit_of_a_query(client: Client) -> None:
    """max_execution_time ends a query with code 159."""
    with pytest.raises(DatabaseError) as caught:
        client.query("SELECT sum(sleepEachRow(0.1)) FROM numbers(100)", settings={"max_execution_time": 1})
    assert caught.value.code in {159, 160}


def test_headers_of_an_answer(server: str) -> None:
    """What clients read beside the data."""
    _, headers, body = raw(server, "SELECT 1", default_format="CSV", query_id="contract-1")
    assert body == b"1\n"
    assert headers["X-ClickHouse-Query-Id"] == "contract-1"
    assert headers["X-ClickHouse-Format"] == "CSV"
    assert headers["X-ClickHouse-Timezone"]
    assert headers["X-ClickHouse-Server-Display-Name"]
    assert "read_rows" in headers["X-ClickHouse-Summary"]


def test_wrong_password_is_refused(server: str) -> None:
    """A wrong password gives code 516 and no data."""
    address = urlsplit(server)
    if not address.password:
        pytest.skip("the server's user has no password")
    wrong = f"{address.scheme}://{address.username}:wrong@{address.hostname}:{address.port}"
    status, headers, _ = raw(wrong, "SELECT 1")
    assert (status, headers["X-ClickHouse-Exception-Code"]) in {(403, "516"), (401, "516")}


def test_get_only_reads(server: str, database: str) -> None:
    """A GET changes nothing (code 164)."""
    address = urlsplit(server)
    url = f"{address.scheme}://{address.hostname}:{address.port}/?query={quote(f'DROP DATABASE {database}')}"
    headers = {"X-ClickHouse-User": address.username or "", "X-ClickHouse-Key": address.password or ""}
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)
    assert caught.value.headers["X-ClickHouse-Exception-Code"] == "164"
    caught.value.close()


def test_front_keeps_acknowledged_rows_after_kill(tmp_path: Path) -> None:
    """A kill -9 right after an insert loses none of its rows, and leaves a folder that starts again."""
    front = Front(tmp_path / "data").start()
    client = front.client()
    client.command("CREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id")
    for begin in range(0, 5000, 1000):
        client.insert("t", [[i] for i in range(begin, begin + 1000)], column_names=["id"])
    front.stop(signal.SIGKILL)
    front.start()
    assert front.client().query("SELECT count(), uniqExact(id) FROM t").result_rows == [(5000, 5000)]
    second = front.spawn()
    _, text = second.communicate(timeout=60)
    assert second.returncode == 1
    assert b"another engine owns" in text
    assert front.stop() == 0


def test_front_refuses_an_open_address_without_password(tmp_path: Path) -> None:
    """The user without a password is for loopback."""
    argv = [sys.executable, "-m", "infra.local.clickhouse_front", "--host", "0.0.0.0", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "VIGIL_CLICKHOUSE_PASSWORD": ""}
    done = subprocess.run(
        [*argv, "--data-dir", str(tmp_path)], env=environment, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert b"set VIGIL_CLICKHOUSE_PASSWORD" in done.stderr
