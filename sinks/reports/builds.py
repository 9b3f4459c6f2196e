"""What the reports' tables were made from, beside what the facts are now, in one look.

Each report asks this first. A query that reads next to nothing takes the engine 10 to 15 ms of parsing and planning, so
what is due and how fresh the tables are come by the same one (decision 0167).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import query

#: Steps of cases, from which the sums of money come.
CASES: Final = "case_events_facts"
#: Made as a whole (with what is summed from it), after the months, when any month of case events changed.
WHOLE: Final = "report_repeaters"
#: Violations that opened no case.
UNOPENED: Final = "unopened_facts"
HEALTH: Final = "camera_health_facts"
#: Tables of facts that reports are made from, a month at a time.
SOURCES: Final[Sequence[str]] = (
    CASES, UNOPENED, "reviews_facts", "incidents_facts", "incident_reviews_facts", HEALTH,
)  # fmt: skip
#: Form of what is made of a source. A build that gains a table or a column gets the next one: every month that was made
#: in an earlier form is due, but for one that may lack facts by their term.
FORMS: Final[Mapping[str, int]] = {CASES: 2, "reviews_facts": 2}
#: Facts go so long after they reached Kafka, as the TTL of their tables says. None is older than its month's first day:
#: until that day is so long ago, the month has all its facts.
TERM: Final = timedelta(days=1104)
_FORM: Final = " form "
#: Form of what is made as a whole: a table more there makes it due, and not the months.
_WHOLE_FORM: Final = "form 2"
_NAMES: Final = ", ".join(f"'{name}'" for name in SOURCES)
_NEVER: Final = "toDateTime64(0, 3, 'UTC')"
_SQL: Final = (
    "SELECT 0 AS built, toString(table) AS source, toUInt32(partition_id) AS month,"  # noqa: S608  names from above
    f" toString(max(max_block_number)) AS state, {_NEVER} AS rows_through, now64(3, 'UTC') AS at"
    f" FROM system.parts WHERE active AND database = currentDatabase() AND table IN ({_NAMES}) GROUP BY source, month"
    " UNION ALL"
    " SELECT 1, toString(source), source_month, state, rows_through, built_at FROM report_builds FINAL"
)


@dataclass(frozen=True, slots=True)
class Work:
    """A month of facts whose reports are older than it, or a table that is made from all months.

    Attributes:
        source: table of facts, or WHOLE.
        month: its partition, YYYYMM; 0 of WHOLE.
        state: the number of its newest block, and the form of what is made of it; of WHOLE a digest of all months' and
            of its form.
    """

    source: str
    month: int
    state: str


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the tables of one source are.

    Attributes:
        as_of: when the newest row that was read had reached ClickHouse.
        made_at: when a table was made last.
    """

    as_of: datetime
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Builds:
    """One look.

    Attributes:
        works: what there is to make, whether due or not.
        states: of what was made, by source and month, what it was made from.
        fresh: by source, of what was made.
        kept: sources and months that were made in an earlier form and stay so: their facts may have begun to go by
            their term, and what is left would make less than there was (decision 0203).
    """

    works: Sequence[Work]
    states: Mapping[tuple[str, int], str]
    fresh: Mapping[str, Freshness]
    kept: frozenset[tuple[str, int]] = frozenset()

    @staticmethod
    def read(client: Client) -> "Builds":
        """Look.

        Raises:
            ClickHouseError: ClickHouse refused the query, or does not answer.
        """
        works, states, fresh = list[Work](), dict[tuple[str, int], str](), dict[str, Freshness]()
        now = datetime.min.replace(tzinfo=UTC)
        for built, source, month, state, through, made_at in query(client, _SQL):
            if not built:
                works.append(Work(source, month, _formed(source, state)))
                now = max(now, _utc(made_at))
                continue
            states[source, month] = state
            known = fresh.get(source)
            fresh[source] = Freshness(
                max(known.as_of, through) if known else through, max(known.made_at, made_at) if known else made_at
            )
        works.sort(key=lambda work: (work.source, work.month))
        kept = frozenset(
            (work.source, work.month)
            for work in works
            if (state := states.get((work.source, work.month))) is not None
            and state != work.state
            and _block_of(state) == _block_of(work.state)
            and _utc(datetime(work.month // 100, work.month % 100, 1)) + TERM <= now  # noqa: DTZ001  made aware there
        )
        cases = [f"{work.month}:{work.state}" for work in works if work.source == CASES]
        if cases:
            works.append(Work(WHOLE, 0, sha256(" ".join([_WHOLE_FORM, *cases]).encode()).hexdigest()))
        return Builds(works, states, fresh, kept)

    def due(self, *, everything: bool = False) -> Sequence[Work]:
        """Return what is older than its facts, or of an earlier form and not kept; all there is where `everything`."""
        return [
            work
            for work in self.works
            if everything
            or (self.states.get((work.source, work.month)) != work.state and (work.source, work.month) not in self.kept)
        ]

    def outdated(self, source: str) -> bool:
        """Return whether a month of a source is yet as an earlier version made it: new tables lack it, or part of it.

        Months that are kept so, or whose facts have all gone, are none of these: `vigil migrate` has put their sums
        into new tables.
        """
        return any(
            _form_of(state) != FORMS.get(source, 1)
            for work in self.works
            if work.source == source and (source, work.month) not in self.kept
            if (state := self.states.get((source, work.month))) is not None
        )


def _formed(source: str, block: str) -> str:
    """Return a month's state; the first form is noted as the block alone, as before there were forms."""
    form = FORMS.get(source, 1)
    return block if form == 1 else f"{block}{_FORM}{form}"


def _block_of(state: str) -> str:
    return state.partition(_FORM)[0]


def _form_of(state: str) -> int:
    return int(state.partition(_FORM)[2] or 1)


def _utc(moment: datetime) -> datetime:
    """Return a moment of the engine's, which the client hands over without a zone, as UTC."""
    return moment.replace(tzinfo=UTC)
