"""A topic's landing table: insert a block once, ask what has arrived, feed the facts again."""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import ClickHouseError, command, query

#: Rows of one insert stay one block: limits far above any range (BatchSettings).
BLOCK_ROWS: Final = 2_000_000
#: How often a statement under way is looked at.
LOOK_EVERY_S: Final = 0.1
_TARGET: Final = re.compile(r"\bTO\s+((?:`[^`]+`|\w+)\.(?:`[^`]+`|\w+))")


@dataclass(frozen=True, slots=True)
class DependentView:
    """A materialized view on the landing table.

    Attributes:
        select: its query.
        target: the table it fills, qualified.
        columns: what its query returns: columns of that table, in any order.
    """

    select: str
    target: str
    columns: Sequence[str]


def table_of(topic: str) -> str:
    """Return the name of a topic's people's view; its tables add `_messages` and `_facts`."""
    return topic.replace("-", "_")


class Landing:
    """The landing table of one topic.

    Args:
        client: shared by all threads.
        database: the tables' database.
        topic: name without prefix.
        query_s: longest time of one insert at the server.
        table: another table of the same columns that takes the place of the topic's own.
    """

    def __init__(self, client: Client, database: str, topic: str, query_s: int, table: str | None = None) -> None:
        self._client = client
        self._database = database
        self._table = table or f"{table_of(topic)}_messages"
        self._query_s = query_s

    def insert(self, columns: Sequence[str], container: bytes, token: str) -> None:
        """Insert one Avro container as one block.

        Args:
            columns: the container's columns.
            container: an Avro object container (avro_block).
            token: names the rows; the same token always comes with the same rows.

        Raises:
            ClickHouseError: refused, or the outcome is unknown.
        """
        names = ", ".join(f"`{name}`" for name in columns)
        settings = {
            "insert_deduplication_token": token,
            "insert_deduplicate": 1,
            "deduplicate_blocks_in_dependent_materialized_views": 1,
            "async_insert": 0,
            "max_insert_block_size": BLOCK_ROWS,
            "min_insert_block_size_rows": BLOCK_ROWS,
            "min_insert_block_size_bytes": 0,
            "max_partitions_per_insert_block": 0,
            "max_execution_time": self._query_s,
            # left to the merges: statistics serve large parts
            "materialize_statistics_on_insert": 0,
        }
        command(self._client, f"INSERT INTO `{self._table}` ({names}) FORMAT Avro", container, settings)

    def wait_until_settled(self, topic_id: str, partition: int, stopped: Callable[[], bool]) -> bool:
        """Wait until no insert of a partition runs any more, of this process or of one before it.

        Returns:
            False where `stopped` became true first.

        Raises:
            ClickHouseError: ClickHouse does not answer.
        """
        sql = "SELECT count() FROM system.processes WHERE "
        sql += "startsWith(Settings['insert_deduplication_token'], {start:String})"
        while query(self._client, sql, {"start": f"{topic_id}:{partition}:"})[0][0]:
            if stopped():
                return False
            time.sleep(LOOK_EVERY_S)
        return True

    def present(self, topic_id: str, partition: int, first: int, last: int) -> set[int]:
        """Return the offsets of a range whose rows are in the table.

        Raises:
            ClickHouseError: ClickHouse does not answer.
        """
        sql = f"SELECT DISTINCT _offset FROM `{self._table}` WHERE {_WHERE}"  # noqa: S608  a table's name
        parameters = {"topic_id": topic_id, "partition": partition, "first": first, "last": last}
        return {int(row[0]) for row in query(self._client, sql, parameters)}

    def feed_facts(self, topic_id: str, partition: int, first: int, last: int) -> None:
        """Run the materialized views over a range that is in the table: a failed insert may have left them out.

        Facts keep one copy of a key, so a second feeding changes nothing.

        Raises:
            ClickHouseError: ClickHouse refused it, or does not answer.
        """
        where = f"_topic_id = '{topic_id}' AND _partition = {partition} AND _offset BETWEEN {first} AND {last}"
        filters = {f"{self._database}.{self._table}": where}
        settings = {
            "additional_table_filters": _map_literal(filters),
            "insert_deduplicate": 0,
            "async_insert": 0,
            "max_partitions_per_insert_block": 0,
            "max_execution_time": self._query_s,
        }
        for view in self.views():
            names = ", ".join(f"`{name}`" for name in view.columns)
            command(self._client, f"INSERT INTO {view.target} ({names}) {view.select}", settings=settings)

    def columns(self) -> dict[str, str]:
        """Return ClickHouse's type of each of the table's columns, by name.

        Raises:
            ClickHouseError: ClickHouse does not answer.
        """
        sql = "SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}"
        found = query(self._client, sql, {"database": self._database, "table": self._table})
        return {str(name): str(kind) for name, kind in found}

    def views(self) -> Sequence[DependentView]:
        """Return the materialized views on the table, as they are now: a migration may change them meanwhile.

        Raises:
            ClickHouseError: ClickHouse does not answer, or a view fills a hidden table of its own.
        """
        return dependent_views(self._client, self._database, self._table)


_WHERE: Final = (
    "_topic_id = {topic_id:UUID} AND _partition = {partition:Int32} AND _offset BETWEEN {first:Int64} AND {last:Int64}"
)


def dependent_views(client: Client, database: str, table: str) -> Sequence[DependentView]:
    """Return the materialized views on a table.

    Raises:
        ClickHouseError: ClickHouse does not answer, or a view has no target table of its own.
    """
    sql = """
        SELECT name, as_select, create_table_query FROM system.tables
        WHERE database = {database:String} AND engine = 'MaterializedView' AND name IN (
            SELECT arrayJoin(dependencies_table) FROM system.tables
            WHERE database = {database:String} AND name = {table:String})
        ORDER BY name"""
    views = []
    for name, select, created in query(client, sql, {"database": database, "table": table}):
        target = _TARGET.search(str(created))
        if target is None:
            raise ClickHouseError(60, f"materialized view {database}.{name} names no target table (TO ...)")
        columns = [str(row[0]) for row in query(client, f"DESCRIBE TABLE ({select})")]
        views.append(DependentView(str(select), target[1], columns))
    return views


def _map_literal(entries: dict[str, str]) -> str:
    """Return a map as ClickHouse's settings read it; names and filters here hold no backslash."""
    return "{" + ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in entries.items()) + "}"


def _quoted(text: Any) -> str:
    return "'" + json.dumps(str(text))[1:-1].replace("'", "\\'") + "'"
