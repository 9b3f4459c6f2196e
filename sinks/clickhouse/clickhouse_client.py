"""The HTTP client of the sink, and its errors as the sink sees them."""

from typing import Any, Final
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

#: What a client waits beyond the server's own limit for a query.
MARGIN_S: Final = 15


class ClickHouseError(RuntimeError):
    """ClickHouse refused something, or did not answer.

    Attributes:
        code: ClickHouse's code; None where there was no answer.
    """

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(text)
        self.code = code


def connect(url: str, user: str, password: str, database: str | None, query_s: int) -> Client:
    """Return a client that many threads may use; no sessions, no repetition of inserts behind the sink's back.

    Args:
        url: http or https address.
        user: user.
        password: password.
        database: database of unqualified names; None: the user's own.
        query_s: the server's limit for a query.

    Raises:
        ClickHouseError: it does not answer, or refuses the user.
        ValueError: the URL is none.
    """
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError(f"ClickHouse's address is {url!r}; expected http://HOST:PORT (VIGIL_CLICKHOUSE_URL)")
    try:
        return clickhouse_connect.get_client(
            interface=address.scheme,
            host=address.hostname,
            port=address.port or (8443 if address.scheme == "https" else 8123),
            username=user,
            password=password,
            database=database or "__default__",
            autogenerate_session_id=False,
            connect_timeout=5,
            send_receive_timeout=query_s + MARGIN_S,
            query_limit=0,
        )
    except Error as error:
        raise as_clickhouse_error(error) from error


def as_clickhouse_error(error: Error) -> ClickHouseError:
    """Return the sink's error for one of the client."""
    return ClickHouseError(error.code, str(error))


def query(client: Client, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return the rows of a query.

    Raises:
        ClickHouseError: ClickHouse refused it, or did not answer.
    """
    try:
        return [tuple(row) for row in client.query(sql, parameters=parameters).result_rows]
    except Error as error:
        raise as_clickhouse_error(error) from error


def command(client: Client, sql: str, data: bytes | None = None, settings: dict[str, Any] | None = None) -> None:
    """Run a statement, with the data of an INSERT behind it.

    Raises:
        ClickHouseError: ClickHouse refused it, or did not answer.
    """
    try:
        client.command(sql, data=data, settings=settings)
    except Error as error:
        raise as_clickhouse_error(error) from error
