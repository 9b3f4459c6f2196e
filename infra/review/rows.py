"""Rows of a desk's query, by the names of their columns."""

from collections.abc import Mapping
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from sinks.clickhouse.clickhouse_client import as_clickhouse_error


def rows_of(client: Client, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a query finds.

    Raises:
        ClickHouseError: ClickHouse refuses or does not answer.
    """
    try:
        result = client.query(sql, parameters=dict(parameters))
    except Error as error:
        raise as_clickhouse_error(error) from error
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
