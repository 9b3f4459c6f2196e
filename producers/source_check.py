"""Opens sources briefly, side by side, and says what each gives or why it gives nothing."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from producers.settings import ProducerSettings
from producers.source import Address, Source, SourceError
from producers.source_address import Credentials
from schemas.messages import Camera

#: Sources opened at once.
SIDE_BY_SIDE: Final = 32
#: A file is read so far, a live source so long (s of picture); two keyframes end it earlier.
WATCH_S: Final = 10


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """What a source gives.

    Attributes:
        camera_id: identifier of the camera.
        error: why it gives nothing, without credentials; None: it streams.
        codec: codec.
        width_px, height_px: picture size.
        fps: packets a second of picture.
        bitrate_bps: bits a second of picture.
        gop_s: time between its first two keyframes; None: fewer were seen.
        clock: FILE, RTCP or ARRIVAL.
    """

    camera_id: str
    error: str | None = None
    codec: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    bitrate_bps: int | None = None
    gop_s: float | None = None
    clock: str | None = None


def check_sources(
    cameras: Sequence[Camera], credentials: Mapping[str, Credentials], settings: ProducerSettings
) -> Sequence[CheckedSource]:
    """Return what each camera's source gives, in the order of the cameras."""
    if not cameras:
        return ()
    with ThreadPoolExecutor(max_workers=min(SIDE_BY_SIDE, len(cameras))) as pool:
        return list(pool.map(lambda c: check_source(c, credentials.get(c.camera_id), settings), cameras))


def check_source(camera: Camera, credentials: Credentials | None, settings: ProducerSettings) -> CheckedSource:
    """Return what one camera's source gives."""
    declared = camera.source_start_us is not None
    address = Address(camera.source_uri, credentials, declared)
    times: list[int] = []
    keyframes: list[int] = []
    payload_bytes, clock = 0, "FILE" if declared else "ARRIVAL"
    deadline = time.monotonic() + WATCH_S
    try:
        with Source(address, settings) as source:
            stream = source.format
            for packet in source.packets():
                at = packet.dts if packet.dts is not None else packet.pts
                if packet.reference_us is not None:
                    clock = "RTCP"
                payload_bytes += packet.size
                if at is not None:
                    times.append(at)
                    if packet.is_keyframe:
                        keyframes.append(at)
                seen_s = (times[-1] - times[0]) * stream.time_base if times else Fraction(0)
                if seen_s >= WATCH_S or time.monotonic() > deadline or (len(keyframes) > 1 and seen_s >= 1):
                    break
    except SourceError as error:
        return CheckedSource(camera.camera_id, error=str(error))
    except Exception as error:  # noqa: BLE001  one source's trouble must not hide the others
        return CheckedSource(camera.camera_id, error=address.without_secrets(f"{type(error).__name__}: {error}"))
    if not keyframes:
        return CheckedSource(camera.camera_id, error=f"no keyframe in {WATCH_S} s: set the keyframe interval to 1-2 s")
    span_s = float((times[-1] - times[0]) * stream.time_base)
    per_s = (len(times) - 1) / span_s if span_s > 0 else None
    return CheckedSource(
        camera_id=camera.camera_id,
        codec=stream.codec.value,
        width_px=stream.width_px,
        height_px=stream.height_px,
        fps=None if per_s is None else round(per_s, 2),
        bitrate_bps=None if span_s <= 0 else round(payload_bytes * 8 / span_s),
        gop_s=round(float((keyframes[1] - keyframes[0]) * stream.time_base), 2) if len(keyframes) > 1 else None,
        clock=clock,
    )
