"""Faust's pitfalls on a real Kafka: the hardened stage is exact where a stock Faust app is shown to lose or double."""

import pytest

from processors.stage import EXIT_BREAKER, EXIT_NOT_READY
from tests.integration.stage.bench import CAMERAS, PARTITIONS, Bench, eventually
from tests.unit.processors.stage.counting_core import POISON_SEQUENCE, frames_message

pytestmark = pytest.mark.integration


def test_state_ahead_of_committed_offsets(bench: Bench) -> None:
    """Killed between two commits, a stage meets messages again, and none is counted twice.

    Stock Faust counts them twice where it reads them at all: after such a kill it may also never read on, so that its
    loss is no test that repeats.
    """
    committing = bench.job("hardened", instance="one")
    bench.feed([0])
    first = bench.start(committing)
    bench.wait_committed(committing)
    bench.stop(first)
    job = bench.job("hardened", commit_interval_s=600.0, instance="one")
    second = bench.start(job)
    bench.feed(range(1, 20))
    bench.wait_counted(job, 20 * len(CAMERAS))
    bench.kill(second)
    assert bench.lag(job) == 19 * len(CAMERAS)
    third = bench.start(job)
    bench.feed([100])
    bench.wait_counted(job, 21 * len(CAMERAS))
    assert bench.stop(third) == 0
    bench.assert_exact(job)


def test_killed_before_the_first_commit(bench: Bench) -> None:
    """With no committed offset yet the topic is read from its beginning after recovery; stock Faust seeks nothing."""
    job = bench.job(commit_interval_s=600.0, instance="one")
    bench.feed(range(20))
    first = bench.start(job)
    bench.wait_counted(job, 20 * len(CAMERAS))
    bench.kill(first)
    assert bench.lag(job) == 20 * len(CAMERAS)
    again = bench.start(job)
    bench.feed([100])
    bench.wait_counted(job, 21 * len(CAMERAS))
    assert bench.stop(again) == 0
    bench.assert_exact(job)


@pytest.mark.parametrize("kind", ["hardened", "stock"])
def test_an_exception_in_the_handler(bench: Bench, kind: str) -> None:
    """Hardened, a message that raises is found in dead-letters and no other is missing; on stock it is just gone."""
    job = bench.job(kind, instance="one")
    bench.feed(range(5))
    poison = bench.codec.encode("frames", frames_message(CAMERAS[0], POISON_SEQUENCE, epoch_us=0))
    bench.write(b"poisoned", poison)
    bench.flush()
    bench.feed(range(5, 10))
    bench.start(job)
    bench.wait_committed(job)
    if kind == "hardened":
        bench.expected["poisoned"] = (0, 0)  # stepped over: its state is as if it had not come
        bench.assert_exact(job)
        (letter,) = bench.dead_letters()
        assert (letter.value, letter.error_class, letter.key) == (poison, "HANDLER", b"poisoned")
        assert "the core cannot bear this message" in letter.error
    else:
        assert "this message cannot be borne" in bench.log(job)
        assert "poisoned" not in bench.counts(job)  # committed, counted nowhere, and kept nowhere
        assert bench.dead_letters() == []


def test_killed_twice_in_mid_run(bench: Bench) -> None:
    """Two kills while batches are at work: every message counted once, outputs of one id all the same."""
    job = bench.job(takes_s=0.1, batch_messages=20, instance="one")
    bench.feed(range(100))
    for counted in (100, 300):
        child = bench.start(job)
        bench.wait_counted(job, counted)
        bench.kill(child)
        assert bench.lag(job) > 0
    bench.start(job)
    bench.wait_committed(job)
    bench.assert_exact(job)


def test_a_worker_joins_and_leaves(bench: Bench) -> None:
    """Partitions move to a second process and back while messages flow; nothing is lost or counted twice."""
    job = bench.job(takes_s=0.05, batch_messages=20)
    bench.start(job)
    bench.feed(range(40))
    bench.wait_counted(job, 40)
    second = bench.start(job, "second")
    eventually(lambda: bench.held(job) == [2, 2], "both hold two partitions")
    bench.feed(range(40, 120))
    bench.wait_counted(job, 60 * len(CAMERAS))
    assert bench.stop(second) == 0
    bench.feed(range(120, 150))
    eventually(lambda: bench.held(job) == [PARTITIONS], "the first holds all again")
    bench.wait_committed(job)
    bench.assert_exact(job)


