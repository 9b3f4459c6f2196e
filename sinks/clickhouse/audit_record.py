"""Keeps an audit in the table sink_audits."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.audit import Audit, PartitionAudit, Span, length
from sinks.clickhouse.clickhouse_client import command

TABLE: Final = "sink_audits"
#: Spans of missing offsets that one row names.
MOST_SPANS: Final = 100


def keep(client: Client, found: Audit, topic_ids: Mapping[str, str], audit_id: UUID, at: datetime) -> None:
    """Write an audit, all of it or nothing; a second time under the same id changes nothing.

    Args:
        client: connected to the tables' database.
        found: the audit.
        topic_ids: UUID by topic name with prefix.
        audit_id: names it.
        at: when it was made.

    Raises:
        ClickHouseError: the table is missing ('vigil migrate'), or ClickHouse does not answer.
    """
    rows = [_row(p, topic_ids[p.topic], audit_id, at) for p in found.partitions]
    if not rows:
        return
    settings = {
        "insert_deduplication_token": str(audit_id),
        "insert_deduplicate": 1,
        "async_insert": 0,
        "date_time_input_format": "best_effort",
    }
    data = "\n".join(json.dumps(row) for row in rows).encode()
    command(
        client, f"INSERT INTO {TABLE} ({', '.join(f'`{name}`' for name in rows[0])}) FORMAT JSONEachRow", data, settings
    )


def _row(p: PartitionAudit, topic_id: str, audit_id: UUID, at: datetime) -> Mapping[str, object]:
    return {
        "audited_at": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "audit_id": str(audit_id),
        "topic": p.topic,
        "topic_id": topic_id,
        "partition": p.partition,
        "begin_offset": p.begin,
        "end_offset": p.end,
        "committed_offset": p.committed,
        "lag": p.lag,
        "rows": p.rows,
        "missing": length(p.missing) + p.unlisted,
        "duplicated": p.duplicated,
        "dead_lettered": length(p.dead_lettered),
        "missing_spans": [_text(span) for span in p.missing[:MOST_SPANS]],
    }


def _text(span: Span) -> str:
    return f"{span[0]}-{span[1]}"
