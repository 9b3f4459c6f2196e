"""Who may do what in Kafka: the shipped rights keep guilt and money to those who decide them."""

from typing import Any, Final

import pytest

from schemas.access import Access, AccessFileError, Right, access
from schemas.topics import catalogue

RIGHTS: Final = access().rights(catalogue(), "v.", "city")


def users(name: str, operation: str, resource: str = "TOPIC") -> set[str]:
    """Return who may do something."""
    return {one.user for one in RIGHTS if (one.resource, one.name, one.operation) == (resource, name, operation)}


def test_each_guarded_topic_has_the_writers_that_the_law_of_cases_asks() -> None:
    """Reviews are the desk's, payments the treasury's, commands the relay's, the scheduler's and the stage's own."""
    assert users("v.reviews", "WRITE") == {"review-desk"}
    assert users("v.payments", "WRITE") == {"treasury"}
    assert users("v.case-commands", "WRITE") == {"cases-relay", "cases", "deadlines"}
    assert users("v.case-events", "WRITE") == {"cases"}
    assert users("v.cases-state-changelog", "WRITE") == {"cases"}


def test_every_other_topic_is_the_pipelines_to_write_and_all_are_its_to_read() -> None:
    """Sinks read everything; stages write what is not guarded; made-up truth is in no production cluster."""
    there = {f"v.{topic.name}" for topic in catalogue().topics_under("city")}
    assert {one.name for one in RIGHTS if one.user == "ANONYMOUS" and one.operation == "READ"} >= there
    guarded = {f"v.{name}" for name in access().guarded}
    for name in there - guarded:
        assert "ANONYMOUS" in users(name, "WRITE")
    for name in guarded:
        assert "ANONYMOUS" not in users(name, "WRITE")
    assert not users("v.truth", "READ")
    assert "ANONYMOUS" not in users("v.cases-relay", "READ", "GROUP")


def test_a_process_may_look_at_every_topic_that_it_needs_at_its_start() -> None:
    """Relay and scheduler look at the sizes of what they read and write, and of the stage's changelog."""
    for user in ("cases-relay", "deadlines", "cases"):
        assert user in users("v.cases-state-changelog", "DESCRIBE_CONFIGS")
        assert user in users("v.dead-letters", "DESCRIBE_CONFIGS")
    assert users("v.cases", "DESCRIBE", "GROUP") == {"cases-relay"}
    assert Right("review-desk", "TOPIC", "v.reviews", "READ") not in RIGHTS


def test_every_app_has_one_user_that_runs_it() -> None:
    """A new stage without rights would be refused by a broker with users, and by none of the others."""
    run = [app for principal in access().principals.values() for app in principal.apps]
    assert sorted(run) == sorted(catalogue().apps)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"guarded": ["fines"]}, "found fines"),
        ({"principals": {"a": {"writes": ["fines"]}}}, r"\[principals.a\], writes: found fines"),
        ({"principals": {"a": {"writes": ["guarded"]}}}, "found guarded"),
        ({"principals": {"a": {"may": ["reviews"]}}}, "found may; expected apps, asks"),
        ({"principals": {"a": {"apps": ["console"]}}}, "found console"),
        ({"principals": {"a": {}, "b": {"user": "a"}}}, "expected each once"),
        ({"guarded": ["reviews"], "principals": {"a": {"writes": ["unguarded"]}}}, "nobody writes the guarded topic"),
    ],
)
def test_a_file_that_cannot_be_is_refused(data: dict[str, Any], said: str) -> None:
    """It names the table, what was found and what was expected."""
    with pytest.raises(AccessFileError, match=said):
        Access.from_toml(data, catalogue())
