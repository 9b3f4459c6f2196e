"""A range's rows end in the table once or in dead-letters once, whatever ClickHouse answers on the way."""

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

import pytest
from fastavro import schemaless_writer

from schemas.avro import parse_writer_schema, schema_text
from schemas.codec import encode_datum
from schemas.messages import ErrorClass, Review, Verdict
from schemas.registry import FixedSchemaIds, RegistryUnavailableError
from schemas.wire import frame
from sinks.clickhouse.breaker import BreakerOpenError
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.clickhouse.datum_schema import DatumSchemas
from sinks.clickhouse.dead_letters import DeadLetterWriter, Refused
from sinks.clickhouse.delivery import AbandonedError, Delivery, Hold
from sinks.clickhouse.intake import Range
from sinks.clickhouse.landing import Landing
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import records_of
from sinks.clickhouse.settings import BreakerSettings, SinkSettings

TOPIC_ID = "8a7e6f1c-0000-0000-0000-000000000001"
SETTINGS = SinkSettings(
    bootstrap_servers="", schema_registry_url="", topic_prefix="", clickhouse_url="", clickhouse_user="",
    clickhouse_password="", clickhouse_database="", instance="", backoff_first_s=0.0, backoff_most_s=0.0,
    breaker=BreakerSettings(window_messages=20, share_ratio=0.5),
)  # fmt: skip
CONTENT = ClickHouseError(469, "Code: 469. constraint violated")
LOST = ClickHouseError(None, "connection reset")


@dataclass
class Table:
    """A table that deduplicates by token and refuses bad offsets; `script` says how inserts end, one after another.

    "ok", "lost before" (nothing arrived), "lost after" (it arrived, the answer did not), "lost, token kept" (the token
    was logged and the part was not: the engine ignores that token from then on), or an error to raise.
    """

    bad: set[int] = field(default_factory=set)
    script: list[str | ClickHouseError] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    tokens: dict[str, list[int]] = field(default_factory=dict)
    fed: list[tuple[int, int]] = field(default_factory=list)
    offsets: Callable[[bytes], list[int]] = lambda _: []
    containers: list[bytes] = field(default_factory=list)

    def insert(self, _columns: Sequence[str], container: bytes, token: str) -> None:
        """Insert as ClickHouse does."""
        offsets = self.offsets(container)
        self.containers.append(container)
        step = self.script.pop(0) if self.script else "ok"
        if isinstance(step, ClickHouseError):
            raise step
        if step == "lost before":
            raise LOST
        if self.bad.intersection(offsets):
            raise CONTENT
        assert self.tokens.get(token, offsets) == offsets, "the same token came with other rows"
        if token not in self.tokens:
            self.tokens[token] = offsets
            if step != "lost, token kept":
                self.rows += offsets
        if step != "ok":
            raise LOST

    def wait_until_settled(self, _topic_id: str, _partition: int, _stopped: Callable[[], bool]) -> bool:
        """Nothing runs."""
        return True

    def present(self, _topic_id: str, _partition: int, first: int, last: int) -> set[int]:
        """Return what is there."""
        return {offset for offset in self.rows if first <= offset <= last}

    def feed_facts(self, _topic_id: str, _partition: int, first: int, last: int) -> None:
        """Remember it."""
        self.fed.append((first, last))


@dataclass
class Letters:
    """Collects dead letters."""

    refused: list[Refused] = field(default_factory=list)

    def write(self, _topic: str, _topic_id: str, _partition: int, refused: Sequence[Refused]) -> None:
        """Keep them."""
        self.refused += refused


class Case:
    """One delivery with its surroundings."""

    def __init__(self, table: Table, ids: FixedSchemaIds | None = None) -> None:
        self.table = table
        self.letters = Letters()
        self.noted: list[Pending] = []
        self.gone = False
        table.offsets = read_offsets
        self.delivery = Delivery(
            "reviews",
            cast("Landing", table),
            DatumSchemas("reviews", ids or IDS),
            cast("DeadLetterWriter", self.letters),
            SETTINGS,
            SinkMetrics(),
        )

    def note(self, pending: Pending) -> bool:
        """Commit a pending range."""
        self.noted.append(pending)
        return True

    def deliver(self, work: Range) -> None:
        """Deliver a range."""
        self.delivery.deliver(work, Hold(0, self.note, lambda: self.gone))

    def dead(self) -> list[tuple[int, ErrorClass]]:
        """Return what was dead-lettered."""
        return [(entry.record.offset, entry.error_class) for entry in self.letters.refused]


IDS = FixedSchemaIds()
SCHEMA_ID = IDS.id_for("reviews")


