"""The side table of a replay: made like the landing table, it shows that a replay is at work, and takes whole days.

Its name has the topic's id, so a topic has one replay at a time: the second one cannot make it. Its comment says who
made it; what a killed replay left is removed by the next one.
"""

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import ClickHouseError, command, query
from sinks.clickhouse.replay.refused import ReplayRefusedError

#: ClickHouse's code where a table is there already.
TABLE_ALREADY_EXISTS: Final = 57
#: What stands between the landing table's name and the id in a side table's name.
MARK: Final = "_replay_"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who made a side table.

    Attributes:
        replay: id of the replay.
        host: name of its machine.
        pid: its process there.
    """

    replay: str
    host: str
    pid: int

    @classmethod
    def here(cls, replay: str) -> "Owner":
        """Return this process."""
        return cls(replay, socket.gethostname(), os.getpid())

    @classmethod
    def of_comment(cls, text: str) -> "Owner | None":
        """Return the owner that a comment names; None where it names none."""
        try:
            data = json.loads(text)
            return cls(str(data["replay"]), str(data["host"]), int(data["pid"]))
        except (ValueError, KeyError, TypeError):
            return None

    def runs(self) -> bool | None:
        """Tell whether it runs; None where it is on another machine."""
        if self.host != socket.gethostname():
            return None
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        line = Path(f"/proc/{self.pid}/cmdline")
        # the number may be another program's by now
        return b"replay" in line.read_bytes() if line.exists() else True


class SideTable:
    """The side table of one topic's replay.

    Args:
        client: connected to the tables' database.
        database: the tables' database.
        landing: name of the landing table.
        topic_id: UUID of the topic.
        owner: this replay.
        query_s: longest time of one statement at the server.
    """

    def __init__(self, client: Client, database: str, landing: str, topic_id: str, owner: Owner, query_s: int) -> None:
        self._client = client
        self._database = database
        self._landing = landing
        self._owner = owner
        self._settings = {"max_partitions_per_insert_block": 0, "max_execution_time": query_s, "insert_deduplicate": 0}
        self.name = f"{landing}{MARK}{topic_id[:8]}"

    def make(self, *, take_over: bool) -> None:
        """Make it, after what dead replays of the landing table left is removed.

        Args:
            take_over: remove also what a replay on another machine made: a person says that it is dead.

        Raises:
            ReplayRefusedError: a replay of the topic is at work, or may be.
            ClickHouseError: ClickHouse refused it, or does not answer.
        """
        sql = "SELECT name, comment FROM system.tables WHERE database = {d:String} AND startsWith(name, {start:String})"
        for name, comment in query(self._client, sql, {"d": self._database, "start": self._landing + MARK}):
            self._remove(str(name), Owner.of_comment(str(comment)), take_over=take_over)
        try:
            comment = json.dumps(asdict(self._owner)).replace("\\", "\\\\").replace("'", "\\'")
            command(self._client, f"CREATE TABLE `{self.name}` AS `{self._landing}` COMMENT '{comment}'")
        except ClickHouseError as error:
            if error.code == TABLE_ALREADY_EXISTS:
                raise ReplayRefusedError(f"a replay of this topic began just now ({self.name}); wait for it") from error
            raise

    def _remove(self, name: str, owner: Owner | None, *, take_over: bool) -> None:
        runs = None if owner is None else owner.runs()
        who = "a replay that its comment does not name" if owner is None else f"process {owner.pid} on {owner.host}"
        if runs:
            raise ReplayRefusedError(f"a replay of this topic is at work: {who} (side table {name}); wait for it")
        if runs is None and not take_over:
            raise ReplayRefusedError(
                f"side table {name} was made by {who}; where that no longer runs, say --take-over: it is removed then"
            )
        command(self._client, f"DROP TABLE IF EXISTS `{name}` SYNC")

    def days(self, within: str) -> Sequence[int]:
        """Return the days, as YYYYMMDD, of its own rows and of the landing table's rows under a condition."""
        sql = f"""
            SELECT DISTINCT day FROM (
                SELECT toYYYYMMDD(_create_time) AS day FROM `{self.name}`
                UNION ALL SELECT toYYYYMMDD(_create_time) AS day FROM `{self._landing}` WHERE {within})
            ORDER BY day"""  # noqa: S608  tables' names, numbers and a UUID
        return [int(row[0]) for row in query(self._client, sql)]

    def copy_others(self, days: Sequence[int], within: str) -> int:
        """Copy the landing table's rows of some days that do not lie within a condition; return how many they are.

        What was copied before is removed first, so this can be repeated.
        """
        others = f"toYYYYMMDD(_create_time) IN ({', '.join(map(str, days))}) AND NOT ({within})"
        if self._count(self.name, others):
            settings = {**self._settings, "mutations_sync": 2}
            command(self._client, f"ALTER TABLE `{self.name}` DELETE WHERE {others}", settings=settings)
        sql = f"INSERT INTO `{self.name}` SELECT * FROM `{self._landing}` WHERE {others}"  # noqa: S608
        command(self._client, sql, settings=self._settings)
        return self._count(self.name, others)

    def counted(self, within: str) -> tuple[int, int]:
        """Return its rows under a condition, and the distinct places in Kafka among them."""
        # the rows lie in this order, so the engine needs no table of all places in memory
        sql = f"""
            SELECT sum(copies), count() FROM (
                SELECT count() AS copies FROM `{self.name}` WHERE {within} GROUP BY _topic_id, _partition, _offset
                SETTINGS optimize_aggregation_in_order = 1)"""  # noqa: S608  a table's name, numbers and a UUID
        rows, distinct = query(self._client, sql)[0]
        return int(rows), int(distinct)

    def differs(self, days: Sequence[int], within: str) -> bool:
        """Tell whether the landing table's other rows of some days are no longer those that were copied."""
        where = f"WHERE toYYYYMMDD(_create_time) IN ({', '.join(map(str, days))}) AND NOT ({within})"
        sums = "count(), sum(cityHash64(_topic_id, _partition, _offset, _inserted_at))"
        found = query(
            self._client,
            f"SELECT (SELECT ({sums}) FROM `{self._landing}` {where}) = (SELECT ({sums}) FROM `{self.name}` {where})",  # noqa: S608
        )
        return not found[0][0]

    def exchange(self, day: int) -> None:
        """Put its rows of a day in the place of the landing table's, in one step."""
        sql = f"ALTER TABLE `{self._landing}` REPLACE PARTITION {day} FROM `{self.name}`"
        command(self._client, sql, settings={"max_execution_time": self._settings["max_execution_time"]})

    def drop(self) -> None:
        """Remove it.

        Raises:
            ClickHouseError: ClickHouse does not answer; the next replay of the topic removes it.
        """
        command(self._client, f"DROP TABLE IF EXISTS `{self.name}` SYNC")

    def _count(self, table: str, where: str) -> int:
        return int(query(self._client, f"SELECT count() FROM `{table}` WHERE {where}")[0][0])  # noqa: S608
