"""Who may do what in Kafka: every process has what it needs and no more, and who comes without a user has nothing."""

from typing import Any, Final

import pytest

from infra.cli.run import command as run
from schemas.access import Access, AccessFileError, access
from schemas.topics import catalogue
from sinks.clickhouse.app import topics as with_tables
from sinks.evidence.case_name import TOPICS as WITH_EVIDENCE

RIGHTS: Final = access().rights(catalogue(), "v.", "city")
#: Users that no process of `vigil run` has: a city's own, and the desks'.
NO_PROCESS: Final = {"city-cameras", "city-tables", "review-desk", "signals", "treasury"}


def users(name: str, operation: str, resource: str = "TOPIC") -> set[str]:
    """Return who may do something."""
    return {one.user for one in RIGHTS if (one.resource, one.name, one.operation) == (resource, name, operation)}


@pytest.mark.parametrize(
    ("topic", "writers"),
    [
        ("reviews", {"review-desk"}),
        ("payments", {"treasury"}),
        ("case-commands", {"cases-relay", "cases", "deadlines"}),
        ("case-events", {"cases"}),
        ("cases-state-changelog", {"cases"}),
        ("cameras", {"city-cameras"}),
        ("signal-phases", {"signals"}),
        ("vehicle-registry", {"city-tables"}),
        ("frames", {"producers"}),
        ("detections", {"perception"}),
        ("tracks", {"tracking"}),
        ("violations", {"violations", "sections"}),
        ("leads", {"leads"}),
        ("plate-reads", set()),
    ],
)
def test_what_decides_guilt_and_money_has_the_writers_that_it_must(topic: str, writers: set[str]) -> None:
    """Whoever else could write it could confirm a case, lower a limit, turn a light red, or make a violation."""
    assert users(f"v.{topic}", "WRITE") == writers


def test_pictures_and_whereabouts_have_few_readers() -> None:
    """Frames show people; passages and sightings say where vehicles were."""
    assert users("v.frames", "READ") == {"producers", "perception", "evidence"}
    assert users("v.passages", "READ") == {"sections"}
    assert users("v.sightings", "READ") == {"leads"}
    assert users("v.vehicle-registry", "READ") == {"leads", "cases-relay", "city-tables"}


def test_who_comes_without_a_user_may_do_nothing() -> None:
    """The brokers call them ANONYMOUS."""
    assert "ANONYMOUS" not in {one.user for one in RIGHTS}
    assert not users("v.truth", "READ")


def test_every_process_has_a_user_and_every_user_is_a_process_or_somebody_outside() -> None:
    """A new process without rights would be refused by a broker with users, and by none of the others."""
    assert set(access().principals) == set(run.commands) | NO_PROCESS
    apps = [app for principal in access().principals.values() for app in principal.apps]
    assert sorted(apps) == sorted(catalogue().apps)
    for name, app in catalogue().apps.items():
        assert name in users(f"v.{app.source}", "READ")
        assert name in users("v.dead-letters", "WRITE")
        assert name in users("v.checkpoints", "DESCRIBE_CONFIGS") or name == "cases"


def test_the_sinks_read_what_they_keep() -> None:
    """A topic with a table, or with evidence, that its sink may not read would stay without."""
    tables = {f"v.{name}" for name in with_tables("city")}
    of_sink = [one for one in RIGHTS if one.user == "clickhouse-sink" and one.resource == "TOPIC"]
    assert {one.name for one in of_sink if one.operation == "READ"} == tables
    for name in tables:
        assert "clickhouse-sink" in users(name, "READ")
        assert "sink-audit" in users(name, "DESCRIBE")
        assert "sink-audit" not in users(name, "READ")
    for name in WITH_EVIDENCE:
        assert "evidence" in users(f"v.{name}", "READ")


def test_a_process_may_look_at_every_topic_that_it_needs_at_its_start() -> None:
    """Relay and scheduler look at the sizes of what they read and write, and of the stage's changelog."""
    for user in ("cases-relay", "deadlines", "cases"):
        assert user in users("v.cases-state-changelog", "DESCRIBE_CONFIGS")
        assert user in users("v.dead-letters", "DESCRIBE_CONFIGS")
    assert users("v.cases", "DESCRIBE", "GROUP") == {"cases-relay"}
    assert users("v.reviews", "READ") == {"cases-relay", "clickhouse-sink"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"unwritten": ["fines"]}, "found fines"),
        ({"principals": {"a": {"writes": ["fines"]}}}, r"\[principals.a\], writes: found fines"),
        ({"principals": {"a": {"may": ["reviews"]}}}, "found may; expected apps, asks"),
        ({"principals": {"a": {"apps": ["console"]}}}, "found console"),
        ({"principals": {"a": {}, "b": {"user": "a"}}}, "expected each once"),
        ({"principals": {"a": {"writes": ["reviews"]}}}, "nobody writes cameras, .* unwritten names none"),
        (
            {"unwritten": ["reviews"], "principals": {"a": {"writes": sorted(catalogue().topics)}}},
            "nobody writes no topic, and unwritten names reviews",
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused(data: dict[str, Any], said: str) -> None:
    """It names the table, what was found and what was expected."""
    with pytest.raises(AccessFileError, match=said):
        Access.from_toml(data, catalogue())
