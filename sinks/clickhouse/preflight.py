"""Refuses to start where an insert could be doubled or lost without an error."""

import re
from collections.abc import Sequence
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import query
from sinks.clickhouse.landing import dependent_views, table_of

_WINDOW: Final = re.compile(r"(?<!\w)(non_)?replicated_deduplication_window = (\d+)")
#: Blocks that a replicated table remembers by default, in the versions where that is least.
LEAST_REPLICATED_WINDOW: Final = 100
#: Settings that an insert depends on, and the value it sends.
_SENT: Final = {
    "insert_deduplicate": "1",
    "deduplicate_blocks_in_dependent_materialized_views": "1",
    "async_insert": "0",
}


class PreflightError(RuntimeError):
    """The tables or the server are not as the sink needs them; the text says which and what to do."""


def preflight(client: Client, database: str, topics: Sequence[str]) -> None:
    """Check each topic's landing table, the tables its views fill, and the settings of an insert.

    Args:
        client: with the rights of the sink.
        database: the tables' database.
        topics: names without prefix.

    Raises:
        PreflightError: something is missing or unsafe.
        ClickHouseError: ClickHouse does not answer.
    """
    sql = "SELECT name, engine, create_table_query FROM system.tables WHERE database = {database:String}"
    tables = {
        str(name): (str(engine), str(created)) for name, engine, created in query(client, sql, {"database": database})
    }
    problems = []
    for topic in topics:
        landing = f"{table_of(topic)}_messages"
        if landing not in tables:
            problems.append(f"table {database}.{landing} is missing; run 'vigil migrate'")
            continue
        targets = [view.target.replace("`", "") for view in dependent_views(client, database, landing)]
        if not targets:
            problems.append(f"no materialized view feeds on {database}.{landing}; run 'vigil migrate'")
        for name in (landing, *(target.rpartition(".")[2] for target in targets)):
            problems += _table_problems(database, name, tables.get(name))
    problems += _setting_problems(client)
    if problems:
        raise PreflightError("the ClickHouse sink does not start:\n  " + "\n  ".join(problems))


def _table_problems(database: str, name: str, table: tuple[str, str] | None) -> Sequence[str]:
    if table is None:
        return [f"table {database}.{name}, which a materialized view fills, is missing; run 'vigil migrate'"]
    engine, created = table
    if "MergeTree" not in engine:
        return [f"table {database}.{name} has engine {engine}, which cannot tell a repeated block; use a MergeTree"]
    if deduplication_window(engine, created) == 0:
        setting = ("" if engine.startswith("Replicated") else "non_") + "replicated_deduplication_window"
        cure = f"ALTER TABLE {database}.{name} MODIFY SETTING {setting} = 10000"
        return [f"table {database}.{name} has no deduplication window: a repeated insert would double its rows; {cure}"]
    return []


def deduplication_window(engine: str, created: str) -> int:
    """Return how many of its last blocks a table tells from repeated ones. Pure.

    Args:
        engine: the table's engine.
        created: its CREATE statement.
    """
    windows = {bool(plain): int(number) for plain, number in _WINDOW.findall(created)}
    replicated = engine.startswith("Replicated")
    # a replicated table has a window by default, a plain one has none and would ignore the token
    return windows.get(not replicated, LEAST_REPLICATED_WINDOW if replicated else 0)


def _setting_problems(client: Client) -> Sequence[str]:
    names = ", ".join(f"'{name}'" for name in _SENT)
    sql = f"SELECT name, value, readonly FROM system.settings WHERE name IN ({names})"  # noqa: S608  names from above
    found = {str(name): (str(value), bool(readonly)) for name, value, readonly in query(client, sql)}
    problems = []
    for name, wanted in _SENT.items():
        if name not in found:
            problems.append(f"this ClickHouse has no setting {name}; it is too old")
        elif found[name][1] and found[name][0] != wanted:
            problems.append(f"setting {name} is {found[name][0]} and the user may not change it to {wanted}")
    return problems
