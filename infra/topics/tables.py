"""What doctor, lag and describe show to a person."""

import json
from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.json import JSON
from rich.table import Table
from rich.text import Text

from infra.topics.checkup import Finding
from infra.topics.description import Description
from infra.topics.group_lag import ObservedGroup, PartitionLag

COLOURS = {"error": "bold red", "warning": "yellow", "info": ""}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left", overflow="fold")
    return table


def findings_table(findings: Sequence[Finding]) -> Table:
    """Return one row a finding."""
    table = _table("Findings", "level", "check", "where", "what was found, and what to do")
    for finding in findings:
        level = Text(finding.level, style=COLOURS[finding.level])
        table.add_row(level, finding.check, finding.target, finding.text)
    return table


def groups_table(groups: Sequence[ObservedGroup], rows: Sequence[PartitionLag]) -> Table:
    """Return one row a consumer group."""
    table = _table("Groups", "group", "state", ">members", ">idle members", ">lag")
    for group in groups:
        idle = sum(not member.partitions for member in group.members)
        lag = sum(row.lag for row in rows if row.group == group.name)
        table.add_row(group.name, group.state, str(len(group.members)), str(idle), f"{lag:,}")
    return table


def lag_table(rows: Sequence[PartitionLag], *, by_partition: bool) -> Table:
    """Return one row a partition, or one a topic of each group."""
    rated = any(row.written_per_s is not None for row in rows)
    rates = (">read/s", ">written/s") if rated else ()
    if by_partition:
        table = _table("Lag", "group", "topic", ">partition", ">committed", ">end", ">lag", *rates, "read by")
        for row in rows:
            committed = "-" if row.committed is None else f"{row.committed:,}"
            numbers = (str(row.partition), committed, f"{row.end:,}", f"{row.lag:,}")
            table.add_row(row.group, row.topic, *numbers, *_rates([row], rated=rated), row.owner or "nobody")
        return table
    table = _table("Lag", "group", "topic", ">partitions", ">unread by anybody", ">lag", *rates)
    for group, topic in sorted({(row.group, row.topic) for row in rows}):
        mine = [row for row in rows if (row.group, row.topic) == (group, topic)]
        free = sum(row.owner is None for row in mine)
        lag = sum(row.lag for row in mine)
        table.add_row(group, topic, str(len(mine)), str(free), f"{lag:,}", *_rates(mine, rated=rated))
    return table


def _rates(rows: Sequence[PartitionLag], *, rated: bool) -> Iterable[str]:
    if not rated:
        return ()
    return (f"{sum(r.read_per_s or 0.0 for r in rows):,.1f}", f"{sum(r.written_per_s or 0.0 for r in rows):,.1f}")


def description_parts(found: Description) -> Iterable[RenderableType]:
    """Return the parts of a topic's description, in order."""
    like = "" if found.partitioned_like is None else f", partitioned like {found.partitioned_like}"
    yield Text.assemble((found.name, "bold"), f"\n{found.doc}\nKeyed by {found.key}{like}.\n")
    fields = _table("Fields", "field", "type", "meaning")
    for field in found.fields:
        fields.add_row(field.path, field.type, field.doc)
    yield fields
    if found.config:
        config = _table("\nConfiguration", "key", "value")
        for key, value in found.config.items():
            config.add_row(key, value)
        yield config
        partitions = _table("\nPartitions", ">partition", ">first", ">end", ">records")
        for p in found.partitions:
            partitions.add_row(str(p.partition), f"{p.first:,}", f"{p.end:,}", f"{p.end - p.first:,}")
        yield partitions
    yield Text(f"\nLast message: {found.sample_at}")
    if found.sample is not None:
        yield JSON(json.dumps(found.sample, ensure_ascii=False), highlight=False)
