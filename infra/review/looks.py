"""Looks: what an officer saw or decided, as a row of the desk's own table, there before anything is shown."""

import json
from collections.abc import Mapping
from typing import Any

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import command


def record_look(client: Client, table: str, row: Mapping[str, Any]) -> None:
    """Insert a look; it is there when this returns, and once although it is sent again.

    Args:
        client: connected to the tables' database.
        table: case_looks or lead_looks.
        row: values by column; its look_id is its own.

    Raises:
        ClickHouseError: it could not be recorded.
    """
    settings = {
        "insert_deduplication_token": row["look_id"],
        "async_insert": 0,
        "date_time_input_format": "best_effort",
    }
    command(client, f"INSERT INTO {table} FORMAT JSONEachRow", json.dumps(row).encode(), settings)
