"""A clip for outside: the same pictures, decoded, bystanders made unrecognisable, encoded anew. Pure.

Derived, and not signed: an encoder's bytes depend on its version, so the export says which one, and from what.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import av
import av.error

from sinks.evidence.moment import NEAR_US, RECOGNISABLE, SUBJECT_IOU, Box, iou
from sinks.evidence.still import blur

#: A subject's box in the next sample overlaps so much at least; where none does, it is not followed on.
FOLLOWED_IOU: Final = 0.3
#: Two boxes of one class this many of their widths apart, in neighbouring samples, may be one person who moved.
MOVED_WIDTHS: Final = 2.0
METHOD: Final = (
    "decoded, every person and vehicle that the detector found but for the finding's own reduced to 6 cells across and"
    " blurred, between two sampled frames over all of the way from one box to the next; where no sampled frame is near,"
    " all but the finding's own boxes; encoded anew"
)
#: One thread: the same input then gives the same bytes.
ENCODER: Final = {"preset": "veryfast", "crf": "23", "threads": "1", "x264-params": "threads=1:lookahead-threads=1"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What the detector found in one frame.

    Attributes:
        at_us: capture time.
        boxes: x1, y1, x2, y2 of each box, pixels.
        classes: COCO-80 class of each.
    """

    at_us: int
    boxes: Sequence[Box]
    classes: Sequence[int]


