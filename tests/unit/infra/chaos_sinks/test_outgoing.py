"""What is produced: the same for the same plan, good messages good, poisonous ones bad for certain."""

import random
from collections import Counter
from typing import Any

import pytest

from infra.chaos.sinks.ledger import Ledger, crc
from infra.chaos.sinks.plan import plan
from infra.chaos.sinks.poison import LARGE_BYTES, Poison, PoisonKind, datum, spoilt, whole
from infra.chaos.sinks.production import outgoing
from infra.chaos.sinks.shapes import SHAPES
from schemas.codec import decode_datum
from schemas.topics import catalogue
from schemas.wire import HEADER, FramingError, schema_id_of

IDS = {"payments": 11, "detections": 12, "case-events": 13, "dead-letters": 14}
PARTITIONS = 4


def test_a_plan_gives_the_same_messages_again() -> None:
    """Bytes, places and order: what a failing seed produced is produced again."""
    one = plan(3, 5_000, 25)
    first, second = (list(outgoing(one, IDS, PARTITIONS)) for _ in range(2))
    assert first == second
    assert [message.number for message in first] == list(range(5_000))
    assert sum(message.bad for message in first) == 25


def test_every_topic_partition_and_day_gets_some() -> None:
    """Three topics of different shape over all partitions."""
    one = plan(5, 5_000, 0)
    counts = Counter((message.topic, message.partition) for message in outgoing(one, IDS, PARTITIONS))
    assert len(counts) == len(SHAPES) * PARTITIONS
    assert {message.days_ago for message in outgoing(one, IDS, PARTITIONS)} == set(range(one.days))


def test_copies_follow_their_original_on_its_partition() -> None:
    """The first copy of a business key lies before the further ones, so it is the one to be kept."""
    seed = next(seed for seed in range(100) if plan(seed, 2_000, 5).repeat_ratio > 0)
    seen: dict[tuple[str, int], int] = {}
    copies = 0
    for message in outgoing(plan(seed, 2_000, 5), IDS, PARTITIONS):
        key = (message.topic, message.content_crc)
        if message.copy:
            copies += 1
            assert seen[key] == message.partition
        elif not message.bad:
            assert key not in seen
            seen[key] = message.partition
    assert copies


@pytest.mark.parametrize("topic", SHAPES)
@pytest.mark.parametrize("kind", PoisonKind)
def test_poison_is_no_message_of_the_topic(topic: str, kind: PoisonKind) -> None:
    """By framing, by schema, by its bytes, or by an instant outside 2000-2100; and it fits Kafka's limit."""
    shape = SHAPES[topic]
    draw = random.Random(1)
    for seed in range(3 if kind is PoisonKind.LARGE_IMPOSSIBLE else 30):
        padding = LARGE_BYTES if kind is PoisonKind.LARGE_IMPOSSIBLE else 0
        record = shape.make(seed, draw.getrandbits(64), padding)
        value = spoilt(Poison(seed, kind, seed), shape, record, IDS)
        assert len(value or b"") < catalogue().limits.message_max_bytes
        if value is None or len(value) < HEADER.size or value[0]:
            with pytest.raises(FramingError):
                schema_id_of(value or b"")
        elif schema_id_of(value) == IDS[topic] and whole(topic, value[HEADER.size :]):
            message = decode_datum(topic, value, HEADER.size)
            instants = [getattr(message, name) for name in shape.instants]
            scales = [1_000 if name.endswith("_ms") else 1 for name in shape.instants]
            assert not all(
                946_684_800_000_000 <= instant * scale <= 4_102_444_800_000_000
                for instant, scale in zip(instants, scales, strict=True)
            )


@pytest.mark.parametrize("topic", SHAPES)
def test_good_messages_are_whole_and_every_field_counts(topic: str) -> None:
    """A content text changes with each field, so a changed column is a changed row."""
    shape = SHAPES[topic]
    record = shape.make(5, 0xFFFF_FFFF_FFFF_FFFD, 0)
    assert whole(topic, datum(topic, record))
    for name, value in record.items():
        other = another(value)
        assert other != value, name
        assert shape.text({**record, name: other}) != shape.text(record), name


@pytest.mark.parametrize("topic", SHAPES)
def test_what_is_no_datum_for_certain_is_known(topic: str) -> None:
    """A cut or longer datum is none; a null whose index names no branch is one, for ClickHouse reads it as null."""
    shape = SHAPES[topic]
    for bits in (0, 0xFFFF_FFFF_FFFF_FFFD, 0x1234_5678_9ABC_DEF0):
        good = datum(topic, shape.make(3, bits, 0))
        assert not any(whole(topic, good[:size]) for size in range(len(good)))
        assert not whole(topic, good + b"\xff")
    payment = SHAPES["payments"].make(3, 0, 0)
    good = datum("payments", payment)
    null_at = len(good) - 9  # the instant behind it has eight bytes
    assert payment["outcome"] is None
    assert good[null_at] == 0
    assert whole("payments", good[:null_at] + b"\x10" + good[null_at + 1 :])
    assert not whole("payments", good[:null_at] + b"\x02" + good[null_at + 1 :])


def another(value: Any) -> Any:
    """Return a value of the same field that differs."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "!"
        case None:
            return "there"
        case [dict(), *_] | []:
            return value[1:] if value else None
        case list():
            return [*value, 1]
        case _:
            return None


def test_the_ledger_counts_offsets_by_partition() -> None:
    """Good rows, bad ones and first copies, each under its coordinates."""
    ledger = Ledger(2)
    ledger.add(0, 10, bad=False, copy=False)
    ledger.add(1, 20, bad=True, copy=False)
    ledger.add(0, 10, bad=False, copy=True)
    assert ledger.ends == [2, 1]
    assert ledger.good().tolist() == [(0, 0, 10), (0, 1, 10)]
    assert ledger.firsts().tolist() == [(0, 0, 10)]
    assert ledger.bad().tolist() == [(1, 0, 20)]
    assert crc(None) == crc(b"") == 0
