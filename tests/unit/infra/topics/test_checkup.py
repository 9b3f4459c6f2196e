"""Doctor's checks, each on a cluster made up for it."""

from dataclasses import replace

import pytest

from infra.topics import checkup
from infra.topics.checkup import Finding, partition_of
from infra.topics.difference import Change, Line, Plan
from infra.topics.group_lag import STABLE, Member, ObservedGroup, lags, with_rates
from infra.topics.observed import Observed, ObservedTopic
from infra.topics.sampling import SampledRecord
from schemas.topics import TopicSpec, catalogue

SPEC = TopicSpec("v.tracks", "messages", "tracks", 4, 1, {}, keyed=True, subject=None, like="v.detections")
LETTERS = replace(SPEC, name="v.dead-letters", topic="dead-letters", keyed=False, like=None)
OBSERVED = Observed({"v.tracks": ObservedTopic("v.tracks", 4, 1, {}, 10, ever_written=True)})
SOURCES = {"v.incidents": "v.tracks"}
COUNTS = {"v.tracks": 2}
BOUNDS = {("v.tracks", 0): (5, 105), ("v.tracks", 1): (0, 40)}


def texts(findings: object) -> list[str]:
    """Return findings as `level target: text`."""
    assert isinstance(findings, list)
    return [f"{f.level} {f.target}: {f.text}" for f in findings if isinstance(f, Finding)]


def member(name: str, *partitions: int) -> Member:
    """Return a member that reads partitions of tracks."""
    return Member(f"id-{name}", name, "/127.0.0.1", tuple(("v.tracks", p) for p in partitions))


def group(*members: Member, committed: dict[int, int], state: str = STABLE) -> ObservedGroup:
    """Return the incidents stage's group."""
    return ObservedGroup("v.incidents", state, members, {("v.tracks", p): o for p, o in committed.items()})


def found(observed: ObservedGroup, most_lag: int = 1000) -> list[str]:
    """Return what doctor says of one group."""
    rows = lags([observed], COUNTS, BOUNDS, SOURCES)
    return texts(list(checkup.groups([observed], rows, SOURCES, most_lag)))


@pytest.mark.parametrize(
    ("key", "partition"),
    # Kafka's own test vectors: org.apache.kafka.common.utils.UtilsTest, testMurmur2 (hash & 0x7fffffff, modulo 100).
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536),
     (b"a-little-bit-longer-string", -1486304829), (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)],
)  # fmt: skip
def test_keys_are_placed_as_kafka_places_them(key: bytes, partition: int) -> None:
    """The partition of a key is that of Kafka's Java client."""
    assert partition_of(key, 100) == (partition & 0x7FFFFFFF) % 100


def test_lag_counts_from_what_is_there() -> None:
    """A group that never committed has all records before it; offsets that are gone do not count."""
    rows = lags([group(committed={0: 2})], COUNTS, BOUNDS, SOURCES)
    assert [(r.partition, r.committed, r.lag) for r in rows] == [(0, 2, 100), (1, None, 40)]


def test_an_unborn_group_has_its_source_to_read() -> None:
    """A group with neither members nor offsets still lags on the topic that its app reads."""
    assert sum(r.lag for r in lags([group(committed={})], COUNTS, BOUNDS, SOURCES)) == 140


def test_rates_are_differences_a_second() -> None:
    """Reading and writing are told apart."""
    before = lags([group(committed={0: 5, 1: 0})], COUNTS, BOUNDS, SOURCES)
    later = {("v.tracks", 0): (5, 205), ("v.tracks", 1): (0, 40)}
    now = with_rates(lags([group(committed={0: 55, 1: 0})], COUNTS, later, SOURCES), before, 2.0)
    assert [(r.read_per_s, r.written_per_s) for r in now] == [(25.0, 50.0), (0.0, 0.0)]


def test_a_healthy_group_is_silent() -> None:
    """Every partition read, little lag: nothing to say."""
    assert found(group(member("a", 0), member("b", 1), committed={0: 100, 1: 40})) == []


def test_a_group_without_members_while_records_wait() -> None:
    """A stage that is not running is an error as soon as there is something to do."""
    (text,) = found(group(committed={0: 100, 1: 40}))
    assert text == (
        "error v.incidents: no member, and 5 records wait; start it, or delete the group if it is no longer wanted"
    )
    assert found(group(committed={0: 105, 1: 40})) == []


def test_a_group_that_lags_is_named_with_the_worst_partition() -> None:
    """More than the bound is a warning."""
    (text,) = found(group(member("a", 0, 1), committed={0: 50, 1: 40}), most_lag=50)
    assert text.startswith("warning v.incidents: 55 records behind, 55 of them on v.tracks/0")


def test_a_member_without_partitions_and_a_partition_without_reader() -> None:
    """Idle members are warned of; a partition that nobody reads is an error."""
    text = found(group(member("a", 0), member("idle"), committed={0: 105, 1: 40}))
    assert "warning v.incidents: member idle on /127.0.0.1 holds no partition" in text[0]
    assert "error v.incidents: nobody reads v.tracks/1" in text[1]


