"""What ClickHouse holds after the demo, by SQL that anyone may run again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from infra.demo.accounting import Second, TableCount
from infra.demo.stills import Coordinates
from infra.settings import Settings
from sinks.clickhouse.clickhouse_client import connect

#: Longest time of a query, at the server.
QUERY_S: Final = 300
#: Topics that have tables, in the order of the report.
TABLES: Sequence[str] = (
    "cameras", "signal-phases", "detections", "tracks", "plate-reads", "incidents", "violations", "reviews", "payments",
    "case-commands", "case-events", "checkpoints", "camera-health", "dead-letters",
)  # fmt: skip

#: The balance as one query: camera-seconds in both tables, and rows beyond one a camera-second.
BALANCE_SQL = """\
SELECT camera_id,
       uniqExactIf((epoch_us, sequence), source = 'detections') AS detected,
       uniqExactIf((epoch_us, sequence), source = 'tracks')     AS tracked,
       count() - detected - tracked                             AS duplicated
FROM (SELECT 'detections' AS source, camera_id, epoch_us, sequence FROM detections
      UNION ALL
      SELECT 'tracks', camera_id, epoch_us, sequence FROM tracks)
GROUP BY camera_id ORDER BY camera_id"""


def table_of(topic: str) -> str:
    """Return the name of a topic's people's view."""
    return topic.replace("-", "_")


@dataclass(frozen=True, slots=True)
class OpenCases:
    """Cases of one kind at one step.

    Attributes:
        kind: kind of the violation.
        step: the step that they stand at.
        cases: how many.
        amount_kzt: sum of the fines that the violations propose; nobody owes it before an officer has confirmed.
        violations: violations that opened them.
    """

    kind: str
    step: str
    cases: int
    amount_kzt: int
    violations: int


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one database."""

    client: Client

    @classmethod
    def connect(cls, settings: Settings) -> "Tables":
        """Connect to the settings' ClickHouse.

        Raises:
            ClickHouseError: it does not answer, or refuses the user.
        """
        password = settings.clickhouse_password.get_secret_value()
        user, database = settings.clickhouse_user, settings.clickhouse_database
        return cls(connect(settings.clickhouse_address, user, password, database, QUERY_S))

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Sequence[Any]]:
        """Run a query."""
        return self.client.query(sql, parameters=dict(parameters or {})).result_rows

    def count(self, topic: str, messages: int) -> TableCount:
        """Count a topic's tables."""
        table = table_of(topic)
        rows, distinct = self.rows(f"SELECT count(), uniqExact(_partition, _offset) FROM {table}_messages")[0]  # noqa: S608
        facts = self.rows(f"SELECT count() FROM {table}")[0][0]  # noqa: S608  names from the table above
        return TableCount(messages, int(rows), int(distinct), int(facts))

    def seconds(self, topic: str) -> list[Second]:
        """Return every camera-second in a people's view, repeats included."""
        sql = f"SELECT camera_id, epoch_us, sequence FROM {table_of(topic)}"  # noqa: S608
        return [(str(camera), int(epoch), int(sequence)) for camera, epoch, sequence in self.rows(sql)]

    def latency_ms(self) -> dict[str, int]:
        """Return p50 and p99 from the frames message's CreateTime to the insert of its tracks row, milliseconds."""
        sql = """
            SELECT quantileExact(0.5)(toUnixTimestamp64Milli(_inserted_at) - frames_created_at_ms),
                   quantileExact(0.99)(toUnixTimestamp64Milli(_inserted_at) - frames_created_at_ms)
            FROM tracks_messages"""
        p50, p99 = self.rows(sql)[0]
        return {"p50": int(p50), "p99": int(p99)}

    def figures(self) -> dict[str, tuple[int, int, int, int]]:
        """Return frames decoded, frames inferred, detections, and tracks by camera."""
        sql = """
            SELECT d.camera_id, d.decoded, d.inferred, d.boxes, t.tracks
            FROM (SELECT camera_id, sum(frames_decoded) AS decoded, sum(length(sample_at)) AS inferred,
                         sum(length(box_class)) AS boxes FROM detections GROUP BY camera_id) AS d
            LEFT JOIN (SELECT camera_id, uniqExactArray(track_id) AS tracks FROM tracks GROUP BY camera_id) AS t
                   ON t.camera_id = d.camera_id"""
        return {
            str(c): (int(decoded), int(inferred), int(boxes), int(t))
            for c, decoded, inferred, boxes, t in self.rows(sql)
        }

    def cases(self) -> list[OpenCases]:
        """Return how many cases stand at each step, by kind, and the fines that they come to."""
        sql = """
            SELECT kind, step, count(), sum(amount_kzt), uniqExact(violation_id) FROM cases GROUP BY kind, step
            ORDER BY kind, step"""
        return [
            OpenCases(str(kind), str(step), int(cases), int(amount), int(violations))
            for kind, step, cases, amount, violations in self.rows(sql)
        ]

    def coordinates(self, camera_id: str, epoch_us: int, last: int, back: int) -> dict[int, Coordinates]:
        """Return where the frames of a camera's seconds lie, by sequence: an index, not a scan of `frames`."""
        sql = """
            SELECT sequence, frames_partition, frames_offset FROM detections
            WHERE camera_id = {camera:String} AND epoch_us = {epoch:Int64}
              AND sequence BETWEEN {first:Int64} AND {last:Int64}"""
        parameters = {"camera": camera_id, "epoch": epoch_us, "first": max(0, last - back), "last": last}
        return {int(s): Coordinates(int(p), int(o)) for s, p, o in self.rows(sql, parameters)}
