"""topics.toml: what it says is checked, and what follows from it is worked out right."""

import re
from collections.abc import Callable
from importlib import resources

import pytest

from schemas.messages import MESSAGES
from schemas.topics import TopicsFileError, catalogue, parse_catalogue
from sinks.clickhouse.app import topics as sink_topics


def shipped() -> str:
    """Return the shipped file."""
    return (resources.files("schemas") / "topics.toml").read_text(encoding="utf-8")


def replaced(old: str, new: str) -> str:
    """Return the shipped file with one passage replaced, which must be there."""
    text = shipped()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("profile", catalogue().profiles)
def test_co_partitioned_topics_share_their_partition_count(profile: str) -> None:
    """What is partitioned like another topic, and every changelog, has the partitions of what it follows."""
    specs = {s.name: s for s in catalogue().specs("p.", profile)}
    for spec in specs.values():
        if spec.like is not None:
            assert spec.partitions == specs[spec.like].partitions, spec.name
    assert specs["p.tracks"].partitions == specs["p.frames"].partitions


def test_every_topic_of_messages_has_a_subject_and_every_app_a_changelog() -> None:
    """Names follow TopicNameStrategy and Faust: <prefix><topic>-value, <prefix><app>-<table>-changelog."""
    specs = catalogue().specs("p.", "local")
    assert {s.subject for s in specs if s.kind == "messages"} == {f"p.{t}-value" for t in MESSAGES}
    assert {s.name for s in specs if s.kind == "changelog"} == {f"p.{a}-state-changelog" for a in catalogue().apps}
    assert all(s.config["cleanup.policy"] == "compact" for s in specs if s.kind == "changelog")
    assert not any("leader" in s.name for s in specs)


@pytest.mark.parametrize(("profile", "there"), [("local", True), ("cell", False), ("city", False)])
def test_truth_is_made_only_where_a_test_city_runs(profile: str, *, there: bool) -> None:
    """No production profile has the topics of the test city's truth, and the sink there does not ask for them."""
    made = {s.topic for s in catalogue().specs("", profile) if s.kind == "messages"}
    assert made >= set(MESSAGES) - {"truth", "truth-tracks"}
    for topic in ("truth", "truth-tracks"):
        assert (topic in made) is there
        assert (topic in sink_topics(profile)) is there


def test_size_limits_come_from_one_place() -> None:
    """A frames message fits its topic, and a dead letter that wraps the largest message fits dead-letters."""
    limits = catalogue().limits
    specs = {s.topic: s for s in catalogue().specs("", "local") if s.kind == "messages"}
    assert int(specs["frames"].config["max.message.bytes"]) > limits.frames_payload_bytes
    for topic, spec in specs.items():
        if topic != "dead-letters":
            beside = int(specs["dead-letters"].config["max.message.bytes"]) - int(spec.config["max.message.bytes"])
            assert beside == limits.dead_letter_overhead_bytes
    assert int(specs["dead-letters"].config["max.message.bytes"]) == limits.largest_message_bytes


def test_retention_is_kept_in_milliseconds_and_segments_are_closed_in_time() -> None:
    """Registry entries stay for ever; a day's frames are not held a week by an open segment."""
    specs = {s.topic: s.config for s in catalogue().specs("", "local") if s.kind == "messages"}
    assert specs["cameras"]["retention.ms"] == "-1"
    assert specs["frames"]["retention.ms"] == str(24 * 3_600_000)
    assert int(specs["frames"]["segment.ms"]) * 10 == 24 * 3_600_000
    assert specs["frames"]["compression.type"] == "uncompressed"


