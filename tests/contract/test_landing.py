"""The landing tables on the real engine: one insert is one block, a token counts once, and damage is found."""

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client
from fastavro import schemaless_reader

from schemas.avro import reader_schema, schema_text
from schemas.codec import encode_datum
from schemas.messages import Review, Verdict
from schemas.registry import FixedSchemaIds
from schemas.wire import frame
from sinks.clickhouse import migration
from sinks.clickhouse.avro_block import BlockWriter, Rows
from sinks.clickhouse.clickhouse_client import connect
from sinks.clickhouse.datum_schema import DatumSchemas
from sinks.clickhouse.dead_letters import DeadLetterWriter, Refused
from sinks.clickhouse.delivery import Delivery, Hold
from sinks.clickhouse.intake import Range
from sinks.clickhouse.landing import Landing
from sinks.clickhouse.metrics import SinkMetrics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import records_of
from sinks.clickhouse.settings import BreakerSettings, SinkSettings
from tests.contract.test_clickhouse_front import Front
from tests.plausible_messages import NOON_US

pytestmark = pytest.mark.integration
TABLE = "reviews_messages"
TEXTS = ("review_id", "case_id", "verdict", "officer_id")
IDS = FixedSchemaIds()
SCHEMA_ID = IDS.id_for("reviews")
SETTINGS = SinkSettings(
    bootstrap_servers="", schema_registry_url="", topic_prefix="", clickhouse_url="", clickhouse_user="",
    clickhouse_password="", clickhouse_database="", instance="", backoff_first_s=0.0, backoff_most_s=0.0,
    breaker=BreakerSettings(share_ratio=1.0),
)  # fmt: skip
#: More rows than the engine puts into one block unless it is told to (max_insert_block_size, 1,048,449).
MANY = 1_100_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client on a database with all tables."""
    front = Front(tmp_path_factory.mktemp("front") / "data").start()
    try:
        name = f"m{uuid4().hex[:8]}"
        migration.create_database(connect(front.url, "default", "", None, 60), name)
        inside = connect(front.url, "default", "", name, 60)
        migration.apply(inside, migration.shipped(), lambda _: None)
        yield inside
    finally:
        assert front.stop() == 0


def review(number: int) -> Review:
    """Return a review that no other equals."""
    at_us = NOON_US + number
    return Review(f"review-{number}", f"case-{number}", Verdict.CONFIRMED, "", "", None, None, "officer", at_us, at_us)


def landing(client: Client) -> Landing:
    """Return the table of reviews."""
    return Landing(client, str(client.database), "reviews", 60)


def test_04_one_insert_is_one_block(client: Client) -> None:
    """More rows than the engine's own block size go in as one part; sent again, the one token stands for them all."""
    topic_id = str(uuid4())
    datum = encode_datum("reviews", review(1))
    writer = BlockWriter(json.loads(schema_text("reviews")))
    offsets = np.arange(MANY)
    container = writer.write(topic_id, 0, Rows(offsets, np.full(MANY, NOON_US // 1_000), [datum] * MANY))
    logged = _blocks(client)
    for _ in range(2):
        landing(client).insert(writer.columns, container, f"{topic_id}:0:0-{MANY - 1}")
    sql = f"SELECT count(), uniqExact(_offset) FROM {TABLE} WHERE _topic_id = '{topic_id}'"
    assert client.query(sql).result_rows == [(MANY, MANY)]
    assert _blocks(client) - logged == 1


def _blocks(client: Client) -> int:
    """Return how many blocks have become parts of the table so far, merges not counted."""
    sql = f"""SELECT max(max_block_number) FROM system.parts
        WHERE database = currentDatabase() AND table = '{TABLE}'"""
    return int(client.query(sql).result_rows[0][0])


def cut_short(datum: bytes, rng: random.Random) -> bytes:
    """Lose bytes of the end."""
    return datum[: -rng.randrange(1, 6)]


def extended(datum: bytes, rng: random.Random) -> bytes:
    """Gain bytes at the end."""
    return datum + rng.randbytes(rng.randrange(1, 6))


def bit_flipped(datum: bytes, rng: random.Random) -> bytes:
    """Change one bit anywhere."""
    at = rng.randrange(len(datum))
    return datum[:at] + bytes([datum[at] ^ (1 << rng.randrange(8))]) + datum[at + 1 :]


@dataclass
class Letters:
    """Collects dead letters."""

    refused: list[Refused] = field(default_factory=list)

    def write(self, _topic: str, _topic_id: str, _partition: int, refused: Sequence[Refused]) -> None:
        """Keep them."""
        self.refused += refused


@pytest.mark.parametrize("damage", [cut_short, extended, bit_flipped])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_05_07_11_damage_is_found_wherever_it_lies(
    client: Client, damage: Callable[[bytes, random.Random], bytes], place: str
) -> None:
    """Of thirty rows the damaged one is a dead letter, or stored as what its bytes say; its neighbours are intact.

    A changed bit that leaves a good datum is nobody's to find; it must not move any other row's values.
    """
    rng = random.Random(f"{damage.__name__} {place}")
    for _ in range(6):
        topic_id, number = str(uuid4()), {"first": 0, "middle": 14, "last": 29}[place]
        datums = [encode_datum("reviews", review(n)) for n in range(30)]
        datums[number] = damage(datums[number], rng)
        values = [frame(SCHEMA_ID, datum) for datum in datums]
        records = records_of(range(30), [NOON_US // 1_000] * 30, [b"k"] * 30, values)
        letters = Letters()
        delivery = Delivery(
            "reviews",
            landing(client),
            DatumSchemas("reviews", IDS),
            cast("DeadLetterWriter", letters),
            SETTINGS,
            SinkMetrics(),
        )
        delivery.deliver(Range(Pending(topic_id, 0, 29), records), Hold(0, lambda _: True, lambda: False))
        stored = _stored(client, topic_id)
        refused = [entry.record.offset for entry in letters.refused]
        assert refused in ([], [number])
        assert sorted([*stored, *refused]) == list(range(30))
        for offset, found in stored.items():
            assert found == _said(datums[offset]), offset


def _said(datum: bytes) -> tuple[Any, ...]:
    """Return what a datum's bytes say; text as its bytes, for ClickHouse's strings need not be UTF-8."""
    schema = reader_schema("reviews")
    found: Any = schemaless_reader(io.BytesIO(datum), schema, None, handle_unicode_errors="surrogateescape")
    texts = [found[name].encode(errors="surrogateescape").hex().upper() for name in TEXTS]
    return *texts, found["decided_at_us"]


def _stored(client: Client, topic_id: str) -> dict[int, tuple[Any, ...]]:
    texts = ", ".join(f"hex({name})" for name in TEXTS)
    sql = f"SELECT _offset, {texts}, decided_at_us FROM {TABLE} WHERE _topic_id = '{topic_id}'"
    rows = client.query(sql).result_rows
    assert len({row[0] for row in rows}) == len(rows)
    return {int(row[0]): tuple(row[1:]) for row in rows}
