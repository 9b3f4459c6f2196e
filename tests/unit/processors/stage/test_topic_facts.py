"""The refusal to start on topics that are not as the stage needs them."""

from pathlib import Path

import pytest

from processors.stage.failures import EXIT_NOT_READY, NotReadyError
from processors.stage.settings import StageSettings
from processors.stage.topic_facts import TopicFacts, TopicShape, observe

NEEDED = ("frames", "detections", "dead-letters", "counting-state-changelog")


def facts(*, without: str = "", message_max_bytes: int = 1_000, **partitions: int) -> TopicFacts:
    """Return facts about the topics that a stage needs, 4 partitions each unless told otherwise."""
    named = {name.replace("_", "-"): count for name, count in partitions.items()}
    shapes = {f"t.{name}": TopicShape(named.get(name, 4), 2_000) for name in NEEDED if name != without}
    settings = StageSettings("", "", "t.", Path(), message_max_bytes=message_max_bytes)
    return TopicFacts(shapes, settings, "counting", "frames")


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_topic_is_named_with_the_command_that_makes_it(missing: str) -> None:
    """Stock Faust restarts for ever there, and commits on the way."""
    with pytest.raises(NotReadyError, match=rf"topic t\.{missing} is not there; .*'vigil topics apply'") as caught:
        facts(without=missing).check_all(["detections"], ["detections"])
    assert caught.value.status == EXIT_NOT_READY


def test_a_changelog_of_another_partition_count_is_refused() -> None:
    """A state would be recovered by another process than the one that reads its key."""
    with pytest.raises(NotReadyError, match=r"counting-state-changelog has 3 partitions, t\.frames has 4"):
        facts(counting_state_changelog=3).check_all([], [])


def test_an_output_that_stays_on_its_partition_needs_as_many() -> None:
    """One that is placed by its key does not."""
    other = facts(detections=6)
    with pytest.raises(NotReadyError, match=r"detections has 6 partitions, t\.frames has 4"):
        other.check_all(["detections"], ["detections"])
    other.check_all(["detections"], [])


def test_topics_as_they_must_be_pass() -> None:
    """And the source says how many partitions there are."""
    good = facts()
    good.check_all(["detections"], ["detections"])
    assert good.partitions == 4


def test_the_smaller_limit_holds_but_dead_letters_take_more() -> None:
    """A dead letter holds a whole message and its surroundings."""
    assert facts().limit_bytes("detections") == 1_000
    assert facts().changelog_limit_bytes == 1_000
    assert facts(message_max_bytes=5_000).limit_bytes("detections") == 2_000
    assert facts().limit_bytes("dead-letters") == 2_000


def test_a_kafka_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says where it was looked for."""
    monkeypatch.setattr("processors.stage.topic_facts.ANSWER_S", 0.1)
    settings = StageSettings("127.0.0.1:9", "", "t.", Path(), broker_wait_s=0.0)
    with pytest.raises(NotReadyError, match=r"Kafka at 127\.0\.0\.1:9 did not answer"):
        observe(settings, "counting", "frames")
