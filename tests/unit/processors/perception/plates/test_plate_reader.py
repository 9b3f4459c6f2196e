"""Plates in perception's core: read where they should be, in their vehicle's detections, the same in each replay."""

from collections.abc import Sequence

import pytest

from processors.perception.core import PerceptionCore
from processors.perception.detector import DetectorContractError
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


def unread(subject: PerceptionCore) -> float:
    """Return how many groups were counted as unread."""
    (family,) = subject.metrics.plates_unread.collect()
    return next(one.value for one in family.samples if one.name.endswith("_total"))


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


@pytest.mark.parametrize(
    "error",
    [ServiceUnavailableError("the plate detector is away"), DetectorContractError("it takes pictures of another size")],
    ids=["away", "contract"],
)
@pytest.mark.parametrize("at", ["find", "read", "version"])
async def test_detections_go_out_while_a_plate_model_fails(error: Exception, at: str) -> None:
    """Boxes as with plates off, the detector alone named, counted and said once; no half of a group's plates."""
    models = FakePlateModels()
    models.fail_at(at, error, 100)
    subject = core(models)
    state, out = await run(subject, GROUPS, camera())
    off_state, off = await run(core(FakePlateModels(), plates="off"), GROUPS, camera())
    assert out == off
    assert state.to_bytes() == off_state.to_bytes()
    assert unread(subject) == 3


async def test_a_model_that_is_away_is_asked_again_after_growing_pauses(caplog: pytest.LogCaptureFixture) -> None:
    """Groups in between do not ask; with the models back plates are read as before. The log says so once."""
    models = FakePlateModels()
    models.fail_at("find", ServiceUnavailableError("the plate detector is away"), 6)
    now = [0.0]
    settings = PerceptionSettings(plates_least_vehicle_px=20.0)
    subject = PerceptionCore(
        BarDetector(), NoGopReader(), NoSignals(), settings, plate_models=models, clock=lambda: now[0]
    )
    asked, plates = [], []
    for second in (0, 0.5, 1, 2.5, 3, 6, 7, 14, 15, 30, 31, 45, 60, 61, 62):
        now[0] = second
        before = models.asked
        _, out = await run(subject, GROUPS[:1], camera())
        if models.asked > before:
            asked.append(second)
        plates.append(len(out[0].plates))
    assert asked == [0, 1, 3, 7, 15, 31, 61, 62]
    assert plates == [0] * 13 + [4] * 2
    assert unread(subject) == 13
    assert [record.levelname for record in caplog.records if "plates are" in record.message] == ["ERROR", "WARNING"]
    assert "the plate detector is away" in caplog.text
    assert "plates are read again; 13 groups went out without" in caplog.text


async def test_an_away_model_that_hangs_holds_detections_for_one_deadline_only() -> None:
    """A try while a model is away ends after one request's deadline, not after all tries of all requests."""
    models = FakePlateModels()
    models.fail_at("find", ServiceUnavailableError("the plate detector is away"), 1)
    now = [0.0]
    settings = PerceptionSettings(plates_least_vehicle_px=20.0, infer_timeout_s=0.05)
    subject = PerceptionCore(
        BarDetector(), NoGopReader(), NoSignals(), settings, plate_models=models, clock=lambda: now[0]
    )
    _, first = await run(subject, GROUPS[:1], camera())
    models.hang, now[0] = True, 10.0
    _, out = await run(subject, GROUPS[:1], camera())
    assert out == first
    assert models.asked == 2
    assert unread(subject) == 2


async def test_a_camera_without_wide_vehicles_asks_the_plate_models_nothing() -> None:
    """Nothing was looked at: no version is asked for, and the detector alone is named, whoever is away."""
    models = FakePlateModels()
    models.fail_at("version", ServiceUnavailableError("the plate reader is away"), 100)
    _, out = await run(core(models, plates_least_vehicle_px=200.0), GROUPS, camera())
    assert {one.model_version for one in out} == {"1-000000000000"}
    assert models.asked == 0


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
