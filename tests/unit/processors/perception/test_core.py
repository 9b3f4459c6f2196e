"""Perception's core on real streams: one message for each, the same however it is cut, restarted or replayed."""

import dataclasses
import random
from collections.abc import Sequence

import pytest

from processors.perception.core import PerceptionCore
from processors.perception.gop_store import NoGopReader
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import NoSignals
from processors.perception.state import CameraState, GopStart
from processors.stage_core import KeyBatch, Record, ServiceUnavailableError
from schemas.messages import Camera, DecodeStatus, Detections, Frames, Packet, RegionOfInterest, VideoCodec
from tests.unit.processors.perception.streams import BarDetector, OneCamera, camera, records, stream


class Topic:
    """Reads groups back from a list, as the reader of Kafka does from the topic."""

    def __init__(self, held: Sequence[Record[Frames]]) -> None:
        self._held = {record.offset: record.message for record in held}
        self.reads = 0

    async def read(self, camera_id: str, gop: GopStart, before: Frames, before_offset: int) -> Sequence[Frames] | None:
        """See GopReader."""
        self.reads += 1
        found = [self._held[n] for n in range(gop.offset, before_offset) if n in self._held]
        wanted = list(range(gop.sequence, before.sequence))
        return found if [f.sequence for f in found if f.camera_id == camera_id] == wanted else None


def core(topic: Topic | None = None, detector: BarDetector | None = None, **changes: object) -> PerceptionCore:
    """Return a core with a bar detector."""
    settings = PerceptionSettings(**changes)  # type: ignore[arg-type]
    return PerceptionCore(detector or BarDetector(), topic or NoGopReader(), NoSignals(), settings)


async def run(
    subject: PerceptionCore,
    work: Sequence[Record[Frames]],
    entry: Camera | None,
    state: CameraState | None = None,
) -> tuple[CameraState, list[Detections]]:
    """Apply one batch of one camera."""
    results = await subject.advance([KeyBatch("K-1", state or CameraState(), work)], OneCamera(entry))
    return results[0].state, [output.message for output in results[0].outputs]


@pytest.fixture(params=["h264", "h264 with B-frames", "h264, one long GOP", "hevc", "mjpeg"])
def groups(request: pytest.FixtureRequest) -> list[Record[Frames]]:
    """Six seconds of each kind of stream."""
    made = {
        "h264": lambda: stream(6),
        "h264 with B-frames": lambda: stream(6, b_frames=2),
        "h264, one long GOP": lambda: stream(6, gop=60),
        "hevc": lambda: stream(6, codec=VideoCodec.HEVC),
        "mjpeg": lambda: stream(6, codec=VideoCodec.MJPEG),
    }
    return records(made[request.param]())


async def test_every_group_gives_one_message_that_names_it(groups: Sequence[Record[Frames]]) -> None:
    """Same seconds, same order, each with its frames' coordinates; five samples a second of an enforcement camera."""
    _, out = await run(core(), groups, camera())
    assert [(d.epoch_us, d.sequence) for d in out] == [(g.message.epoch_us, g.message.sequence) for g in groups]
    assert [(d.frames_partition, d.frames_offset) for d in out] == [(g.partition, g.offset) for g in groups]
    assert {d.registry_version for d in out} == {3}
    assert {d.decode_status for d in out} == {DecodeStatus.DECODED}
    at = [t for d in out for t in d.sample_at_us]
    assert at == sorted(set(at))
    assert len(at) == 30
    assert all(len(d.box_score) == len(d.sample_at_us) for d in out)


async def test_boxes_are_where_the_bar_is(groups: Sequence[Record[Frames]]) -> None:
    """The picture that is sampled is the one whose time the message names."""
    _, out = await run(core(), groups, camera())
    for message in out:
        for at_us, left, right in zip(message.sample_at_us, message.box_x1_px, message.box_x2_px, strict=True):
            number = round((at_us - groups[0].message.epoch_us) / 100_000)
            assert left == pytest.approx(number * 6 % 130, abs=2.5)
            assert right - left == pytest.approx(24, abs=4)


async def test_results_do_not_hang_on_how_a_stream_is_cut(groups: Sequence[Record[Frames]]) -> None:
    """One batch, batches of one, states through bytes, decoders and stored groups lost after each: equal bytes."""
    whole_state, whole = await run(core(), groups, camera())
    topic = Topic(groups)
    kept, again = core(topic), core(topic)
    for fresh in (False, True):
        state, out = CameraState(), []
        for record in groups:
            subject = core(topic) if fresh else kept
            state, messages = await run(subject, [record], camera(), state)
            state = again.from_bytes("K-1", again.to_bytes(state))
            out += messages
        assert out == whole
        assert state.to_bytes() == whole_state.to_bytes()


