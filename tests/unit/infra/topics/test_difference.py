"""What apply would change, and which of it loses data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from infra.topics.difference import COMPATIBILITY, Change, Plan, difference
from infra.topics.observed import Observed, ObservedSubject, ObservedTopic
from infra.topics.plan_text import change_text
from schemas.topics import TopicSpec

CONFIG = {"cleanup.policy": "delete", "retention.ms": "86400000", "retention.bytes": "-1"}
SPEC = TopicSpec("v.tracks", "messages", "tracks", 4, 1, CONFIG, keyed=True, subject="v.tracks-value", like="v.frames")
TOPIC = ObservedTopic("v.tracks", 4, 1, {**CONFIG, "other": "x"}, records=10, ever_written=True)
SCHEMA = '{"type": "record", "name": "R", "fields": [{"name": "a", "type": "int"}]}'
SUBJECT = ObservedSubject("v.tracks-value", (SCHEMA,), current=True, compatibility=COMPATIBILITY)


def changes(
    topic: ObservedTopic | None,
    subject: ObservedSubject | None = SUBJECT,
    spec: TopicSpec = SPEC,
    schema: str = SCHEMA,
    brokers: int = 1,
) -> Sequence[Change]:
    """Return the plan for one topic and one subject."""
    topics: Mapping[str, ObservedTopic] = {} if topic is None else {topic.name: topic}
    subjects = {} if subject is None else {subject.subject: subject}
    return difference([spec], {"v.tracks-value": schema}, Observed(topics, subjects, brokers)).changes


def test_nothing_to_do() -> None:
    """A cluster that is as it should be gets no change, whatever else its topics have set."""
    assert changes(TOPIC) == ()


def test_an_empty_cluster_gets_everything() -> None:
    """The topic with its whole configuration, the schema and the compatibility level."""
    found = changes(None, None)
    assert [c.action for c in found] == ["create_topic", "register_schema", "set_compatibility"]
    assert {line.name: line.after for line in found[0].lines} == {"partitions": "4", "replication": "1", **CONFIG}
    assert all(c.loses is None and c.refused is None for c in found)


def test_new_topics_come_first() -> None:
    """Apply makes them in one request; what changes at the others follows, and then the schemas."""
    other = replace(SPEC, name="v.other", topic="other", subject=None)
    older = replace(TOPIC, config={**TOPIC.config, "retention.ms": "1"})
    found = difference([SPEC, other], {"v.tracks-value": SCHEMA}, Observed({"v.tracks": older}, {}, 1)).changes
    assert [(c.action, c.target) for c in found] == [
        ("create_topic", "v.other"),
        ("set_config", "v.tracks"),
        ("register_schema", "v.tracks-value"),
        ("set_compatibility", "v.tracks-value"),
    ]


def test_too_few_brokers_for_the_profile() -> None:
    """Three replicas on one broker are refused before anything is made."""
    (change,) = changes(None, spec=replace(SPEC, replication=3))
    assert "to have 3 replicas but the cluster has 1 broker" in str(change.refused)


@pytest.mark.parametrize(
    ("config", "expiring", "loses"),
    [
        ({"retention.ms": "172800000"}, 7, "removes 7 records that are older"),
        ({"retention.ms": "172800000"}, 0, None),
        ({"retention.ms": "172800000"}, None, "removes records that are older"),
        ({"retention.ms": "-1"}, 3, "removes 3 records"),
        ({"retention.ms": "3600000"}, None, None),
        ({"cleanup.policy": "compact"}, None, "cleanup.policy delete in place of compact removes"),
        ({"compression.type": "x"}, None, None),
    ],
)
def test_which_configuration_loses_data(config: dict[str, str], expiring: int | None, loses: str | None) -> None:
    """A shorter retention loses what is older, another cleanup policy what it cleans; longer ones lose nothing."""
    found = changes(replace(TOPIC, config={**TOPIC.config, **config}, expiring_records=expiring))
    if "compression.type" in config:
        assert found == ()
        return
    (change,) = found
    assert change.action == "set_config"
    assert [line.name for line in change.lines] == list(config)
    if loses is None:
        assert change.loses is None
    else:
        assert loses in str(change.loses)


def test_smaller_retention_in_bytes_loses_data() -> None:
    """A partition may hold more than the new limit, which Kafka does not tell, so leave is asked for."""
    (change,) = changes(TOPIC, spec=replace(SPEC, config={**CONFIG, "retention.bytes": "1000"}))
    assert "retention.bytes 1000 in place of -1" in str(change.loses)


def test_an_empty_topic_loses_nothing() -> None:
    """Where there are no records, no change needs leave."""
    empty = replace(TOPIC, records=0, ever_written=False)
    policy = replace(empty, config={**CONFIG, "cleanup.policy": "compact"})
    assert [c.loses for c in changes(policy)] == [None]
    assert [(c.action, c.loses) for c in changes(replace(empty, partitions=9))] == [("recreate_topic", None)]
    assert [(c.action, c.loses) for c in changes(replace(empty, partitions=2))] == [("add_partitions", None)]


def test_partition_counts_of_keyed_topics_need_leave() -> None:
    """More partitions move keys; fewer need the topic made anew. Dead letters, which have no order, may grow."""
    (fewer,) = changes(replace(TOPIC, partitions=9))
    assert fewer.action == "recreate_topic"
    assert "its 10 records" in str(fewer.loses)
    (more,) = changes(replace(TOPIC, partitions=2))
    assert more.action == "add_partitions"
    assert "keys move to other partitions" in str(more.loses)
    (letters,) = changes(replace(TOPIC, partitions=2), spec=replace(SPEC, keyed=False))
    assert letters.loses is None


def test_another_replication_is_refused_with_the_way() -> None:
    """Replicas cannot be changed through this protocol; the sentence names the tool that can."""
    (change,) = changes(replace(TOPIC, replication=2))
    assert "kafka-reassign-partitions" in str(change.refused)


def test_the_registrys_topics_are_never_made_here() -> None:
    """Its own topics are only configured, and only where they are."""
    spec = TopicSpec(
        "v.journal", "registry", "journal", 1, 3, {"retention.ms": "-1"}, keyed=False, subject=None, like=None
    )
    there = ObservedTopic("v.journal", 2, 1, {"retention.ms": "604800000"}, records=5, ever_written=True)
    assert difference([spec], {}, Observed({})).changes == ()
    (change,) = difference([spec], {}, Observed({"v.journal": there})).changes
    assert (change.action, change.loses, change.refused) == ("set_config", None, None)


def test_a_schema_that_cannot_read_what_is_registered_is_refused() -> None:
    """The plan says which field breaks and against which version, before the registry is asked."""
    older = '{"type": "record", "name": "R", "fields": []}'
    subject = ObservedSubject("v.tracks-value", (older,), current=False, compatibility=COMPATIBILITY)
    (change,) = changes(TOPIC, subject)
    assert "against version 1: a: is new and has no default" in str(change.refused)


def test_a_subject_of_another_level_is_set() -> None:
    """A registry that starts at NONE is set, subject by subject."""
    (change,) = changes(TOPIC, replace(SUBJECT, compatibility="NONE"))
    assert (change.action, change.lines[0].before, change.lines[0].after) == (
        "set_compatibility",
        "NONE",
        COMPATIBILITY,
    )


def test_a_plan_is_plain_data() -> None:
    """--json carries every change."""
    plan = Plan(changes(None, None))
    data: dict[str, Any] = json.loads(json.dumps(plan.to_json()))
    assert data["pending"] == 3
    assert data["changes"][0]["target"] == "v.tracks"


def test_a_change_reads_like_a_diff() -> None:
    """What goes has a minus, what comes a plus, what loses data an exclamation mark; units are spelt out."""
    longer = replace(TOPIC, config={**CONFIG, "retention.ms": "172800000"}, expiring_records=7)
    lines = str(change_text(changes(longer)[0])).splitlines()
    assert lines[0] == "~ topic v.tracks"
    assert lines[1:3] == ["-     retention.ms = 172800000  (2 d)", "+     retention.ms = 86400000  (24 h)"]
    assert lines[3].startswith("! loses data (needs --allow-data-loss): v.tracks: retention.ms")
    schema = '{"type": "record", "name": "R", "fields": [{"name": "a", "type": "long"}]}'
    subject = replace(SUBJECT, current=False)
    text = str(change_text(changes(TOPIC, subject, schema=schema)[0]))
    assert '-           "type": "int"' in text
    assert '+           "type": "long"' in text