def review(offset: int) -> Review:
    """Return a message."""
    return Review(f"r{offset}", "case", Verdict.CONFIRMED, "", "", None, None, "officer", 10**15, 10**15)


def read_offsets(container: bytes) -> list[int]:
    """Return the offsets in a container, by the ids of its reviews."""
    return [int(found) for found in re.findall(rb"\x08?r(\d{2})\x08case", container)]


def work(first: int, last: int, *, recovered: bool = False, schema_id: int | None = SCHEMA_ID) -> Range:
    """Return a range of reviews, numbered by two digits; without a schema id: of values without framing."""
    numbers = range(first, last + 1)
    datums = [encode_datum("reviews", review(number)) for number in numbers]
    values = [b"\x01" + datum if schema_id is None else frame(schema_id, datum) for datum in datums]
    records = records_of(numbers, [1_795_000_000_000] * len(numbers), [b"k"] * len(numbers), values)
    return Range(Pending(TOPIC_ID, first, last), records, recovered)


def test_02_a_range_arrives_once() -> None:
    """Where nothing goes wrong there is one insert under the range's own token."""
    case = Case(Table())
    case.deliver(work(10, 19))
    assert case.table.rows == list(range(10, 20))
    assert list(case.table.tokens) == [f"{TOPIC_ID}:0:10-19"]
    assert (case.noted, case.dead()) == ([], [])


@pytest.mark.parametrize("lost", ["lost before", "lost after", "lost, token kept"])
@pytest.mark.parametrize("times", [1, 3])
def test_02_unknown_outcome(lost: str, times: int) -> None:
    """After an unknown outcome the rows that arrived are looked up and only the others sent, under a noted token."""
    case = Case(Table(script=[lost] * times))
    case.deliver(work(10, 19))
    assert case.table.rows == list(range(10, 20))
    assert [pending.attempt for pending in case.noted] == list(range(1, (1 if lost == "lost after" else times) + 1))
    assert case.table.fed == ([(10, 19)] if lost == "lost after" else [])


@pytest.mark.parametrize("there", [range(10, 20), range(10, 14), [], [11, 15]])
def test_02_a_recovered_range_is_completed(there: Sequence[int]) -> None:
    """A range that another process began is looked up first; facts of what is there are fed again."""
    case = Case(Table(rows=list(there)))
    case.deliver(work(10, 19, recovered=True))
    assert sorted(case.table.rows) == list(range(10, 20))
    assert [pending.attempt for pending in case.noted] == [1]
    assert case.table.fed == ([(10, 19)] if there else [])


@pytest.mark.parametrize("bad", [{10}, {14}, {19}, {10, 11, 19}, set(range(10, 20))])
def test_07_bad_records_are_found_by_halving(bad: set[int]) -> None:
    """Exactly the refused records go to dead-letters, every other row arrives once."""
    case = Case(Table(bad=bad))
    case.deliver(work(10, 19))
    assert sorted(case.table.rows) == [offset for offset in range(10, 20) if offset not in bad]
    assert case.dead() == [(offset, ErrorClass.CONTENT) for offset in sorted(bad)]


def test_07_what_cannot_be_decoded_stands_alone_at_the_second_try() -> None:
    """Two truncated records among ten take five pieces, each under a token of its own, and no halving."""
    case = Case(Table(bad={14, 17}))
    whole = work(10, 19)
    values = [v[:-3] if n in {4, 7} else v for n, v in enumerate(whole.records.values) if v is not None]
    case.deliver(Range(whole.pending, records_of(range(10, 20), [1_795_000_000_000] * 10, [b"k"] * 10, values)))
    assert sorted(case.table.rows) == [10, 11, 12, 13, 15, 16, 18, 19]
    assert case.dead() == [(14, ErrorClass.DECODE), (17, ErrorClass.DECODE)]
    assert len(case.table.containers) == 1 + 5
    assert [token.rpartition(":")[2] for token in case.table.tokens] == ["10-13", "15-16", "18-19"]