async def test_a_restart_inside_a_gop_reads_it_back() -> None:
    """The decoder is made again from the GOP's first group; nothing is skipped."""
    groups = records(stream(6, gop=60))
    topic = Topic(groups)
    _, whole = await run(core(), groups, camera())
    state, first = await run(core(topic), groups[:3], camera())
    _, second = await run(core(topic), groups[3:], camera(), state)
    assert [*first, *second] == whole
    assert topic.reads == 1


async def test_a_gop_that_is_gone_is_said_until_the_next_keyframe() -> None:
    """Retention has dropped the GOP's start: GOP_GONE, counted, and on again with the next keyframe."""
    groups = records(stream(6, gop=30))
    state, _ = await run(core(), groups[:1], camera())
    _, out = await run(core(Topic(groups[1:])), groups[1:], camera(), state)
    assert [d.decode_status for d in out] == [DecodeStatus.GOP_GONE] * 2 + [DecodeStatus.DECODED] * 3
    assert [len(d.sample_at_us) for d in out] == [0, 0, 5, 5, 5]


async def test_a_stream_joined_inside_its_gop_waits_for_a_keyframe() -> None:
    """Groups without a keyframe before them give messages without samples."""
    groups = records(stream(6, gop=30))
    _, out = await run(core(), groups[1:], camera())
    assert [d.decode_status for d in out] == [DecodeStatus.NO_KEYFRAME] * 2 + [DecodeStatus.DECODED] * 3


async def test_a_missing_group_ends_its_gop() -> None:
    """A decoder is never fed across a hole: its pictures would be rubbish that looks like a scene."""
    groups = records(stream(6, gop=30))
    _, out = await run(core(), [groups[0], *groups[2:]], camera())
    assert [d.decode_status for d in out] == [
        DecodeStatus.DECODED,
        DecodeStatus.NO_KEYFRAME,
        *[DecodeStatus.DECODED] * 3,
    ]


async def test_a_new_epoch_begins_anew() -> None:
    """Nothing of the connection before is used, not its sampling times either."""
    old, new = stream(2, gop=60), stream(2, gop=60, epoch_us=1_800_000_000_000_000)
    _, alone = await run(core(), records(new, 2), camera())
    _, out = await run(core(), [*records(old), *records(new, 2)], camera())
    assert [dataclasses.replace(d, frames_created_at_ms=0, scene=None) for d in out[2:]] == [
        dataclasses.replace(d, frames_created_at_ms=0, scene=None) for d in alone
    ]


async def test_rubbish_is_undecodable_and_the_next_keyframe_heals() -> None:
    """Damaged packets cost their GOP and no more."""
    frames = stream(4)
    broken = [dataclasses.replace(p, data=b"\x00\x00\x00\x01\x65" + bytes(40)) for p in frames[1].packets]
    frames[1] = dataclasses.replace(frames[1], packets=broken)
    _, out = await run(core(), records(frames), camera())
    assert len(out) == 4
    assert out[1].decode_status is DecodeStatus.UNDECODABLE
    assert out[1].sample_at_us == []
    assert [d.decode_status for d in out[2:]] == [DecodeStatus.DECODED] * 2


async def test_pictures_above_the_limit_are_not_decoded() -> None:
    """8K costs no decoder; its seconds are accounted for all the same."""
    frames = [dataclasses.replace(one, width_px=7680, height_px=4320) for one in stream(2)]
    detector = BarDetector()
    _, out = await run(core(detector=detector), records(frames), camera())
    assert [d.decode_status for d in out] == [DecodeStatus.UNDECODABLE] * 2
    assert detector.calls == 0


async def test_an_empty_group_gives_a_message() -> None:
    """No packet, no sample, one message."""
    (frames, *_) = stream(1)
    empty: Sequence[Packet] = ()
    _, out = await run(core(), records([dataclasses.replace(frames, packets=empty)]), camera())
    assert [(d.packets, len(d.sample_at_us)) for d in out] == [(0, 0)]


async def test_a_camera_out_of_service_is_not_looked_at() -> None:
    """Its seconds pass through without a sample."""
    detector = BarDetector()
    _, out = await run(core(detector=detector), records(stream(2)), camera(enabled=False))
    assert [d.decode_status for d in out] == [DecodeStatus.NOT_SAMPLED] * 2
    assert detector.calls == 0


