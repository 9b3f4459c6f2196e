"""The database that a history goes to: what is in it, and one insert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from clickhouse_connect.driver.client import Client

from producers.simulator.history.history import TopicBlock
from sinks.clickhouse import migration, view_comments
from sinks.clickhouse.clickhouse_client import command, connect, query
from sinks.clickhouse.landing import BLOCK_ROWS, table_of

#: Longest time of one insert at the server.
QUERY_S: Final = 300
#: Topics whose blocks hold several rows of one key: the engine keeps the last one at once, and little is left to merge.
#: In the others no key repeats, and looking for repeats would cost a third of the insert.
REVISED: Final = frozenset({"case-events", "incidents"})


class DestinationError(RuntimeError):
    """The database is not one to write into; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a history goes.

    Attributes:
        url: ClickHouse's HTTP address.
        user: user.
        password: password.
        database: the tables' database.
    """

    url: str
    user: str
    password: str
    database: str

    def client(self) -> Client:
        """Connect to the database.

        Raises:
            ClickHouseError: it does not answer.
        """
        return connect(self.url, self.user, self.password, self.database, QUERY_S)

    def migrate(self) -> None:
        """Make the database and its tables where they are missing.

        Raises:
            ClickHouseError: ClickHouse refused it, or does not answer.
            MigrationError: the files and the database contradict each other.
        """
        bare = connect(self.url, self.user, self.password, None, QUERY_S)
        migration.create_database(bare, self.database)
        files = migration.pending(migration.applied(bare, self.database), migration.shipped())
        migration.apply(self.client(), files, lambda _: None)
        view_comments.describe(self.client())

    def require_tables(self) -> None:
        """See that the database has all tables.

        Raises:
            DestinationError: it has not.
            ClickHouseError: ClickHouse does not answer.
        """
        bare = connect(self.url, self.user, self.password, None, QUERY_S)
        lacking = migration.pending(migration.applied(bare, self.database), migration.shipped())
        if lacking:
            raise DestinationError(
                f"database {self.database} lacks {len(lacking)} files of sinks/clickhouse/ddl ({lacking[0].name}, ...);"
                " say --migrate, or run 'vigil migrate'"
            )


def strangers(client: Client, topic_ids: Mapping[str, UUID]) -> Mapping[str, int]:
    """Return how many rows of other origin than a history each landing table holds; those without are left out.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    found = {}
    for topic, topic_id in topic_ids.items():
        rows = _count(client, topic, topic_id, "!=")
        if rows:
            found[topic] = rows
    return found


def rows_of(client: Client, topic: str, topic_id: UUID) -> int:
    """Return how many rows of a history's topic the landing table holds.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    return _count(client, topic, topic_id, "=")


def _count(client: Client, topic: str, topic_id: UUID, equal: str) -> int:
    sql = f"SELECT count() FROM `{table_of(topic)}_messages` WHERE _topic_id {equal} {{topic_id:UUID}}"  # noqa: S608
    return int(query(client, sql, {"topic_id": str(topic_id)})[0][0])


def create_time_ms(client: Client, topic_ids: Mapping[str, UUID]) -> int | None:
    """Return the CreateTime of the rows that a history has in the tables already; None: it has none.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    for topic, topic_id in topic_ids.items():
        sql = f"SELECT count(), toUnixTimestamp64Milli(min(_create_time)) FROM `{table_of(topic)}_messages`"  # noqa: S608
        ((rows, found),) = query(client, f"{sql} WHERE _topic_id = {{topic_id:UUID}}", {"topic_id": str(topic_id)})
        if rows:
            return int(found)
    return None


def insert(client: Client, block: TopicBlock, topic_id: UUID, created_ms: int) -> None:
    """Insert one block; sent again it changes nothing (its token), and feeds views that a broken insert left out.

    Raises:
        ClickHouseError: refused, or the outcome is unknown.
    """
    columns: Sequence[str] = ("_topic_id", "_create_time", *(column.name for column in block.columns))
    names = ", ".join(f"`{name}`" for name in columns)
    settings = {
        "insert_deduplication_token": block.token,
        "insert_deduplicate": 1,
        "deduplicate_blocks_in_dependent_materialized_views": 1,
        "async_insert": 0,
        "max_insert_block_size": BLOCK_ROWS,
        "min_insert_block_size_rows": BLOCK_ROWS,
        "min_insert_block_size_bytes": 0,
        "max_partitions_per_insert_block": 0,
        "optimize_on_insert": int(block.topic in REVISED),
        "max_execution_time": QUERY_S,
    }
    sql = f"INSERT INTO `{table_of(block.topic)}_messages` ({names}) FORMAT Native"
    command(client, sql, block.native(topic_id, created_ms), settings)


def money(client: Client, topic_id: UUID) -> Mapping[str, int]:
    """Return the sums of a history's case events by step, tenge, as the landing table has them.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    sql = "SELECT `step`, sum(amount_kzt) FROM case_events_messages WHERE _topic_id = {topic_id:UUID} GROUP BY `step`"
    return {str(step): int(kzt) for step, kzt in query(client, sql, {"topic_id": str(topic_id)})}
