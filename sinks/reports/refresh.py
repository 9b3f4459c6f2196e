"""Makes the tables of the reports from the facts, a month at a time, each in one exchange.

A month of facts that has a newer block than at its last build is made anew as a whole and takes the old one's place.
Nothing is ever added to a sum, so it does not matter how often a message arrived, a day was replayed or this ran.

1. What the partitions of the facts are now is read first: what arrives meanwhile makes the next refresh do it again.
2. Each table's month is made beside it and put in its place; a reader sees the old one or the new one.
3. A month is noted when all its tables are made: a refresh that broke off goes on with the month it was at.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from typing import Any, Final
from uuid import uuid4

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from sinks.clickhouse.clickhouse_client import as_clickhouse_error, query
from sinks.reports.builds import CASES, HEALTH, UNOPENED, WHOLE, Builds, Work

#: Tables made from each month of a table of facts, in their order: a later one may read an earlier one.
MADE: Final[Mapping[str, Sequence[str]]] = {
    CASES: (
        "report_cases",
        "report_revenue_daily",
        "report_offences_daily",
        "report_outcomes_daily",
        "report_cash_daily",
        "report_unpaid_moves",
        "report_unpaid_stages",
        "report_prices",
        "report_cameras_monthly",
        "report_cameras_cash_monthly",
        # a violation may open the case that it did not open before
        "report_unopened_daily",
    ),
    UNOPENED: ("report_unopened_daily",),
    "reviews_facts": ("report_reviews_daily", "report_review_days"),
    "incidents_facts": ("report_incidents",),
    "incident_reviews_facts": ("report_incident_verdicts",),
}
#: Made as a whole, in their order, when any month of case events changed.
WHOLES: Final = (WHOLE, "report_repeat_sums", "report_camera_sums")
#: Made for a month, and for those before and after it, when that month of reviews changed.
PAIRS: Final = "report_review_pairs_daily"
HEALTH_DAYS: Final = "report_camera_days"
#: A new build of cameras' days begins so far before the end of the last: reports may come late.
HEALTH_OVERLAP: Final = timedelta(days=1)
#: A build's limits. A month of a city is two million steps; FINAL over it takes seconds.
QUERY_S: Final = 600
_SETTINGS: Final[Mapping[str, Any]] = {
    "max_execution_time": QUERY_S,
    # the facts are ordered by case: its steps are joined as they are read, in bounded memory
    "optimize_aggregation_in_order": 1,
    "do_not_merge_across_partitions_select_final": 1,
    "async_insert": 0,
    "max_partitions_per_insert_block": 0,
}
#: What a killed refresh left beside the tables is removed after this.
LEFT_S: Final = 3_600


def sql_of(table: str) -> str:
    """Return the statement that makes a table."""
    return resources.files("sinks.reports.build").joinpath(f"{table}.sql").read_text(encoding="utf-8")


def refresh(client: Client, say: Callable[[str], None] = lambda _: None, *, everything: bool = False) -> Sequence[Work]:
    """Make what is due, and return what that was.

    Args:
        client: with the right to make and exchange tables.
        say: takes lines of progress.
        everything: also what is as it was at its last build.

    Raises:
        ClickHouseError: ClickHouse refused a statement, or does not answer; what was done stays, the rest is due.
    """
    builds = Builds.read(client)
    works = builds.due(everything=everything)
    kept = frozenset[int]() if everything else {month for source, month in builds.kept if source == "reviews_facts"}
    if not works:
        return works
    _sweep(client)
    paired: set[int] = set()
    order = [*MADE, WHOLE, HEALTH]
    for number, work in enumerate(sorted(works, key=lambda work: (order.index(work.source), work.month)), 1):
        say(f"{number} of {len(works)}: {work.source}" + (f" {work.month}" if work.month else ""))
        through = _newest(client, work)
        if work.source == HEALTH:
            _health(client, work.month, everything=everything)
        for table in MADE.get(work.source, ()):
            _replace(client, table, work.month)
        for table in WHOLES if work.source == WHOLE else ():
            _replace(client, table, None)
        if work.source == "reviews_facts":
            paired |= _pairs(client, work.month, paired | kept)
        _note(client, work, through)
    return works


def _newest(client: Client, work: Work) -> datetime:
    """Return when the newest row of a month reached ClickHouse."""
    if work.source == WHOLE:
        sql = "SELECT max(rows_through) FROM report_builds FINAL WHERE source = {source:String}"
        whole: datetime = query(client, sql, {"source": CASES})[0][0]
        return whole
    sql = f"SELECT max(_inserted_at) FROM {work.source} WHERE _partition_id = {{id:String}}"  # noqa: S608  from MADE
    found: datetime = query(client, sql, {"id": str(work.month)})[0][0]
    return found


def _pairs(client: Client, month: int, made: set[int]) -> set[int]:
    """Make the pairs of a month, and of those beside it: a pair's two decisions may lie in two months.

    Args:
        client: as of `refresh`.
        month: of reviews that changed.
        made: months whose pairs this refresh has made, or leaves as they are.

    Returns:
        The months whose pairs it made.
    """
    sql = "SELECT DISTINCT partition_id FROM system.parts WHERE active AND database = currentDatabase() AND table = "
    there = {int(found) for (found,) in query(client, f"{sql}'reviews_facts'")}
    lacking = ({_before(month), month, _after(month)} & there) - made
    for near in sorted(lacking):
        _replace(client, PAIRS, near)
    return lacking


def _after(month: int) -> int:
    return month + 1 if month % 100 < 12 else month + 89


def _before(month: int) -> int:
    return month - 1 if month % 100 > 1 else month - 89


def _replace(client: Client, table: str, month: int | None) -> None:
    """Make a table's month, or the whole table where None, beside it, and put it in its place."""
    beside = f"{table}_next_{uuid4().hex[:12]}"
    _run(client, f"CREATE TABLE {beside} AS {table}")
    try:
        _run(client, f"INSERT INTO {beside}\n{sql_of(table)}", {} if month is None else {"month": month})
        partition = "tuple()" if month is None else month
        if query(client, f"SELECT count() FROM {beside}")[0][0]:  # noqa: S608
            _run(client, f"ALTER TABLE {table} REPLACE PARTITION {partition} FROM {beside}")
        else:
            # newer servers refuse to replace by nothing
            _run(client, f"ALTER TABLE {table} DROP PARTITION {partition}")
    finally:
        _run(client, f"DROP TABLE IF EXISTS {beside} SYNC")