REFUSED: list[tuple[str, Callable[[], str], str]] = [
    ("not TOML", lambda: shipped() + "\n[", r"topics\.toml is not TOML"),
    ("unknown table", lambda: shipped() + "\n[topicz]\n", r"unknown topicz"),
    (
        "unknown key",
        lambda: replaced('key = "junction_id"', 'key = "junction_id"\nretention = 3'),
        r"signal-phases\].*unknown retention;",
    ),
    ("no limits", lambda: replaced("[limits]", "[profiles.limits]"), r"unknown|lacks \[limits\]"),
    (
        "limits too close",
        lambda: replaced("message_max_bytes = 1_048_576", "message_max_bytes = 900_001"),
        r"message_max_bytes is 900001.*965536",
    ),
    (
        "a limit as text",
        lambda: replaced("message_max_bytes = 1_048_576", 'message_max_bytes = "1 MB"'),
        r"message_max_bytes is '1 MB'",
    ),
    (
        "insync above replication",
        lambda: replaced("min_insync_replicas = 1", "min_insync_replicas = 2"),
        r"profiles\.local\].*nothing could be written",
    ),
    ("no partitions", lambda: replaced("partitions = 4", "partitions = 0"), r"partitions is 0"),
    (
        "retention of nothing",
        lambda: replaced("retention_hours = 24", "retention_hours = 0"),
        r"frames\] retention_hours is 0",
    ),
    (
        "retention in bytes of no profile",
        lambda: replaced("{ local = 4_294_967_296", "{ here = 1, local = 1"),
        r"retention_bytes has unknown here",
    ),
    ("negative bytes", lambda: replaced("{ local = 4_294_967_296", "{ local = -5"), r"retention_bytes\.local is -5"),
    ("compression", lambda: replaced('compression = "lz4"', 'compression = "rar"'), r"compression is 'rar'.*lz4"),
    (
        "like nothing",
        lambda: replaced('partitioned_like = "frames"', 'partitioned_like = "frame"'),
        r"partitioned_like is 'frame'",
    ),
    (
        "like itself",
        lambda: replaced('partitioned_like = "frames"', 'partitioned_like = "detections"'),
        r"circle: detections -> detections",
    ),
    (
        "a profile that is none",
        lambda: replaced('profiles = ["local"]', 'profiles = ["lokal"]'),
        r"topics\.truth\] profiles is \['lokal'\].*local, cell, city",
    ),
    (
        "like a topic that is not everywhere",
        lambda: replaced(
            'key = "camera_id"\nretention_hours = 168\n\n[topics.dead',
            'key = "camera_id"\npartitioned_like = "truth-tracks"\nretention_hours = 168\n\n[topics.dead',
        ),
        r"partitioned_like truth-tracks, which is only under local",
    ),
    ("a circle", lambda: replaced('partitioned_like = "frames"', 'partitioned_like = "checkpoints"'), r"circle: "),
    (
        "like another key",
        lambda: replaced('key = "junction_id"', 'key = "junction_id"\npartitioned_like = "frames"'),
        r"keyed by junction_id",
    ),
    (
        "an app of no topic",
        lambda: replaced('source = "detections"', 'source = "detection"'),
        r"apps\.tracking\] source is 'detection'",
    ),
    (
        "an app without table",
        lambda: replaced('source = "frames"\ntable = "state"', 'source = "frames"'),
        r"apps\.perception\] table is None",
    ),
    ("a topic without schema", lambda: shipped() + '\n[topics.rumours]\nkey = "x"\nretention_hours = 1\n', r"rumours"),
    (
        "a value for a table",
        lambda: shipped().replace("[apps.perception]", "[apps]\nperception = 1\n[apps.x]", 1),
        r"perception is 1",
    ),
]


@pytest.mark.parametrize(("text", "message"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_wrong_file_is_refused_with_the_place_and_what_was_expected(text: Callable[[], str], message: str) -> None:
    """Each mistake gets an error that names the table and key."""
    with pytest.raises(TopicsFileError) as caught:
        parse_catalogue(text())
    assert re.search(message, str(caught.value)), str(caught.value)


def test_an_unknown_profile_is_named_with_the_known_ones() -> None:
    """The error of a mistyped VIGIL_TOPIC_PROFILE lists what there is."""
    with pytest.raises(TopicsFileError, match=r"no profile 'town'.*local, cell, city"):
        catalogue().specs("", "town")
