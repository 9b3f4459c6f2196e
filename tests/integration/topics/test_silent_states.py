"""The last state of a camera that fell silent is forgotten in the changelog; others, and those that speak, stay."""

import json
import time
from typing import Any

import pytest
from click.testing import CliRunner
from confluent_kafka import Producer

from infra import topics
from infra.cli import vigil
from infra.cli.retention_log import LOG
from infra.retention.destruction_log import FORGETTING, FORGOT, DestructionLog
from infra.retention.silent_states import DAY_MS, SilentStates, silent_before_ms
from infra.review.login import login_name
from infra.settings import Settings
from schemas.topics import catalogue, changelog_of

pytestmark = pytest.mark.integration


def test_silent_cameras_are_forgotten(settings: Settings) -> None:
    """By the age of the newest record of a key, once; what was forgotten before is not counted again."""
    topics.apply(settings)
    changelog = changelog_of(settings.topic_prefix, catalogue().apps["tracking"])
    now_ms = time.time_ns() // 1_000_000
    old_ms, young_ms = now_ms - 15 * DAY_MS, now_ms - 13 * DAY_MS
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers})
    for key, at_ms in (
        (b"silent", old_ms - DAY_MS), (b"silent", old_ms), (b"mended", old_ms), (b"mended", young_ms),
        (b"new", now_ms), (b"quiet", old_ms),
    ):  # fmt: skip
        producer.produce(changelog, b"votes in clear", key, timestamp=at_ms)
    assert producer.flush(20) == 0

    def run(*arguments: str, expect: int) -> Any:
        done = CliRunner().invoke(vigil, ["retention", "silent", "--json", *arguments], env=settings.environment())
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout)

    assert run(expect=2)["silent"][changelog] == 2
    states = SilentStates(settings.bootstrap_servers, {})
    before_ms = silent_before_ms(catalogue(), "tracking", now_ms)
    assert before_ms == now_ms - 14 * DAY_MS
    assert {(one.key, one.written_ms) for one in states.find(changelog, before_ms)} == {
        (b"silent", old_ms),
        (b"quiet", old_ms),
    }
    assert run("--apply", expect=0) == {
        "silent": {changelog_of(settings.topic_prefix, catalogue().apps[app]): 2 * (app == "tracking")
                   for app in ("tracking", "passages", "sections", "sightings")},
        "forgotten": True,
    }  # fmt: skip
    assert states.find(changelog, before_ms) == []
    before, after = DestructionLog(settings.data_dir / LOG).entries()
    assert [before.step, after.step] == [FORGETTING, FORGOT]
    assert before.facts["rows"][changelog] == after.facts["rows"][changelog] == 2
    assert before.by == login_name()
    assert run(expect=0)["silent"][changelog] == 0
    assert {one.key for one in states.find(changelog, now_ms + DAY_MS)} == {b"mended", b"new"}
