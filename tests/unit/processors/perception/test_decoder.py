"""Pictures depend on their GOP's packets alone: a decoder that lived on and one made again give the same."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import av
import numpy as np
import pytest

from processors.perception import decoder as decoding
from processors.perception.decoder import Decoded, GopDecoder
from processors.perception.disposable import is_disposable, nal_length_bytes
from schemas.messages import Frames, VideoCodec
from tests.unit.processors.perception.streams import FPS, stream

MOST_PIXELS = 4096 * 2304


def taken(frame: av.VideoFrame, index: int) -> bytes:
    """Return a picture's luma."""
    del index
    return np.asarray(frame.to_ndarray(format="gray")).tobytes()


def opened(frames: Frames) -> GopDecoder:
    """Open a decoder at the first packet of a group."""
    return decoding.open_decoder(frames, (frames.sequence, 0), MOST_PIXELS)


def run(subject: GopDecoder, prior: Sequence[Frames], frames: Frames, targets: Sequence[int]) -> Decoded:
    """Decode targets of a group whose whole length belongs to the decoder's GOP."""
    return decoding.run(subject, prior, frames, len(frames.packets), targets, taken)


def reference(groups: Sequence[Frames]) -> Mapping[tuple[int, int], bytes]:
    """Decode a stream from end to end with FFmpeg alone; pictures by (sequence, packet)."""
    subject = opened(groups[0])
    where = [(one.sequence, index) for one in groups for index in range(len(one.packets))]
    out = {}
    packets: list[Any] = []
    for mark, (sequence, index) in enumerate(where):
        packet = av.Packet(groups[sequence].packets[index].data)
        packet.pts = packet.dts = mark
        packets.append(packet)
    for packet in [*packets, None]:
        for picture in subject.context.decode(packet):
            out[where[picture.pts]] = taken(picture, 0)
    return out


LONG_GOPS = {
    "h264": lambda: stream(4, gop=4 * FPS),
    "h264 with B-frames": lambda: stream(4, gop=4 * FPS, b_frames=2),
    "hevc": lambda: stream(4, gop=4 * FPS, codec=VideoCodec.HEVC),
}


@pytest.mark.parametrize("kind", LONG_GOPS)
def test_living_on_and_made_again_are_the_same_as_ffmpeg(kind: str) -> None:
    """Every packet of a GOP of several groups is a target once, in both ways; all equal the plain decoding."""
    groups = LONG_GOPS[kind]()
    assert len(groups) > 2
    expected = reference(groups)
    assert len(expected) == 4 * FPS
    assert len(set(expected.values())) == len(expected)  # or a wrong picture would pass for the right one
    for step in (1, 3):
        living: GopDecoder | None = None
        for number, frames in enumerate(groups):
            targets = list(range(0, len(frames.packets), step))
            made_again = run(opened(groups[0]), groups[:number], frames, targets)
            if living is None or living.spent:
                living, prior = opened(groups[0]), groups[:number]
            else:
                prior = groups[living.next[0] : number]
            lived = run(living, prior, frames, targets)
            wanted = {index: expected[frames.sequence, index] for index in targets}
            assert made_again.samples == wanted
            assert lived.samples == wanted
            assert not lived.broken


def test_every_keyframe_of_mjpeg_by_itself() -> None:
    """One packet is fed for one picture, wherever it lies."""
    (frames, *_) = groups = stream(1, codec=VideoCodec.MJPEG)
    expected = reference(groups)
    for index in (4, 8):
        subject = decoding.open_decoder(frames, (0, index), MOST_PIXELS)
        out = decoding.run(subject, (), frames, index + 1, [index], taken)
        assert out.samples == {index: expected[0, index]}
        assert out.fed == 1


def test_packets_that_nobody_refers_to_are_left_out() -> None:
    """B-frames that are no targets are not decoded; those that are, are."""
    (frames, *_) = groups = stream(1, b_frames=2)
    length = nal_length_bytes(frames.codec, frames.extradata)
    free = [n for n, packet in enumerate(frames.packets) if is_disposable(frames.codec, packet.data, length)]
    last = max(set(range(len(frames.packets))) - set(free))
    assert free
    out = run(opened(frames), (), frames, [last])
    assert out.fed == last + 1 - sum(n < last for n in free)
    assert out.samples == {last: reference(groups)[0, last]}


def test_nothing_after_the_last_target_is_decoded() -> None:
    """A keyframe alone costs one packet."""
    (frames, *_) = stream(1)
    out = run(opened(frames), (), frames, [0])
    assert (list(out.samples), out.fed) == ([0], 1)


def test_damage_breaks_the_gop_and_keeps_what_came_before() -> None:
    """The error says where; the decoder takes no more packets."""
    (frames, *_) = stream(1)
    packets = list(frames.packets)
    packets[5] = dataclasses.replace(packets[5], data=b"\x00\x00\x00\x01\x41" + b"\xff" * 20)
    damaged = dataclasses.replace(frames, packets=packets)
    subject = opened(frames)
    out = run(subject, (), damaged, [0, 9])
    assert list(out.samples) == [0]
    assert out.broken
    assert "packet 5 of group 0" in out.error
    assert subject.spent


def test_a_picture_larger_than_it_says_is_not_decoded() -> None:
    """The bound is the decoder's own, whatever the message's width and height say."""
    (frames, *_) = stream(1)
    subject = decoding.open_decoder(frames, (0, 0), 100)
    out = run(subject, (), frames, [0])
    assert out.samples == {}
    assert out.broken