@dataclass(slots=True)
class Bystanders:
    """Where others than the finding's own are at each time of one camera.

    Args:
        samples: in the order of their times.
        subjects: the finding's own boxes by capture time.
    """

    samples: Sequence[Sample]
    subjects: Mapping[int, Sequence[Box]]
    _own: list[set[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Follow the finding's own boxes from the times it names to both sides."""
        self._own = [set() for _ in self.samples]
        for at_us, boxes in self.subjects.items():
            near = min(range(len(self.samples)), key=lambda n: abs(self.samples[n].at_us - at_us), default=None)
            if near is None:
                continue
            for box in boxes:
                self._follow(near, box, range(near, len(self.samples)), SUBJECT_IOU)
                self._follow(near, box, range(near, -1, -1), SUBJECT_IOU)

    def at(self, at_us: int) -> tuple[Sequence[Box], Sequence[Box] | None]:
        """Return the regions to blur in a frame; and, where nobody knows who stands where, the ones to leave alone."""
        before = [n for n, one in enumerate(self.samples) if one.at_us <= at_us]
        a = before[-1] if before else None
        b = len(before) if len(before) < len(self.samples) else None
        near = [n for n in (a, b) if n is not None and abs(self.samples[n].at_us - at_us) <= NEAR_US]
        if not near:
            return [], [box for n in (a, b) if n is not None for box in self._boxes(n, own=True)]
        if len(near) == 1 or self.samples[near[0]].at_us == at_us:
            return [box for _, box in self._others(near[0])], None
        return self._ways(near[0], near[1]), None

    def _ways(self, a: int, b: int) -> list[Box]:
        """Return regions that hold everyone on the way from one sample to the next."""
        after = self._others(b)
        out = [box for _, box in after]
        for kind, box in self._others(a):
            out.append(box)
            out += [_hull(box, other) for other_kind, other in after if other_kind == kind and _may_be_one(box, other)]
        return out

    def _others(self, n: int) -> list[tuple[int, Box]]:
        sample = self.samples[n]
        return [
            (kind, box)
            for number, (box, kind) in enumerate(zip(sample.boxes, sample.classes, strict=True))
            if kind in RECOGNISABLE and number not in self._own[n]
        ]

    def _boxes(self, n: int, *, own: bool) -> list[Box]:
        return [box for number, box in enumerate(self.samples[n].boxes) if (number in self._own[n]) is own]

    def _follow(self, start: int, box: Box, way: Sequence[int], least: float) -> None:
        for n in way:
            boxes = self.samples[n].boxes
            best = max(range(len(boxes)), key=lambda k: iou(boxes[k], box), default=None)
            if best is None or iou(boxes[best], box) < (least if n == start else FOLLOWED_IOU):
                return
            self._own[n].add(best)
            box = boxes[best]


def _hull(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _may_be_one(a: Box, b: Box) -> bool:
    reach = MOVED_WIDTHS * max(a[2] - a[0], b[2] - b[0])
    return abs((a[0] + a[2]) - (b[0] + b[2])) / 2 <= reach and abs((a[1] + a[3]) - (b[1] + b[3])) / 2 <= reach


def samples_of(detections: Sequence[Mapping[str, Any]], camera_id: str) -> list[Sample]:
    """Return the samples in detections.json of one camera, in the order of their times."""
    out = []
    for one in detections:
        if one["camera_id"] != camera_id:
            continue
        edges = [one[f"box_{name}_px"] for name in ("x1", "y1", "x2", "y2")]
        for number, at_us in enumerate(one["sample_at_us"]):
            mine = [n for n, sample in enumerate(one["box_sample"]) if sample == number]
            boxes = [(edges[0][n], edges[1][n], edges[2][n], edges[3][n]) for n in mine]
            out.append(Sample(at_us, boxes, [one["box_class"][n] for n in mine]))
    return sorted(out, key=lambda sample: sample.at_us)


def subjects_of(evidence: Sequence[Mapping[str, Any]], camera_id: str) -> dict[int, list[Box]]:
    """Return the finding's own boxes by capture time, from its message's evidence."""
    out: dict[int, list[Box]] = {}
    for one in evidence:
        if one["camera_id"] == camera_id:
            flat = one["boxes_xyxy_px"]
            out.setdefault(one["at_us"], []).extend(
                (flat[n], flat[n + 1], flat[n + 2], flat[n + 3]) for n in range(0, len(flat) - 3, 4)
            )
    return out


def blurred(clip: bytes, first_us: int, bystanders: Bystanders) -> bytes:
    """Return a clip with bystanders made unrecognisable, as MP4 (H.264).

    Args:
        clip: the original MP4.
        first_us: capture time of its first packet, microseconds since the Unix epoch.
        bystanders: where they are.

    Raises:
        ValueError: it cannot be decoded.
    """
    buffer = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(clip), "r") as source,
            av.open(buffer, "w", format="mp4", options={"fflags": "+bitexact"}) as target,
        ):
            video = source.streams.video[0]
            video.codec_context.thread_count = 1
            stream: Any = target.add_stream("libx264", rate=25, options=dict(ENCODER))
            stream.codec_context.flags |= av.codec.context.Flags.bitexact
            base = Fraction(video.time_base or Fraction(1, 90_000))
            stream.time_base = stream.codec_context.time_base = base
            stream.pix_fmt = "yuv420p"
            # H.264 in 4:2:0 has even sizes
            stream.width, stream.height = even = (video.width // 2 * 2, video.height // 2 * 2)
            for frame in _rising(source.decode(video)):
                at_us = first_us + round(float((frame.pts or 0) * base) * 1e6)
                boxes, all_but = bystanders.at(at_us)
                picture = blur(frame.to_image(), boxes, all_but=all_but)
                out = av.VideoFrame.from_image(picture.crop((0, 0, *even)))
                out.pts, out.time_base = frame.pts, base
                target.mux(stream.encode(out.reformat(format="yuv420p")))
            target.mux(stream.encode(None))
    except (av.error.FFmpegError, IndexError) as error:
        raise ValueError(f"the clip cannot be decoded: {error}") from error
    return buffer.getvalue()


def _rising(frames: Any) -> Iterator[av.VideoFrame]:
    """Yield frames whose time is later than that of the one before: an encoder takes no others."""
    last: int | None = None
    for frame in frames:
        if last is None or (frame.pts or 0) > last:
            last = frame.pts or 0
            yield frame
