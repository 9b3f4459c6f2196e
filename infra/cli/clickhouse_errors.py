"""ClickHouse's errors as one sentence for a person."""

import logging
import re
from collections.abc import Mapping
from typing import Final

from sinks.clickhouse.clickhouse_client import ClickHouseError

#: What helps against some of ClickHouse's codes.
_CURES: Final[Mapping[int, str]] = {
    60: "run 'vigil migrate'",  # UNKNOWN_TABLE
    81: "run 'vigil migrate'",  # UNKNOWN_DATABASE
    516: "see VIGIL_CLICKHOUSE_USER and VIGIL_CLICKHOUSE_PASSWORD",  # AUTHENTICATION_FAILED
}
#: The server's own words inside the client's.
_WORDS: Final = re.compile(r"DB::Exception: (.*?)(?: \(for url [^)]*\))?$", re.DOTALL)


def clickhouse_sentence(address: str, error: ClickHouseError) -> str:
    """Return what went wrong and what to do.

    Args:
        address: ClickHouse's HTTP address, without credentials.
        error: what the client raised.
    """
    if error.code is None:
        reason = str(error.__cause__.__cause__ or error) if error.__cause__ is not None else str(error)
        reason = reason.rpartition(": ")[2].strip("()'\"> ")
        return (
            f"ClickHouse at {address} does not answer ({reason}); start the stack with 'vigil up', see 'vigil status',"
            " or set VIGIL_CLICKHOUSE_URL to where ClickHouse is"
        )
    found = _WORDS.search(str(error))
    words = " ".join((found[1] if found else str(error)).split())
    cure = f"; {_CURES[error.code]}" if error.code in _CURES else ""
    return f"ClickHouse at {address} refuses: {words}{cure}"


def quiet_client() -> None:
    """Keep the client's own lines off the terminal: what they say stands in the error it raises."""
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)
