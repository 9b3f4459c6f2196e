"""The batch logic: replays, refusals, poison, sizes, checkpoints, the breaker."""

import pytest

from processors.stage.failures import BreakerOpenError, NotReadyError
from processors.stage.stamped_state import pack, unpack
from processors.stage_core import BY_OFFSET, ServiceUnavailableError
from schemas.messages import ErrorClass
from tests.unit.processors.stage.counting_core import LARGE_SEQUENCE, POISON_SEQUENCE, REFUSED_SEQUENCE
from tests.unit.processors.stage.harness import Bench


async def test_one_call_of_the_core_takes_all_keys_with_their_messages_in_order() -> None:
    """A batch is one advance(), grouped by key; outputs keep the input's partition where they must."""
    bench = Bench()
    prepared = await bench.apply([bench.record(c, s) for s in range(3) for c in ("a", "b")])
    assert bench.core.calls == [[3, 3]]
    assert bench.counts() == {"a": (3, 3), "b": (3, 3)}
    assert [p.payment_id for p in bench.outputs(prepared)] == ["a/1/0", "a/1/1", "a/1/2", "b/1/0", "b/1/1", "b/1/2"]
    assert {out.partition for out in prepared.outputs} == {0}
    assert prepared.ends == {0: 6}


async def test_messages_applied_before_change_nothing_and_produce_nothing() -> None:
    """A whole batch re-emitted upstream at new offsets is a no-op that is acknowledged all the same."""
    bench = Bench()
    await bench.apply([bench.record("a", s) for s in range(5)])
    before = dict(bench.table)
    again = await bench.apply([bench.record("a", s) for s in range(5)])
    assert (again.replayed, list(again.outputs), bench.table, again.ends) == (5, [], before, {0: 10})


async def test_offsets_are_the_stamp_of_a_core_that_asks_for_them() -> None:
    """BY_OFFSET: what is read again is dropped; what was sent again, at a new offset, reaches the core."""
    bench = Bench()
    bench.core.stamp = lambda message: BY_OFFSET  # type: ignore[method-assign]  # noqa: ARG005
    records = [bench.record("a", s) for s in (5, 3)]
    await bench.apply(records)
    again = await bench.apply(records)
    assert (again.replayed, bench.counts()) == (2, {"a": (2, 8)})
    await bench.apply([bench.record("a", 5)])
    assert bench.counts() == {"a": (3, 13)}


async def test_a_message_that_comes_twice_within_a_batch_is_applied_once() -> None:
    """The stamp is compared message by message, not batch by batch."""
    bench = Bench()
    prepared = await bench.apply([bench.record("a", s) for s in (0, 1, 1, 0, 2)])
    assert bench.counts() == {"a": (3, 3)}
    assert prepared.replayed == 2


async def test_a_new_epoch_starts_its_sequence_anew() -> None:
    """The stamp is (epoch, sequence): sequence 0 of a later connection is new."""
    bench = Bench()
    await bench.apply([bench.record("a", 7, epoch_us=1), bench.record("a", 0, epoch_us=2)])
    assert bench.counts() == {"a": (2, 7)}