def test_07_what_cannot_be_decoded_and_the_engine_takes_is_stored() -> None:
    """The engine decides, whatever block a record is in: else one message would come to two ends."""
    case = Case(Table(bad={14}))
    whole = work(10, 19)
    values = [v[:-3] if n in {4, 7} else v for n, v in enumerate(whole.records.values) if v is not None]
    case.deliver(Range(whole.pending, records_of(range(10, 20), [1_795_000_000_000] * 10, [b"k"] * 10, values)))
    assert sorted(case.table.rows) == [10, 11, 12, 13, 15, 16, 17, 18, 19]
    assert case.dead() == [(14, ErrorClass.DECODE)]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("bad", "there"), [({10, 17}, [11, 12, 13]), ({12, 19}, [10, 11, 13, 14]), ({10}, range(11, 20))]
)
def test_07_halving_goes_on_where_another_process_was_killed(bad: set[int], there: Sequence[int]) -> None:
    """What lies between the rows that are missing, and arrived before, is no sign that these have arrived."""
    case = Case(Table(bad=bad, rows=list(there)))
    case.deliver(work(10, 19, recovered=True))
    assert sorted(case.table.rows) == [offset for offset in range(10, 20) if offset not in bad]
    assert case.dead() == [(offset, ErrorClass.CONTENT) for offset in sorted(bad)]


def test_07_trouble_while_halving() -> None:
    """A lost connection between two halves doubles nothing and buries nothing twice."""
    case = Case(Table(bad={12}, script=["ok", "ok", "lost after", "lost before"]))
    case.deliver(work(10, 19))
    assert sorted(case.table.rows) == [10, 11, *range(13, 20)]
    assert case.dead() == [(12, ErrorClass.CONTENT)]


def test_09_trouble_of_the_service_never_dead_letters() -> None:
    """Time-outs, full tables, missing rights and unknown codes are waited out."""
    errors = [ClickHouseError(code, "trouble") for code in (None, 159, 241, 252, 516, 60, 999_999)]
    case = Case(Table(script=list(errors)))
    case.deliver(work(10, 12))
    assert case.table.rows == [10, 11, 12]
    assert case.dead() == []


def test_12_giving_up_leaves_the_range_to_the_next_owner() -> None:
    """A lost partition ends the attempts with an error, not with an acknowledgement."""
    case = Case(Table(script=["lost before"] * 5))
    case.gone = True
    with pytest.raises(AbandonedError):
        case.deliver(work(10, 12))
    assert case.table.rows == []


def test_07_broken_framing_and_unknown_schemas_are_dead_letters() -> None:
    """A range without a schema goes to dead-letters whole, with the class of its error."""
    case = Case(Table())
    case.deliver(work(10, 11, schema_id=None))
    case.deliver(work(12, 12, schema_id=12345))
    assert case.dead() == [
        (10, ErrorClass.DECODE),
        (11, ErrorClass.DECODE),
        (12, ErrorClass.UNKNOWN_SCHEMA),
    ]


def test_a_schema_of_something_else_is_refused() -> None:
    """A payment in the topic of reviews would fill its table with defaults."""
    ids = FixedSchemaIds()
    foreign = ids.add(schema_text("payments"))
    case = Case(Table(), ids)
    case.deliver(work(10, 10, schema_id=foreign))
    assert case.dead() == [(10, ErrorClass.INVALID)]


def test_an_earlier_version_is_written_again_in_the_tables_schema() -> None:
    """A schema that lacks a field with a default: Avro's own resolution fills it in."""
    older = json.loads(schema_text("reviews"))
    older["fields"] = [entry for entry in older["fields"] if entry["name"] != "corrected_vehicle_key"]
    ids = FixedSchemaIds()
    schema_id = ids.add(json.dumps(older))
    writer = parse_writer_schema(json.dumps(older))
    values = []
    for offset in range(10, 13):
        buffer = io.BytesIO()
        schemaless_writer(buffer, writer, asdict(review(offset)))
        values.append(frame(schema_id, buffer.getvalue()))
    case = Case(Table(), ids)
    case.deliver(Range(Pending(TOPIC_ID, 10, 12), records_of(range(10, 13), [0] * 3, [None] * 3, values)))
    assert case.table.rows == [10, 11, 12]
    sent = encode_datum("reviews", review(11))
    assert sent in case.table.containers[0]


def test_09_the_registry_away_is_waited_out() -> None:
    """No message is refused because the registry did not answer."""

    class Away(FixedSchemaIds):
        left = 3

        def text_of(self, schema_id: int) -> str:
            self.left -= 1
            if self.left >= 0:
                raise RegistryUnavailableError("away")
            return super().text_of(schema_id)

    ids = Away()
    ids.id_for("reviews")
    case = Case(Table(), ids)
    case.deliver(work(10, 12))
    assert case.table.rows == [10, 11, 12]


def test_08_the_breaker_stops_before_anything_is_buried() -> None:
    """A topic of rubbish is not drained into the bin."""
    case = Case(Table(bad=set(range(10, 60))))
    with pytest.raises(BreakerOpenError, match="reviews"):
        case.deliver(work(10, 59))
    assert case.dead() == []
