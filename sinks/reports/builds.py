"""What the reports' tables were made from, beside what the facts are now, in one look.

Each report asks this first. A query that reads next to nothing takes the engine 10 to 15 ms of parsing and planning, so
what is due and how fresh the tables are come by the same one (decision 0167).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import query

#: Steps of cases, from which the sums of money come.
CASES: Final = "case_events_facts"
#: Made as a whole (with what is summed from it), after the months, when any month of case events changed.
WHOLE: Final = "report_repeaters"
HEALTH: Final = "camera_health_facts"
#: Tables of facts that reports are made from, a month at a time.
SOURCES: Final[Sequence[str]] = (CASES, "reviews_facts", "incidents_facts", HEALTH)
#: Form of what is made of a source. A build that gains a table or a column gets the next one: every month that was made
#: in an earlier form is due.
FORMS: Final[Mapping[str, int]] = {CASES: 2, "reviews_facts": 2}
_NAMES: Final = ", ".join(f"'{name}'" for name in SOURCES)
_NEVER: Final = "toDateTime64(0, 3, 'UTC')"
_SQL: Final = (
    "SELECT 0 AS built, toString(table) AS source, toUInt32(partition_id) AS month,"  # noqa: S608  names from above
    f" toString(max(max_block_number)) AS state, {_NEVER} AS rows_through, {_NEVER} AS built_at"
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
        state: the number of its newest block, and the form of what is made of it; of WHOLE a digest of all months'.
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
    """

    works: Sequence[Work]
    states: Mapping[tuple[str, int], str]
    fresh: Mapping[str, Freshness]

    @staticmethod
    def read(client: Client) -> "Builds":
        """Look.

        Raises:
            ClickHouseError: ClickHouse refused the query, or does not answer.
        """
        works, states, fresh = [], {}, dict[str, Freshness]()
        for built, source, month, state, through, made_at in query(client, _SQL):
            if not built:
                works.append(Work(source, month, _formed(source, state)))
                continue
            states[source, month] = state
            known = fresh.get(source)
            fresh[source] = Freshness(
                max(known.as_of, through) if known else through, max(known.made_at, made_at) if known else made_at
            )
        works.sort(key=lambda work: (work.source, work.month))
        cases = [f"{work.month}:{work.state}" for work in works if work.source == CASES]
        if cases:
            works.append(Work(WHOLE, 0, sha256(" ".join(cases).encode()).hexdigest()))
        return Builds(works, states, fresh)

    def due(self, *, everything: bool = False) -> Sequence[Work]:
        """Return what is older than its facts; all there is where `everything`."""
        return [work for work in self.works if everything or self.states.get((work.source, work.month)) != work.state]


def _formed(source: str, block: str) -> str:
    """Return a month's state; the first form is noted as the block alone, as before there were forms."""
    form = FORMS.get(source, 1)
    return block if form == 1 else f"{block} form {form}"