async def test_a_still_scene_costs_keyframes_alone() -> None:
    """Nothing moves: one keyframe a second is decoded; a moving one is sampled at its active rate."""
    entry = camera(enforcement=False, idle_fps=0.0, active_fps=5.0)
    _, still = await run(core(), records(stream(8, still=True)), entry)
    _, moving = await run(core(), records(stream(8)), entry)
    # The first sample of an epoch is compared with nothing and counts as motion: it holds for three seconds.
    assert [len(d.sample_at_us) for d in still[5:]] == [1, 1, 1]
    assert [d.frames_decoded for d in still[5:]] == [1, 1, 1]
    assert [len(d.sample_at_us) for d in moving[5:]] == [5, 5, 5]


async def test_an_unregistered_camera_is_looked_at_and_says_so() -> None:
    """Version 0 stands for no entry."""
    _, out = await run(core(), records(stream(2)), None)
    assert {d.registry_version for d in out} == {0}
    assert all(d.box_score for d in out)


async def test_a_region_is_inferred_by_itself() -> None:
    """Two views of each sample; the same bar is one box."""
    detector = BarDetector()
    regions = [RegionOfInterest(0, 0, 160, 60)]
    _, out = await run(core(detector=detector), records(stream(2)), camera(regions=regions))
    samples = sum(len(d.sample_at_us) for d in out)
    assert detector.calls == 2 * samples
    assert sum(len(d.box_score) for d in out) == samples


@pytest.mark.parametrize("after", [0, 7, 14, 19])
@pytest.mark.parametrize("gop", [10, 20, 60])
async def test_a_detector_that_is_away_changes_nothing(gop: int, after: int) -> None:
    """The same batch again, with the state as it was, gives what an undisturbed run gives, however far it had come."""
    groups = records(stream(6, gop=gop))
    topic = Topic(groups)
    whole_state, whole = await run(core(), groups, camera())
    subject = core(topic, detector=BarDetector(fail=1, after=after))
    state, out = await run(core(), groups[:1], camera())
    with pytest.raises(ServiceUnavailableError, match="away"):
        await run(subject, groups[1:], camera(), state)
    end_state, rest = await run(subject, groups[1:], camera(), state)
    assert [*out, *rest] == whole
    assert end_state.to_bytes() == whole_state.to_bytes()


async def test_memory_of_groups_and_decoders_is_bounded() -> None:
    """More cameras than decoders and bytes for their groups: the same results, from the topic."""
    groups = records(stream(4, gop=40))
    _, whole = await run(core(), groups, camera())
    topic = Topic(groups)
    subject = core(topic, live_decoders=1, gop_store_bytes=2**20)
    other = [dataclasses.replace(r, message=dataclasses.replace(r.message, camera_id="K-2")) for r in groups]
    states, out = {"K-1": CameraState(), "K-2": CameraState()}, []
    for mine, theirs in zip(groups, other, strict=True):
        batch = [KeyBatch("K-1", states["K-1"], [mine]), KeyBatch("K-2", states["K-2"], [theirs])]
        results = await subject.advance(batch, OneCamera(camera()))
        states = {"K-1": results[0].state, "K-2": results[1].state}
        out.append(results[0].outputs[0].message)
    assert out == whole
    assert len(subject._live) == 1


def damaged(frames: Sequence[Frames], seed: int) -> list[Frames]:
    """Flip a bit of, cut, empty or replace a packet of every other group, always the same for a seed."""
    chance = random.Random(seed)
    out = list(frames)
    for number in range(seed % 2, len(out), 2):
        packets = list(out[number].packets)
        index = chance.randrange(len(packets))
        data = packets[index].data
        at = chance.randrange(len(data))
        flipped = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        worse = chance.choice([flipped, data[:at], b"", chance.randbytes(40)])
        packets[index] = dataclasses.replace(packets[index], data=worse)
        out[number] = dataclasses.replace(out[number], packets=packets)
    return out


@pytest.mark.parametrize("seed", range(12))
async def test_damage_is_the_same_in_one_run_and_in_many(seed: int) -> None:
    """What a damaged stream gives does not hang on restarts either, or a replay would not repeat it."""
    groups = records(damaged(stream(4, gop=20, b_frames=seed % 3), seed))
    topic = Topic(groups)
    whole_state, whole = await run(core(), groups, camera())
    state, out = CameraState(), []
    for record in groups:
        state, messages = await run(core(topic), [record], camera(), state)
        out += messages
    assert len(whole) == len(groups)
    assert out == whole
    assert state == whole_state
