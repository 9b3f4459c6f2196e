"""The intake between consumer and batch loop."""

import asyncio

from processors.stage.intake import Intake
from tests.unit.processors.stage.harness import FakeRecord


def records(start: int, count: int, partition: int = 0) -> list[FakeRecord]:
    """Return records of one partition."""
    return [FakeRecord(b"k", b"v", partition, offset) for offset in range(start, start + count)]


async def taken_from(intake: Intake, most: int) -> list[tuple[int, int]]:
    """Return partition and offset of each record of the next batch."""
    batch = await intake.take(most)
    assert batch is not None
    return [(record.partition, record.offset) for record in batch]


async def test_batches_are_cut_from_fetches_in_order() -> None:
    """No record is lost or doubled at a cut."""
    intake = Intake(100)
    intake.put(records(0, 5))
    intake.put(records(5, 5))
    taken = []
    for _ in range(4):
        batch = await intake.take(3)
        assert batch is not None
        taken.append([r.offset for r in batch])
    assert taken == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]


async def test_a_batch_is_of_as_few_partitions_as_possible() -> None:
    """Where two fetches of a partition wait, one batch has both: a key's messages come together; others fill it up."""
    intake = Intake(100)
    for start, partition in ((0, 1), (0, 2), (2, 1), (2, 2)):
        intake.put(records(start, 2, partition))
    assert await taken_from(intake, 4) == [(1, 0), (1, 1), (1, 2), (1, 3)]
    intake.put(records(4, 2, 1))
    assert await taken_from(intake, 6) == [(2, 0), (2, 1), (2, 2), (2, 3), (1, 4), (1, 5)]


async def test_a_partition_with_more_than_a_batch_takes_turns_with_the_others() -> None:
    """It keeps no other one waiting for as long as it is filled up, and stays in order."""
    intake = Intake(100)
    intake.put(records(0, 3, 1))
    intake.put(records(0, 2, 2))
    assert await taken_from(intake, 2) == [(1, 0), (1, 1)]
    intake.put(records(3, 3, 1))
    assert await taken_from(intake, 2) == [(2, 0), (2, 1)]
    assert await taken_from(intake, 3) == [(1, 2), (1, 3), (1, 4)]
    assert await taken_from(intake, 3) == [(1, 5)]


async def test_fetching_waits_above_the_bound_and_goes_on_below_it() -> None:
    """The intake holds at most its bound and one fetch."""
    intake = Intake(4)
    intake.put(records(0, 4))
    waiting = asyncio.create_task(intake.wait_for_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    await intake.take(1)
    await asyncio.wait_for(waiting, 1)


async def test_clearing_drops_what_waits_and_tells_batches_at_work() -> None:
    """A batch that waits for a service learns at once that its partitions change hands."""
    intake = Intake(10)
    intake.put(records(0, 4))
    await intake.take(2)
    waiting = asyncio.create_task(intake.wait_cleared(10))
    await asyncio.sleep(0)
    intake.clear()
    assert await asyncio.wait_for(waiting, 1)
    intake.put(records(50, 1))
    batch = await intake.take(5)
    assert batch is not None
    assert [r.offset for r in batch] == [50]


async def test_idle_means_every_taken_batch_was_given_back() -> None:
    """A rebalance waits for it."""
    intake = Intake(10)
    intake.put(records(0, 2))
    await intake.take(1)
    await intake.take(1)
    intake.done()
    assert not await intake.wait_idle(0.01)
    intake.done()
    assert await intake.wait_idle(0.01)


async def test_a_closed_intake_hands_out_nothing() -> None:
    """Also to one who waits already."""
    intake = Intake(10)
    waiting = asyncio.create_task(intake.take(1))
    await asyncio.sleep(0)
    intake.close()
    assert await asyncio.wait_for(waiting, 1) is None
    intake.put(records(0, 1))
    assert await intake.take(1) is None
