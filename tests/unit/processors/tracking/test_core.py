"""The stage core: same bytes however a batch is cut, one tracks message each, and one bad message harms no other."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from processors.tracking.core import TrackingCore
from processors.tracking.state import CameraTracks
from schemas.codec import encode_datum
from schemas.messages import DecodeStatus, Detections, PlateCandidate, PlateRead, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Cameras, calibration, camera, zone
from tests.unit.processors.tracking.scene import CAR, PERSON, Box, group, ids, of_camera, run, seconds, tracks_of

CALIBRATED = camera(calibration=calibration())


def traffic(seed: int, length: int = 60) -> list[Detections]:
    """Return seconds with cars and persons that come, go, are missed and jitter; some seconds are not sampled."""
    rng = random.Random(seed)
    movers = [
        (rng.uniform(0, 900), rng.uniform(100, 900), rng.uniform(-15, 15), rng.choice((PERSON, CAR)), rng.randrange(40))
        for _ in range(8)
    ]
    frames = [
        [
            Box(
                x + dx * (n - start) + rng.gauss(0, 1),
                y + rng.gauss(0, 1),
                score=rng.uniform(0.1, 1),
                class_id=class_id,
            )
            for x, y, dx, class_id, start in movers
            if start <= n < start + 30 and rng.random() < 0.9
        ]
        for n in range(length)
    ]
    out = seconds(frames)
    out[4] = group(4, [])
    return [replace(message, registry_version=1) for message in out]


def written(core: TrackingCore, results: Sequence[Any]) -> tuple[bytes, bytes]:
    """Return all outputs of some results and the last state, as bytes."""
    messages = b"".join(encode_datum("tracks", output.message) for result in results for output in result.outputs)
    return messages, core.to_bytes(results[-1].state)


def test_ids_follow_from_camera_epoch_first_frame_and_ordinal() -> None:
    """Two that begin in the third frame of second 4: group 4, its packet, in the order of their boxes."""
    frames = [[], [], *[[Box(200, 300), Box(600, 300)]] * 3]
    (message,) = tracks_of([group(4, frames)])
    packet = group(4, frames).sample_packet[2]
    assert message.track_id == [f"cam-1/{EPOCH_US}/4.{packet}.0", f"cam-1/{EPOCH_US}/4.{packet}.1"]
    assert message.track_first_seen_us == [group(4, frames).sample_at_us[2]] * 2
    assert message.track_boxes == [3, 3]


def test_any_cut_gives_the_same_bytes() -> None:
    """One batch, one message a batch with the state through its bytes, and cuts at random."""
    core, registry, messages = TrackingCore(), Cameras(CALIBRATED), traffic(1)
    whole = written(core, [run({"cam-1": messages}, registry=registry, core=core)["cam-1"]])
    rng = random.Random(2)
    for pieces in (range(1, len(messages)), sorted(rng.sample(range(1, len(messages)), 4))):
        edges = [0, *pieces, len(messages)]
        state, results = core.initial("cam-1"), []
        for first, last in pairwise(edges):
            state = core.from_bytes("cam-1", core.to_bytes(state))
            results.append(run({"cam-1": messages[first:last]}, {"cam-1": state}, registry, core)["cam-1"])
            state = results[-1].state
        assert written(core, results) == whole
    assert len(whole[0]) > 1000


def test_cameras_of_a_batch_do_not_touch_each_other() -> None:
    """Alone, first, last or between others: the same bytes."""
    core = TrackingCore()
    views = [replace(CALIBRATED, camera_id=f"cam-{n}") for n in range(1, 5)]
    registry = Cameras(*views)
    work = {view.camera_id: of_camera(view.camera_id, traffic(n)) for n, view in enumerate(views)}
    alone = {key: written(core, [run({key: m}, registry=registry, core=core)[key]]) for key, m in work.items()}
    for order in (list(work), list(reversed(work))):
        together = run({key: work[key] for key in order}, registry=registry, core=core)
        assert {key: written(core, [result]) for key, result in together.items()} == alone


def test_a_replay_from_a_stored_state_leaves_that_state_alone() -> None:
    """A batch that is applied twice from one state gives the same twice: the state given is not written to."""
    core, messages = TrackingCore(), traffic(3)
    state = run({"cam-1": messages[:6]}, registry=Cameras(CALIBRATED), core=core)["cam-1"].state
    before = core.to_bytes(state)
    first, second = (
        written(core, [run({"cam-1": messages[6:]}, {"cam-1": state}, Cameras(CALIBRATED), core)["cam-1"]])
        for _ in range(2)
    )
    assert first == second
    assert core.to_bytes(state) == before


def test_a_new_epoch_ends_tracks() -> None:
    """The same car in the next connection is a new track, with the new epoch in its id."""
    first = seconds([[Box(300, 400)]] * 10)
    again = [replace(message, epoch_us=EPOCH_US + 2_000_000) for message in seconds([[Box(300, 400)]] * 15)[2:]]
    out = tracks_of([*first, *again])
    assert out[1].track_id == [f"cam-1/{EPOCH_US}/0.0.0"]
    assert out[2].track_id == [f"cam-1/{EPOCH_US + 2_000_000}/2.0.0"]
    assert out[2].track_boxes == [5]


@pytest.mark.parametrize("status", list(DecodeStatus))
def test_a_group_without_boxes_gives_one_empty_tracks_message(status: DecodeStatus) -> None:
    """Whatever became of it, each detections message has exactly one tracks message, in its partition."""
    message = group(3, [], decode_status=status, width_px=0, height_px=0, registry_version=1)
    result = run({"cam-1": [message]}, registry=Cameras(CALIBRATED))["cam-1"]
    (output,) = result.outputs
    assert (output.topic, output.key, output.same_partition) == ("tracks", "cam-1", True)
    out = output.message
    assert (out.sequence, out.decode_status, list(out.track_id), list(out.box_track)) == (3, status, [], [])
    assert (out.detections_partition, out.detections_offset) == (3, 503)


def test_an_unsampled_second_does_not_end_a_track() -> None:
    """Nobody looked: the car goes on after it."""
    messages = seconds([[Box(300, 400)]] * 15)
    messages[1] = group(1, [])
    assert ids(tracks_of(messages)) == [["0.0.0"], [], ["0.0.0"]]


def test_positions_and_speeds_are_in_their_steps() -> None:
    """1 cm and 0.01 km/h; pixels in hundredths."""
    out = run({"cam-1": traffic(5)}, registry=Cameras(CALIBRATED))["cam-1"].outputs
    messages: list[Tracks] = [output.message for output in out]
    numbers = [
        value
        for m in messages
        for column in (m.track_x_m, m.track_y_m, m.track_speed_kmh, m.track_speed_error_kmh, m.box_x_m, m.box_x1_px)
        for value in column
        if value is not None
    ]
    assert len(numbers) > 100
    assert all(value == round(value, 2) for value in numbers)
    assert any(speed is not None for m in messages for speed in m.track_speed_kmh)


def test_boxes_in_an_ignored_zone_are_no_tracks() -> None:
    """A picture of a car on a hoarding."""
    view = camera(zone("hoarding", "ignore", (0, 0, 500, 0, 500, 500, 0, 500)))
    messages = [replace(m, registry_version=1) for m in seconds([[Box(300, 400), Box(700, 400)]] * 5)]
    (out,) = tracks_of(messages, view)
    assert out.box_x1_px == [660.0] * 5


Change = Callable[[Detections], Detections]
BROKEN: dict[str, tuple[Change, str]] = {
    "lengths": (lambda m: replace(m, box_score=list(m.box_score)[1:]), "expected the same number"),
    "packets": (lambda m: replace(m, sample_packet=[0]), "sample packets; expected the same number"),
    "sample": (lambda m: replace(m, box_sample=[9] * len(m.box_sample)), "box samples from 9"),
    "picture": (lambda m: replace(m, width_px=0), "0x1000 px with boxes"),
    "times": (lambda m: replace(m, sample_at_us=list(reversed(m.sample_at_us))), "do not ascend"),
    "plate": (lambda m: replace(m, plates=[PlateRead(77, [])]), "plate read of box 77"),
    "class": (lambda m: replace(m, box_class=[80] * len(m.box_class)), "expected 0 to 79"),
    "negative": (lambda m: replace(m, box_class=[-1] * len(m.box_class)), "expected 0 to 79"),
    "edge": (lambda m: replace(m, box_x2_px=[float("inf")] * len(m.box_x2_px)), "box edges up to inf"),
    "nan": (lambda m: replace(m, box_y1_px=[float("nan")] * len(m.box_y1_px)), "box edges up to nan"),
    "score": (lambda m: replace(m, box_score=[1.5] * len(m.box_score)), "box scores from 1.5"),
    "packet": (lambda m: replace(m, sample_packet=[-1, *list(m.sample_packet)[1:]]), "sample packets from -1"),
    "key": (lambda m: replace(m, camera_id="cam-9"), "under key cam-1"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_message_is_refused_alone(fault: str) -> None:
    """The others of its camera and of the batch are as if it had not come."""
    change, text = BROKEN[fault]
    core = TrackingCore()
    frames = [[Box(300 + 5 * n, 400)] for n in range(25)]
    good = seconds(frames)
    beside = of_camera("cam-2", traffic(4))
    beside = [replace(m, registry_version=0) for m in beside]
    broken = [*good[:2], change(good[2]), *good[3:]]
    results = run({"cam-1": broken, "cam-2": beside}, core=core)
    without = run({"cam-1": [*good[:2], *good[3:]], "cam-2": beside}, core=core)
    (refusal,) = results["cam-1"].refusals
    assert refusal.record == 2
    assert text in refusal.error
    assert not results["cam-2"].refusals
    for key in ("cam-1", "cam-2"):
        assert written(core, [results[key]]) == written(core, [without[key]])
    assert ids([o.message for o in results["cam-1"].outputs]) == [["0.0.0"]] * 4


def test_misfits_and_impossible_values_in_one_batch_keep_their_numbers() -> None:
    """Refusals name the records as they came, in order."""
    good = seconds([[Box(300, 400)]] * 25)
    broken = [BROKEN["class"][0](good[0]), good[1], BROKEN["lengths"][0](good[2]), good[3], BROKEN["score"][0](good[4])]
    result = run({"cam-1": broken})["cam-1"]
    assert [refusal.record for refusal in result.refusals] == [0, 2, 4]
    assert [output.message.sequence for output in result.outputs] == [1, 3]


def test_a_registry_version_that_is_not_at_hand_is_a_bug_that_says_so() -> None:
    """The harness waits for what `needs` names; a core called without it does not guess."""
    message = group(0, [[Box(300, 400)]], registry_version=5)
    assert TrackingCore().needs(message) == ("cam-1", 5)
    with pytest.raises(LookupError, match="registry version 5 is not at hand"):
        run({"cam-1": [message]}, registry=Cameras(CALIBRATED))


def test_plate_reads_of_a_track_are_voted() -> None:
    """Two reads of one text beat one of another; they stay with the track from message to message."""
    messages = seconds([[Box(300, 400), Box(700, 400)]] * 15)
    reads = [("123ABC02", 0.6), ("128ABC02", 0.9), ("123ABC02", 0.7)]
    messages = [
        replace(m, plates=[PlateRead(1, [PlateCandidate(text, probability)])])
        for m, (text, probability) in zip(messages, reads, strict=True)
    ]
    core = TrackingCore()
    state: CameraTracks = core.initial("cam-1")
    last: Tracks | None = None
    for message in messages:
        state = core.from_bytes("cam-1", core.to_bytes(state))
        result = run({"cam-1": [message]}, {"cam-1": state}, core=core)["cam-1"]
        state, last = result.state, result.outputs[0].message
    assert last is not None
    (plate,) = last.plates
    assert (plate.track, plate.reads) == (last.track_id.index(f"cam-1/{EPOCH_US}/0.0.1"), 3)
    assert [candidate.text for candidate in plate.candidates] == ["123ABC02", "128ABC02"]
    assert 1 > plate.candidates[0].probability_ratio > 0.5 > plate.candidates[1].probability_ratio > 0