def test_a_rebalancing_group_is_not_judged_by_its_assignment() -> None:
    """While members find partners nobody holds anything, which is no error."""
    assert found(group(member("a"), committed={0: 105, 1: 40}, state="PREPARING_REBALANCING")) == [
        "warning v.incidents: the group is PREPARING_REBALANCING: its members are finding partners"
    ]


def record(key: bytes | None, partition: int) -> SampledRecord:
    """Return a record of tracks."""
    return SampledRecord("v.tracks", partition, 7, 0, key, b"")


def test_a_key_in_the_wrong_place_is_found() -> None:
    """The finding names key, place and the place it belongs to."""
    right = partition_of(b"K-1", 4)
    assert list(checkup.placement([SPEC], OBSERVED, [record(b"K-1", right)])) == []
    (text,) = texts(list(checkup.placement([SPEC], OBSERVED, [record(b"K-1", right), record(b"K-1", (right + 1) % 4)])))
    assert text.startswith("error v.tracks: 1 of 2 sampled records are not where murmur2")
    assert f"'K-1' lies at v.tracks/{(right + 1) % 4}@7 and belongs to partition {right}" in text
    assert "murmur2_random" in text


def test_a_record_without_key_is_found() -> None:
    """A keyed topic holds keys."""
    (text,) = texts(list(checkup.placement([SPEC], OBSERVED, [record(None, 0)])))
    assert "1 of 1 sampled records have no key, e.g. v.tracks/0@7" in text


def test_dead_letters_keep_their_own_keys() -> None:
    """Their placement says nothing, so it is not checked."""
    letter = replace(record(b"K-1", 0), topic="v.dead-letters")
    assert list(checkup.placement([LETTERS], OBSERVED, [letter])) == []


def test_dead_letters_are_counted_by_cause() -> None:
    """How many there are, and of which stage and class the last were."""
    topic = ObservedTopic("v.dead-letters", 1, 1, {}, 12, ever_written=True)
    observed = Observed({"v.dead-letters": topic})
    causes = [("tracking", "DECODE")] * 3 + [("perception", "HANDLER")]
    (text,) = texts(list(checkup.dead_letters("v.dead-letters", observed, causes)))
    assert "12 dead letters; of the last 4: tracking DECODE 3, perception HANDLER 1" in text
    assert list(checkup.dead_letters("v.dead-letters", Observed({}), [])) == []


def test_brokers_must_let_the_largest_message_through() -> None:
    """Each limit below the largest message is named with what happens; so is auto-creation."""
    limits = catalogue().limits
    good = dict.fromkeys(checkup.BROKER_LIMITS, str(limits.largest_message_bytes))
    assert list(checkup.sizes(limits, replace(OBSERVED, broker_config={1: good}))) == []
    bad = {**good, "message.max.bytes": "1048576", "auto.create.topics.enable": "true"}
    found = texts(list(checkup.sizes(limits, replace(OBSERVED, broker_config={1: good, 2: bad}))))
    assert found[0].startswith("error broker 2: message.max.bytes is 1048576, the largest message has 1114112 bytes")
    assert "auto.create.topics.enable is true" in found[1]
    assert len(found) == 2


CHANGES = [
    (Change("create_topic", "v.tracks", ()), "error v.tracks: the topic is missing; run 'vigil topics apply'"),
    (
        Change("add_partitions", "v.tracks", (Line("partitions", "2", "4"),), loses="keys move"),
        "error v.tracks: 2 partitions, expected 4, as many as v.detections; see 'vigil topics plan'",
    ),
    (
        Change("set_config", "v.tracks", (Line("max.message.bytes", "10", "20"),)),
        "error v.tracks: max.message.bytes is 10, expected 20; run 'vigil topics apply'",
    ),
    (
        Change("set_config", "v.tracks", (Line("compression.type", "gzip", "lz4"),)),
        "warning v.tracks: compression.type is gzip, expected lz4",
    ),
    (
        Change("recreate_topic", "v.tracks", (Line("replication", "1", "3"),), refused="move its partitions"),
        "warning v.tracks: move its partitions",
    ),
    (
        Change("register_schema", "v.tracks-value", (Line("schema", None, "{}"),)),
        "error v.tracks-value: no schema is registered; run 'vigil topics apply'",
    ),
    (
        Change("set_compatibility", "v.tracks-value", (Line("compatibility", "NONE", "FULL"),)),
        "error v.tracks-value: compatibility is NONE, not BACKWARD_TRANSITIVE",
    ),
]


@pytest.mark.parametrize(("change", "text"), CHANGES, ids=[c.action + c.target for c, _ in CHANGES])
def test_what_apply_would_change_is_a_finding(change: Change, text: str) -> None:
    """Drift is named with what was found, what was expected and the command."""
    (found,) = texts(list(checkup.drift(Plan((change,)), [SPEC])))
    assert found.startswith(text)
