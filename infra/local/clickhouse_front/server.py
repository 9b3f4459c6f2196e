"""The HTTP side: ClickHouse's parameters, headers, compression and errors."""

import asyncio
import hmac
import json
import re
import uuid
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from infra.local.clickhouse_front.browser_guard import foreign
from infra.local.clickhouse_front.compression import BodyTooLargeError, choose, pack, unpack
from infra.local.clickhouse_front.engine import CONNECTIONS, Answer, Engine, QueryError

#: Largest body, packed or unpacked.
BODY_MAX_BYTES = 512 * 1024 * 1024
#: Requests that may wait for the engine.
MOST_WAITING = 64
#: URL parameters of the interface that are no settings of a query.
_RESERVED = frozenset(
    {
        "query", "database", "user", "password", "default_format", "query_id", "session_id", "session_timeout",
        "session_check", "compress", "decompress", "quota_key", "role", "wait_end_of_query", "buffer_size",
        "client_protocol_version",
        "enable_http_compression", "http_headers_progress_interval_ms", "send_progress_in_http_headers", "stacktrace",
        "cancel_http_readonly_queries_on_client_close", "http_zlib_compression_level",
    }
)  # fmt: skip
_READS = re.compile(rb"^\s*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b", re.IGNORECASE)
_USE = re.compile(r"^[\w.`-]+$")
ENGINE = web.AppKey("engine", Engine)
THREADS = web.AppKey("threads", ThreadPoolExecutor)
SLOTS = web.AppKey("slots", asyncio.Semaphore)
LOGIN = web.AppKey("login", tuple[str, str])


def _refuse(status: int, code: int, text: str) -> web.Response:
    line = text if text.startswith("Code:") else f"Code: {code}. DB::Exception: {text}"
    headers = {"X-ClickHouse-Exception-Code": str(code)}
    return web.Response(status=status, text=line + "\n", headers=headers)


def _may(request: web.Request) -> bool:
    user, password = request.app[LOGIN]
    given_user = request.headers.get("X-ClickHouse-User") or request.query.get("user")
    given_password = request.headers.get("X-ClickHouse-Key") or request.query.get("password")
    basic = request.headers.get("Authorization", "")
    if basic.startswith("Basic "):
        try:
            given_user, _, given_password = b64decode(basic[6:]).decode().partition(":")
        except ValueError:
            return False
    right_user = hmac.compare_digest((given_user or "default").encode(), user.encode())
    return hmac.compare_digest((given_password or "").encode(), password.encode()) and right_user


def _refusal(request: web.Request) -> web.Response | None:
    """Return what is answered to whoever may not ask; None: they may."""
    fault = foreign(request.headers, guarded=bool(request.app[LOGIN][1]))
    if fault is not None:
        return _refuse(403, 497, f"Not enough privileges: {fault}. (ACCESS_DENIED)")
    if _may(request):
        return None
    return _refuse(
        403,
        516,
        "default: Authentication failed: password is incorrect, or there is no such user. (AUTHENTICATION_FAILED)",
    )


async def ping(_request: web.Request) -> web.Response:
    """Answer that the server is there."""
    return web.Response(text="Ok.\n")


async def query(request: web.Request) -> web.Response:
    """Run a query as ClickHouse's HTTP interface does."""
    refusal = _refusal(request)
    if refusal is not None:
        return refusal
    slots = request.app[SLOTS]
    if slots.locked():
        return _refuse(
            503, 202, f"Too many simultaneous queries. Maximum: {MOST_WAITING}. (TOO_MANY_SIMULTANEOUS_QUERIES)"
        )
    async with slots:
        loop = asyncio.get_running_loop()
        threads = request.app[THREADS]
        try:
            raw = await request.read()
            body = await loop.run_in_executor(
                threads, unpack, request.headers.get("Content-Encoding", ""), raw, BODY_MAX_BYTES
            )
        except (web.HTTPRequestEntityTooLarge, BodyTooLargeError) as error:
            return _refuse(413, 307, f"{error} (TOO_MANY_BYTES)")
        except ValueError as error:
            return _refuse(400, 354, f"{error} (ZLIB_INFLATE_FAILED)")
        params: dict[str, str] = {}
        in_url = request.query.get("query", "").encode()
        joined = in_url.rstrip(b"\r\n") + b"\n" + body if in_url and body else in_url or body
        if not joined.strip():
            return _refuse(400, 62, "Syntax error: Empty query (SYNTAX_ERROR)")
        settings = {k: v for k, v in request.query.items() if k not in _RESERVED and not k.startswith("param_")}
        params |= {k[6:]: v for k, v in request.query.items() if k.startswith("param_")}
        if request.method == "GET" and not _READS.match(joined):
            return _refuse(
                500, 164, "Cannot execute query in readonly mode: GET only reads, send it by POST. (READONLY)"
            )
        database = request.query.get("database") or request.headers.get("X-ClickHouse-Database")
        out_format = request.query.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated"
        if database and not _USE.match(database):
            return _refuse(400, 81, f"Database {database} does not exist. (UNKNOWN_DATABASE)")
        try:
            answer = await loop.run_in_executor(
                threads, _run, request.app[ENGINE], joined, settings, params, out_format, database
            )
        except QueryError as error:
            return _refuse(404 if error.code in {60, 81} else 500, error.code, str(error))
        return await _answer(request, answer, out_format)


def _run(
    engine: Engine, text: bytes, settings: dict[str, str], params: dict[str, str], out_format: str, database: str | None
) -> Answer:
    return engine.query(text, settings, params, out_format, database)


async def _answer(request: web.Request, answer: Answer, out_format: str) -> web.Response:
    summary = {
        "read_rows": str(answer.rows_read),
        "read_bytes": str(answer.bytes_read),
        "written_rows": str(answer.rows_written),
        "written_bytes": "0",
        "total_rows_to_read": "0",
        "result_rows": "0",
        "result_bytes": str(len(answer.data)),
        "elapsed_ns": str(int(answer.elapsed_s * 1e9)),
    }
    headers = {
        "X-ClickHouse-Summary": json.dumps(summary),
        "X-ClickHouse-Query-Id": request.query.get("query_id") or str(uuid.uuid4()),
        "X-ClickHouse-Format": out_format,
        "X-ClickHouse-Timezone": "UTC",
        "X-ClickHouse-Server-Display-Name": "vigil-local",
        "Content-Type": "application/octet-stream" if out_format == "Native" else "text/plain; charset=UTF-8",
    }
    data = answer.data
    encoding = choose(request.headers.get("Accept-Encoding", ""))
    if encoding and request.query.get("enable_http_compression") == "1" and data:
        data = await asyncio.get_running_loop().run_in_executor(request.app[THREADS], pack, encoding, data)
        headers["Content-Encoding"] = encoding
    return web.Response(body=data, headers=headers)


def make_app(engine: Engine, user: str, password: str) -> web.Application:
    """Return the application over an engine."""
    app = web.Application(client_max_size=BODY_MAX_BYTES)
    app[ENGINE] = engine
    app[LOGIN] = (user, password)
    app[THREADS] = ThreadPoolExecutor(CONNECTIONS + 4, "query")
    app[SLOTS] = asyncio.Semaphore(MOST_WAITING)
    app.router.add_get("/ping", ping)
    app.router.add_get("/", query)
    app.router.add_post("/", query)
    return app
