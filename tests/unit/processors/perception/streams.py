"""Small real streams, a registry entry, and a detector that sees a bright bar."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import av
import numpy as np

from processors.perception.detector import Canvas, Found, Model
from processors.stage_core import Record, ServiceUnavailableError
from producers.encoded_packet import EncodedPacket
from producers.frames_writer import frames_of
from producers.grouping import Group, Grouper, GroupLimits, Oversized, StreamFormat
from schemas.messages import Analysis, Camera, ClockSource, Frames, Owner, RegionOfInterest, VideoCodec

EPOCH_US = 1_700_000_000_000_000
FPS = 10
ENCODERS: Mapping[VideoCodec, tuple[str, Mapping[str, str]]] = {
    VideoCodec.H264: ("libx264", {"preset": "ultrafast", "sc_threshold": "0", "threads": "1"}),
    VideoCodec.HEVC: ("libx265", {"preset": "ultrafast", "x265-params": "log-level=0:pools=1:scenecut=0:bframes=0"}),
    VideoCodec.MJPEG: ("mjpeg", {"threads": "1"}),
}


def picture(number: int, width: int, height: int, *, still: bool) -> av.VideoFrame:
    """A dark scene with a bright bar that moves, or stands."""
    pixels = np.full((height, width, 3), 40, np.uint8)
    left = 20 if still else number * 6 % (width - 30)
    pixels[height // 4 : height // 2, left : left + 24] = 230
    return av.VideoFrame.from_ndarray(pixels, format="rgb24")


def stream(
    seconds: int,
    *,
    codec: VideoCodec = VideoCodec.H264,
    gop: int = FPS,
    b_frames: int = 0,
    size: tuple[int, int] = (160, 96),
    still: bool = False,
    camera_id: str = "K-1",
    epoch_us: int = EPOCH_US,
) -> list[Frames]:
    """Encode a stream and group it as the producers do."""
    name, options = ENCODERS[codec]
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = "yuvj420p" if codec is VideoCodec.MJPEG else "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, FPS), Fraction(FPS), gop
    chosen = dict(options)
    if codec is VideoCodec.H264:
        chosen |= {"bf": str(b_frames), "b_strategy": "0"}
    context.options = dict(chosen)
    encoded = []
    for number in range(seconds * FPS):
        frame = picture(number, *size, still=still).reformat(format=context.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        encoded += context.encode(frame)
    encoded += context.encode(None)
    grouper = Grouper(
        StreamFormat(codec, *size, Fraction(1, FPS), bytes(context.extradata or b""), Fraction(FPS)), GroupLimits()
    )
    events: list[Group | Oversized] = []
    for one in encoded:
        data = bytes(one)
        events += grouper.add(EncodedPacket(one.pts, one.dts, one.duration or 1, one.is_keyframe, data, len(data)))
    events += grouper.flush()
    return [
        frames_of(camera_id, epoch_us, epoch_us + group.offset_us, ClockSource.FILE, group)
        for group in events
        if isinstance(group, Group)
    ]


def records(frames: Sequence[Frames], first_offset: int = 0) -> list[Record[Frames]]:
    """Return groups as the harness hands them over."""
    return [Record(one, 2, first_offset + n, 1_700_000_000_500 + 1_000 * n) for n, one in enumerate(frames)]


def camera(
    *,
    enforcement: bool = True,
    idle_fps: float = 1.0,
    active_fps: float = 5.0,
    enabled: bool = True,
    regions: Sequence[RegionOfInterest] = (),
    junction_id: str | None = None,
    size: tuple[int, int] = (160, 96),
) -> Camera:
    """Return a registry entry."""
    return Camera(
        camera_id="K-1",
        version=3,
        name="K-1",
        site_id="S",
        district="D",
        owner=Owner.PUBLIC,
        latitude_deg=43.0,
        longitude_deg=76.0,
        height_m=None,
        heading_deg=None,
        source_uri="file:///k-1.mp4",
        source_start_us=EPOCH_US,
        enabled=enabled,
        width_px=size[0],
        height_px=size[1],
        calibration=None,
        zones=(),
        speed_limit_kmh=None,
        junction_id=junction_id,
        capabilities=(),
        analysis=Analysis(enforcement, idle_fps, active_fps, 0.3, regions),
        rules=(),
        updated_at_us=1,
    )


class OneCamera:
    """A registry with one entry, or none."""

    def __init__(self, entry: Camera | None) -> None:
        self.entry = entry

    def latest(self, camera_id: str) -> Camera | None:
        """See Registry."""
        del camera_id
        return self.entry

    def version(self, camera_id: str, version: int) -> Camera | None:
        """See Registry."""
        del camera_id
        return self.entry if self.entry is not None and self.entry.version == version else None


class BarDetector:
    """Finds the bright bar, exactly, as a car; fails `fail` times after `after` good answers."""

    def __init__(self, fail: int = 0, after: int = 0) -> None:
        self.calls = 0
        self.fail = fail
        self.after = after

    async def model(self) -> Model:
        """See Detector."""
        return Model("bar", "1-000000000000", 416)

    async def infer(self, canvas: Canvas) -> Found:
        """See Detector."""
        self.calls += 1
        if self.fail and self.calls > self.after:
            self.fail -= 1
            raise ServiceUnavailableError("the detector is away")
        bright = canvas[..., 1] > 160
        if not bright.any():
            return Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
        rows, columns = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
        box = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
        return Found(box, np.array([0.9], np.float32), np.array([2], np.int32))