@pytest.mark.parametrize(
    ("key", "value", "error_class"),
    [
        (b"a", b"", ErrorClass.DECODE),
        (b"a", b"\x07rubbish", ErrorClass.DECODE),
        (b"a", b"\x00\x00\x00\x00\x01", ErrorClass.UNKNOWN_SCHEMA),
        (b"a", None, ErrorClass.DECODE),
        (None, b"\x00", ErrorClass.DECODE),
        (b"\xff\xfe", "whole", ErrorClass.DECODE),
        (b"a", "half", ErrorClass.DECODE),
    ],
)
async def test_bytes_that_are_no_message_become_dead_letters_and_the_rest_goes_on(
    key: bytes | None, value: bytes | str | None, error_class: ErrorClass
) -> None:
    """Each kind of damage has its class; the dead letter holds key, bytes and coordinates."""
    bench = Bench()
    good = bench.record("a", 0)
    if isinstance(value, str):
        assert good.value is not None
        value = good.value if value == "whole" else good.value[: len(good.value) // 2]
    bad = bench.raw(key, value)
    prepared = await bench.apply([good, bad, bench.record("a", 1)])
    (letter,) = bench.outputs(prepared, "dead-letters")
    assert (letter.error_class, letter.key, letter.value, letter.partition, letter.offset) == (
        error_class,
        key,
        value,
        0,
        1,
    )
    assert (letter.stage, letter.topic) == ("counting", "t.frames")
    assert bench.counts() == {"a": (2, 1)}


async def test_a_message_the_core_refuses_is_dead_lettered_as_invalid() -> None:
    """A refusal costs the refused message only, and is not repeated on a replay."""
    bench = Bench()
    batch = [bench.record("a", s) for s in (0, REFUSED_SEQUENCE)]
    prepared = await bench.apply(batch)
    (letter,) = bench.outputs(prepared, "dead-letters")
    assert (letter.error_class, letter.error) == (ErrorClass.INVALID, "refused by the core")
    assert bench.counts() == {"a": (1, 0)}
    assert (await bench.apply(batch)).replayed == 2


async def test_the_message_that_makes_the_core_fail_is_found_and_the_others_are_as_if_it_had_not_come() -> None:
    """The core changes its state before it raises; none of that may remain."""
    bench = Bench()
    records = [bench.record(f"cam-{c}", s) for s in range(6) for c in range(9)]
    records.insert(20, bench.record("cam-4", POISON_SEQUENCE))
    sequences = [bench.codec.decode("frames", r.value or b"").sequence for r in records if r.key == b"cam-4"]
    prepared = await bench.apply(records)
    (letter,) = bench.outputs(prepared, "dead-letters")
    assert letter.error_class is ErrorClass.HANDLER
    assert "the core cannot bear this message" in letter.error
    assert bench.codec.decode("frames", letter.value).sequence == POISON_SEQUENCE
    expected = {f"cam-{c}": (6, 15) for c in range(9)}
    # What follows the poison within its epoch is below its sequence, so only what came before counts for cam-4.
    before = sequences[: sequences.index(POISON_SEQUENCE)]
    expected["cam-4"] = (len(before), sum(before))
    assert bench.counts() == expected
    assert len(bench.outputs(prepared)) == sum(n for n, _ in expected.values())


async def test_an_output_that_no_topic_takes_costs_its_message_only() -> None:
    """An output above the topic's limit dead-letters its input as TOO_LARGE."""
    bench = Bench()
    prepared = await bench.apply([bench.record("a", s) for s in (0, 1, LARGE_SEQUENCE)] + [bench.record("b", 0)])
    (letter,) = bench.outputs(prepared, "dead-letters")
    assert letter.error_class is ErrorClass.TOO_LARGE
    assert bench.counts() == {"a": (2, 1), "b": (1, 0)}


async def test_a_dead_letter_too_large_for_its_own_topic_goes_without_its_value() -> None:
    """Its coordinates remain, and the error says that the value was left out."""
    bench = Bench()
    prepared = await bench.apply([bench.raw(b"a", b"\x07" * 1_200_000)])
    (letter,) = bench.outputs(prepared, "dead-letters")
    assert letter.value is None
    assert "value of 1200000 bytes left out" in letter.error


async def test_when_the_service_is_away_the_same_batch_is_tried_again_from_the_stored_states() -> None:
    """The core has changed its states before it gave up; the second try must not see that."""
    bench = Bench()
    await bench.apply([bench.record("a", 0)])
    decoded = bench.logic.decode([bench.record("a", 1)])
    bench.core.away = 2
    for _ in range(2):
        with pytest.raises(ServiceUnavailableError):
            await bench.logic.advance(decoded)
    bench.store(await bench.logic.advance(decoded))
    assert bench.counts() == {"a": (2, 1)}


async def test_the_next_batch_builds_on_states_that_are_not_stored_yet() -> None:
    """While a batch's outputs are in flight the next one goes on from its states, also when objects are dropped."""
    bench = Bench()
    first = await bench.prepare([bench.record("a", 0)])
    bench.states.forget_live()
    second = await bench.prepare([bench.record("a", 1)])
    bench.store(first)
    bench.store(second)
    assert bench.counts() == {"a": (2, 1)}


async def test_live_states_are_bounded_and_do_not_change_results() -> None:
    """With room for three objects a hundred cameras come out as with room for all."""
    few, many = Bench(live_states=3), Bench()
    for bench in (few, many):
        for s in range(4):
            await bench.apply([bench.record(f"c{c}", s) for c in range(100)])
    assert few.table == many.table
    assert len(few.states) == 3


async def test_a_replay_in_other_batches_gives_byte_identical_states_outputs_and_checkpoints() -> None:
    """Where a batch is cut must show in nothing."""
    results = []
    for size in (1, 7, 240):
        bench = Bench(checkpoint_interval_s=10.0)
        records = [bench.record(f"c{c}", s) for s in range(60) for c in range(4)]
        outputs = []
        for at in range(0, len(records), size):
            outputs += list((await bench.apply(records[at : at + size])).outputs)
        results.append((bench.table, sorted(outputs, key=lambda o: (o.topic, o.value))))
    assert results[0] == results[1] == results[2]


async def test_a_checkpoint_holds_the_state_of_its_moment() -> None:
    """One for each interval of event time after the first, behind the first message of the interval."""
    bench = Bench(checkpoint_interval_s=10.0)
    prepared = await bench.apply([bench.record("a", s) for s in range(35)])
    checkpoints = bench.outputs(prepared, "checkpoints")
    assert [(c.camera_id, c.stage, c.sequence, c.captured_at_us) for c in checkpoints] == [
        ("a", "counting", s, s * 1_000_000) for s in (10, 20, 30)
    ]
    assert [bench.core.from_bytes("a", c.state).messages for c in checkpoints] == [11, 21, 31]


async def test_the_breaker_opens_before_anything_of_the_batch_is_let_through() -> None:
    """A topic of rubbish stops the stage with counts and the last example, and the stage has produced nothing."""
    bench = Bench(breaker_messages=100, breaker_share=0.1)
    with pytest.raises(BreakerOpenError, match=r"11 .*11 DECODE.*offset 10.*Nothing of this batch"):
        await bench.apply([bench.raw(b"a", b"\x07") for _ in range(200)])
    assert bench.table == {}


async def test_a_state_of_another_format_stops_the_stage_instead_of_being_overwritten() -> None:
    """The sentence names the camera and the formats."""
    bench = Bench()
    bench.table[b"a"] = pack((1, 1), -1, b"\x63" + bytes(16))
    with pytest.raises(NotReadyError, match="state of a cannot be read: count of format 99"):
        await bench.apply([bench.record("a", 2)])


async def test_missing_registry_versions_are_named() -> None:
    """A message whose registry version is not at hand is held back, not handled without it."""
    bench = Bench()
    bench.core.need = 3
    decoded = bench.logic.decode([bench.record("a", 0), bench.record("b", 0)])
    bench.registry.versions.add(("b", 3))
    assert bench.logic.missing_versions(decoded) == {("a", 3)}


async def test_the_stamp_of_a_refused_message_is_stored() -> None:
    """So a replay passes over it."""
    bench = Bench()
    await bench.apply([bench.record("a", POISON_SEQUENCE)])
    assert unpack(bench.table[b"a"]).stamp == (1, POISON_SEQUENCE)
