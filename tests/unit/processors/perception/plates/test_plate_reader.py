"""Plates in perception's core: read where they should be, in their vehicle's detections, the same in each replay."""

from collections.abc import Sequence

import pytest

from processors.perception.core import PerceptionCore
from processors.perception.gop_store import NoGopReader
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import NoSignals
from processors.perception.state import CameraState
from processors.stage_core import KeyBatch, Record, ServiceUnavailableError
from schemas.messages import Camera, Detections, Frames
from tests.unit.processors.perception.plates.fake_models import FakePlateModels
from tests.unit.processors.perception.streams import BarDetector, OneCamera, camera, records, stream

GROUPS = records(stream(3))


def core(models: FakePlateModels | None, **changes: object) -> PerceptionCore:
    """Return a core that looks at vehicles from 20 pixels on."""
    settings = PerceptionSettings(**{"plates_least_vehicle_px": 20.0, **changes})  # type: ignore[arg-type]
    return PerceptionCore(BarDetector(), NoGopReader(), NoSignals(), settings, plate_models=models)


async def run(
    subject: PerceptionCore, work: Sequence[Record[Frames]], entry: Camera | None, state: CameraState | None = None
) -> tuple[CameraState, list[Detections]]:
    """Apply one batch of one camera."""
    results = await subject.advance([KeyBatch("K-1", state or CameraState(), work)], OneCamera(entry))
    return results[0].state, [output.message for output in results[0].outputs]


async def test_a_vehicles_plate_stands_in_its_detections() -> None:
    """One read a vehicle, by the index of its box, with what the reader's text is worth; four a group at most."""
    models = FakePlateModels()
    _, out = await run(core(models), GROUPS, camera())
    for message in out:
        read = [one.box for one in message.plates]
        assert read == sorted(set(read))
        assert len(read) == 4
        assert len(message.box_score) == 5
        assert {one.candidates[0].text for one in message.plates} == {"123ABC02"}
    assert models.read_count == 12


async def test_messages_name_the_models_that_read() -> None:
    """A plate in a fine is traced to the file that read it; where none is read, the detector alone is named."""
    _, read = await run(core(FakePlateModels()), GROUPS, camera())
    _, unread = await run(core(FakePlateModels()), GROUPS, camera(enforcement=False))
    assert {one.model_version for one in read} == {"1-000000000000+find-000000000000+read-000000000000"}
    assert {one.model_version for one in unread} == {"1-000000000000"}


@pytest.mark.parametrize(
    ("changes", "entry"),
    [
        ({"plates": "off"}, camera()),
        ({}, camera(enforcement=False)),
        ({}, None),
        ({"plates_least_vehicle_px": 200.0}, camera()),
    ],
    ids=["off", "no enforcement", "unregistered", "too small"],
)
async def test_plates_are_not_looked_for_elsewhere(changes: dict[str, object], entry: Camera | None) -> None:
    """No request, no read."""
    models = FakePlateModels()
    _, out = await run(core(models, **changes), GROUPS, entry)
    assert models.found == 0
    assert all(not message.plates for message in out)


async def test_unreadable_stays_unreadable() -> None:
    """A plate that is found and not read is no read: no candidate, no guess."""
    models = FakePlateModels(sure=0.5)
    _, out = await run(core(models), GROUPS, camera())
    assert models.read_count > 0
    assert all(not message.plates for message in out)


async def test_results_do_not_hang_on_how_a_stream_is_cut() -> None:
    """One batch, or one group at a time by a new core: equal messages, so a replay reads as it read then."""
    _, whole = await run(core(FakePlateModels(sure=0.97)), GROUPS, camera())
    state, parts = CameraState(), []
    subject = core(FakePlateModels(sure=0.97))
    for group in GROUPS:
        state, messages = await run(subject, [group], camera(), state)
        parts += messages
    assert parts == whole
    assert all(message.plates for message in whole)


async def test_a_model_that_is_away_pauses_the_stage_and_loses_nothing() -> None:
    """The same error as the detector's; the batch is then done as if nothing had been."""
    models = FakePlateModels()
    models.fail = 1
    subject = core(models)
    with pytest.raises(ServiceUnavailableError, match="plate detector is away"):
        await run(subject, GROUPS, camera())
    _, again = await run(subject, GROUPS, camera())
    _, whole = await run(core(FakePlateModels()), GROUPS, camera())
    assert again == whole


async def test_only_so_many_pictures_of_a_group_are_kept() -> None:
    """With one picture a group, one vehicle is read: memory is bounded, whatever the rate."""
    _, out = await run(core(FakePlateModels(), plates_pictures=1), GROUPS, camera())
    assert [[read.box for read in message.plates] for message in out] == [[0], [0], [0]]


async def test_a_plate_that_may_go_on_is_read_twice() -> None:
    """Its end may have been cut off: the second reading takes more at the right; other plates are read once."""
    once, twice = FakePlateModels("123ABC02"), FakePlateModels("B825TY")
    await run(core(once), GROUPS[:1], camera())
    await run(core(twice), GROUPS[:1], camera())
    assert twice.read_count == 2 * once.read_count > 0
