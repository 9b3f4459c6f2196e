"""Which frames are sampled: the grid of an active scene, keyframes of a still one, and what wakes it."""

import dataclasses
import itertools
from collections.abc import Sequence

import pytest

from processors.perception.frame_times import frame_times
from processors.perception.policy import LEAST_PACKET_BYTES, Plan, after_sizes, iou, moved, plan, slot
from processors.perception.settings import PerceptionSettings
from processors.perception.state import CameraState, SeenBox
from schemas.messages import Analysis, ClockSource, Frames, Packet, VideoCodec
from tests.unit.processors.perception.streams import EPOCH_US

SETTINGS = PerceptionSettings()


def analysis(*, enforcement: bool = False, idle_fps: float = 0.0, active_fps: float = 5.0) -> Analysis:
    """Return a camera's rates."""
    return Analysis(enforcement, idle_fps, active_fps, 0.3, ())


def group(
    number: int = 0, *, fps: int = 25, keys: Sequence[int] = (0,), size: int = 200, key_size: int = 4000
) -> Frames:
    """Return one second of a stream whose non-key packets have the given size, bytes."""
    packets = [
        Packet(number * fps + n, number * fps + n, 1, n in keys, bytes(key_size if n in keys else size))
        for n in range(fps)
    ]
    return Frames(
        camera_id="K-1",
        epoch_us=EPOCH_US,
        sequence=number,
        starts_with_keyframe=0 in keys,
        codec=VideoCodec.H264,
        width_px=160,
        height_px=96,
        time_base_num=1,
        time_base_den=fps,
        extradata=b"",
        captured_at_us=EPOCH_US + number * 1_000_000,
        duration_us=1_000_000,
        clock_source=ClockSource.FILE,
        packets=packets,
    )


def chosen(frames: Frames, state: CameraState, rates: Analysis, settings: PerceptionSettings = SETTINGS) -> Plan:
    """Plan a group that can be decoded throughout."""
    return plan(frames, frame_times(frames), [True] * len(frames.packets), state, rates, settings)


def test_a_still_scene_gets_its_keyframes_alone() -> None:
    """With idle_fps 0 a keyframe a gap is sampled, other packets never."""
    found = chosen(group(keys=(0, 12)), CameraState(), analysis())
    assert found == Plan(active=False, surge=False, samples=[0])


def test_keyframes_nearer_than_the_gap_are_passed_over() -> None:
    """MJPEG, where every frame is a keyframe, costs one sample a gap, across groups too."""
    state = CameraState()
    at = []
    for number in range(4):
        frames = group(number, keys=range(25))
        times = frame_times(frames)
        samples = chosen(frames, state, analysis()).samples
        at += [times.at_us[n] for n in samples]
        state = dataclasses.replace(state, sampled_at_us=at[-1])
    gaps = [b - a for a, b in itertools.pairwise(at)]
    assert gaps
    assert all(SETTINGS.idle_gap_ms * 1000 <= gap < SETTINGS.idle_gap_ms * 1000 + 40_000 for gap in gaps)


@pytest.mark.parametrize("fps", [1.0, 4.0, 5.0, 12.5])
def test_an_enforcement_camera_is_sampled_on_the_grid(fps: float) -> None:
    """One sample in each interval of the grid, wherever groups begin, however still the scene."""
    state, slots = CameraState(), []
    for number in range(4):
        frames = group(number)
        times = frame_times(frames)
        found = chosen(frames, state, analysis(enforcement=True, active_fps=fps))
        assert found.active
        at = [times.at_us[n] for n in found.samples]
        slots += [slot(one, EPOCH_US, fps) for one in at]
        state = dataclasses.replace(state, sampled_at_us=at[-1])
    assert slots == list(range(round(4 * fps)))


def test_a_surge_of_packet_sizes_wakes_the_scene_at_once() -> None:
    """The group with the surge itself is sampled at the active rate."""
    calm = after_sizes(CameraState(), group(size=400))
    assert calm.packet_bytes == 400
    most_calm = int(400 * SETTINGS.size_surge_ratio)
    assert not chosen(group(1, size=most_calm), calm, analysis()).surge
    found = chosen(group(1, size=most_calm + 1), calm, analysis())
    assert (found.active, found.surge, len(found.samples)) == (True, True, 5)


def test_tiny_packets_are_no_surge() -> None:
    """Twice as many header bytes are no motion, and no sizes seen before are no measure."""
    tiny = after_sizes(CameraState(), group(size=20))
    assert not chosen(group(1, size=int(LEAST_PACKET_BYTES)), tiny, analysis()).surge
    assert not chosen(group(size=60_000), CameraState(), analysis()).surge


def test_the_mean_of_sizes_falls_fast_and_rises_slowly() -> None:
    """A busy scene becomes the new normal in about a minute, a calm one in a few groups; keyframes do not count."""
    state = after_sizes(CameraState(), group(size=1000))
    fallen = after_sizes(state, group(size=200, key_size=90_000))
    risen = after_sizes(state, group(size=1800))
    assert (fallen.packet_bytes, risen.packet_bytes) == (800, 1012.5)
    assert after_sizes(state, group(keys=range(25))) == state


def test_a_scene_stays_active_until_its_hold_ends() -> None:
    """A group that begins at the end of the hold is idle again."""
    held = CameraState(active_until_us=EPOCH_US + 2_000_000)
    assert [chosen(group(n), held, analysis()).active for n in range(4)] == [True, True, False, False]


def test_what_cannot_be_decoded_is_not_chosen_and_the_bound_holds() -> None:
    """The next decodable packet stands in; a group gives no more samples than the settings allow."""
    frames = group()
    rates = analysis(enforcement=True)
    decodable = [n >= 3 for n in range(25)]
    found = plan(frames, frame_times(frames), decodable, CameraState(), rates, SETTINGS)
    assert found.samples[0] == 3
    few = PerceptionSettings(most_samples=2)
    assert len(chosen(frames, CameraState(), rates, few).samples) == 2
    assert chosen(frames, CameraState(), analysis(enforcement=True, active_fps=25)).samples == list(range(25))


def test_an_instant_is_sampled_once() -> None:
    """A clock that was set back gives no second sample of times that were sampled before."""
    state = CameraState(sampled_at_us=EPOCH_US + 500_000)
    times = frame_times(group())
    found = chosen(group(), state, analysis(enforcement=True))
    assert found.samples
    assert all(times.at_us[n] > state.sampled_at_us for n in found.samples)


def test_a_box_moved_where_none_of_its_kind_lay() -> None:
    """Standing still is no motion, another kind in the same place is; what left is no sign by itself."""
    car = SeenBox(2, (0.0, 0.0, 10.0, 10.0))
    assert not moved([car], [car], 0.6)
    assert moved([SeenBox(2, (5.0, 0.0, 15.0, 10.0))], [car], 0.6)
    assert moved([SeenBox(0, car.xyxy_px)], [car], 0.6)
    assert moved([car], [], 0.6)
    assert not moved([], [car], 0.6)


def test_iou() -> None:
    """Half overlap of equal boxes is a third; boxes that touch share nothing."""
    assert iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert iou((0, 0, 2, 2), (2, 0, 4, 2)) == 0