def _health(client: Client, month: int, *, everything: bool) -> None:
    """Make the days of a month of connections that the last build had not, and its last."""
    first, last, built = query(
        client,
        "SELECT toDate(min(`at`), 'Asia/Almaty'), toDate(max(`at`), 'Asia/Almaty'),"
        " (SELECT max(`day`) FROM report_camera_days) FROM camera_health_facts WHERE _partition_id = {id:String}",
        {"id": str(month)},
    )[0]
    day: date = first if everything else max(first, min(built - HEALTH_OVERLAP, last))
    while day <= last:
        _run(client, f"INSERT INTO {HEALTH_DAYS}\n{sql_of(HEALTH_DAYS)}", {"day": day})
        day += timedelta(days=1)


def _note(client: Client, work: Work, through: datetime) -> None:
    _run(
        client,
        "INSERT INTO report_builds SELECT {source:String}, {month:UInt32}, {state:String},"
        " fromUnixTimestamp64Milli({through:Int64}, 'UTC'), now64(3, 'UTC')",
        {
            "source": work.source,
            "month": work.month,
            "state": work.state,
            "through": round(through.replace(tzinfo=UTC).timestamp() * 1000),
        },
    )


def _sweep(client: Client) -> None:
    """Remove what killed refreshes left."""
    left = query(
        client,
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND match(name, '^report_[a-z_]+_next_[0-9a-f]{12}$')"
        " AND metadata_modification_time < now() - {left:UInt32}",
        {"left": LEFT_S},
    )
    for (name,) in left:
        _run(client, f"DROP TABLE IF EXISTS {name} SYNC")


def _run(client: Client, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
    try:
        client.command(sql, parameters=dict(parameters or {}), settings=dict(_SETTINGS))
    except Error as error:
        raise as_clickhouse_error(error) from error