def test_a_service_that_is_away(bench: Bench) -> None:
    """Consumption pauses: nothing is committed or dead-lettered, and all is there when the service comes back."""
    away = bench.folder / "away"
    away.touch()
    job = bench.job(away_file=str(away), instance="one")
    bench.feed(range(10))
    child = bench.start(job)
    eventually(lambda: "waits (service)" in bench.log(job), "the stage says that it waits")
    assert bench.lag(job) == 10 * len(CAMERAS)
    away.unlink()
    bench.wait_committed(job)
    assert child.poll() is None
    bench.assert_exact(job)
    assert bench.dead_letters() == []


def test_sigterm_commits_what_is_acknowledged(bench: Bench) -> None:
    """A graceful stop exits with 0 and leaves exactly as much uncommitted as is uncounted."""
    job = bench.job(commit_interval_s=600.0, takes_s=0.1, batch_messages=20, instance="one")
    bench.feed(range(100))
    child = bench.start(job)
    bench.wait_counted(job, 100)
    assert bench.stop(child) == 0
    counted = sum(messages for messages, _ in bench.counts(job).values())
    assert bench.lag(job) == 100 * len(CAMERAS) - counted
    assert 0 < counted < 100 * len(CAMERAS)


def test_whole_batches_emitted_again_upstream(bench: Bench) -> None:
    """The same messages at new offsets change no state and make no output: the stamp is the message's own."""
    job = bench.job(instance="one")
    bench.start(job)
    bench.feed(range(20))
    bench.wait_committed(job)
    outputs = len(bench.read(f"{bench.prefix}payments"))
    bench.feed(range(10, 20), again=True)
    bench.feed(range(20), again=True)
    bench.wait_committed(job)
    bench.assert_exact(job)
    assert len(bench.read(f"{bench.prefix}payments")) == outputs == 20 * len(CAMERAS)


def test_unreadable_messages(bench: Bench) -> None:
    """An unknown schema id and a half message go to dead-letters with their bytes, and the stage goes on."""
    job = bench.job(instance="one")
    whole = bench.codec.encode("frames", frames_message("K-00", 1))
    unknown, half = b"\x00\x00\x0f\x42\x3f" + whole[5:], whole[: len(whole) // 2]
    child = bench.start(job)
    bench.feed(range(3))
    bench.write(b"K-00", unknown)
    bench.write(b"K-00", half)
    bench.flush()
    bench.feed(range(3, 6))
    bench.wait_committed(job)
    assert child.poll() is None
    bench.assert_exact(job)
    assert {(d.error_class, d.value) for d in bench.dead_letters()} == {("UNKNOWN_SCHEMA", unknown), ("DECODE", half)}


def test_the_breaker(bench: Bench) -> None:
    """A topic of rubbish stops the stage with its own exit status and is not drained into dead-letters."""
    job = bench.job(breaker_share_ratio=0.1, batch_messages=100, instance="one")
    for _ in range(50):
        bench.write(b"K-00", b"rubbish")
    bench.flush()
    child = bench.start(job)
    assert child.wait(60) == EXIT_BREAKER
    assert "counting stops" in bench.log(job)
    assert bench.dead_letters() == []
    assert bench.lag(job) == 50


@pytest.mark.parametrize(
    ("missing", "partitions", "sentence"),
    [
        ("counting-state-changelog", {}, "counting-state-changelog is not there"),
        ("", {"changelog": 3}, "the state's changelog must have as many as the source"),
    ],
)
def test_a_changelog_that_is_missing_or_of_another_shape(
    bare_bench: Bench, missing: str, partitions: dict[str, int], sentence: str
) -> None:
    """The stage refuses to start, says what to run, and joins no group."""
    bare_bench.make_topics(without=missing, **partitions)
    job = bare_bench.job()
    bare_bench.feed([0])
    assert bare_bench.start(job).wait(60) == EXIT_NOT_READY
    assert sentence in bare_bench.log(job)
    assert "vigil topics apply" in bare_bench.log(job)
    assert bare_bench.lag(job) == len(CAMERAS)
