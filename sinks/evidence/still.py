"""Stills: a decoded frame, with boxes drawn, with bystanders made unrecognisable, or cropped. Pure."""

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, cast

import av
import av.filter
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from schemas.messages import Frames, VideoCodec

#: Names of the decoders in FFmpeg.
DECODERS: Final = {VideoCodec.H264: "h264", VideoCodec.HEVC: "hevc", VideoCodec.MJPEG: "mjpeg"}
INK: Final = (255, 64, 32)
#: Results that do not depend on the CPU's vector instructions.
EXACT: Final = "bilinear+accurate_rnd+bitexact+full_chroma_int"
#: A region is reduced to so many cells across before it is blurred: a face or a plate cannot be read from it.
CELLS: Final = 6
#: A bystander's box is widened by this share of its size: boxes cut hair and bumpers.
MARGIN_RATIO: Final = 0.08
#: A larger picture is refused: a few bytes can declare gigabytes. 8K has 33 million.
MOST_PIXELS: Final = 36_000_000
JPEG_QUALITY: Final = 90

_TICK: Final = Fraction(1, 25)

Box = Sequence[float]


def decode_at(groups: Sequence[Frames], at_us: int) -> Image.Image:
    """Return the frame nearest to a capture time.

    Args:
        groups: consecutive groups of one camera, the first of which starts with a keyframe.
        at_us: capture time, microseconds since the Unix epoch.

    Raises:
        ValueError: nothing could be decoded.
        av.error.FFmpegError: a packet is damaged.
    """
    first = groups[0]
    decoder = cast("av.VideoCodecContext", av.CodecContext.create(DECODERS[first.codec], "r"))
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(MOST_PIXELS)}
    if first.extradata:
        decoder.extradata = first.extradata
    best: tuple[int, av.VideoFrame] | None = None
    tick_us = 1_000_000 * first.time_base_num / first.time_base_den
    for group in groups:
        start = next((p.pts for p in group.packets if p.pts is not None), 0)
        for raw in group.packets:
            packet = av.Packet(raw.data)
            # the decoder hands pts on to its frames: give them as microseconds of capture time
            packet.pts = group.captured_at_us + round(((raw.pts if raw.pts is not None else start) - start) * tick_us)
            best = _nearer(best, decoder.decode(packet), at_us)
    best = _nearer(best, decoder.decode(None), at_us)
    if best is None:
        raise ValueError(f"camera {first.camera_id}: none of {len(groups)} groups before {at_us} could be decoded")
    return _picture(best[1])


def _nearer(
    best: tuple[int, av.VideoFrame] | None, frames: Sequence[av.VideoFrame], at_us: int
) -> tuple[int, av.VideoFrame] | None:
    for frame in frames:
        distance = abs((frame.pts or 0) - at_us)
        if best is None or distance < best[0]:
            best = (distance, frame)
    return best


def _picture(frame: av.VideoFrame) -> Image.Image:
    graph = av.filter.Graph()
    graph.threads = 1
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=_TICK)
    scale = graph.add("scale", f"{frame.width}:{frame.height}:flags={EXACT}")
    form, sink = graph.add("format", "pix_fmts=rgb24"), graph.add("buffersink")
    source.link_to(scale)
    scale.link_to(form)
    form.link_to(sink)
    graph.configure()
    frame.pts, frame.time_base = 0, _TICK
    graph.push(frame)
    rgb: Any = cast("av.VideoFrame", graph.pull()).to_ndarray()
    return Image.fromarray(np.ascontiguousarray(rgb))


def annotate(picture: Image.Image, boxes_xyxy_px: Sequence[float], labels: Sequence[str], caption: str) -> Image.Image:
    """Draw boxes with their labels, and a caption below the picture.

    Args:
        picture: the frame.
        boxes_xyxy_px: x1, y1, x2, y2 of each label, one after the other, pixels of the picture.
        labels: one a box.
        caption: one line.
    """
    scale = max(1, round(640 / picture.width))
    out = picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(out)
    font = ImageFont.load_default(14)
    for number, label in enumerate(labels):
        x1, y1, x2, y2 = (v * scale for v in boxes_xyxy_px[4 * number : 4 * number + 4])
        draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=INK, width=2)
        draw.text((x1 + 3, max(0.0, y1 - 17)), label, fill=INK, font=font)
    framed = Image.new("RGB", (out.width, out.height + 24), (20, 22, 28))
    framed.paste(out, (0, 0))
    ImageDraw.Draw(framed).text((8, out.height + 4), caption, fill=(235, 235, 235), font=font)
    return framed


def blur(picture: Image.Image, boxes: Sequence[Box], *, all_but: Sequence[Box] | None = None) -> Image.Image:
    """Return a copy on which regions cannot be recognised any more.

    Args:
        picture: the frame.
        boxes: x1, y1, x2, y2 of each region, pixels.
        all_but: where nobody knows who stands where, everything but these boxes is blurred.
    """
    out = picture.copy()
    if all_but is not None:
        _coarsen(out, (0, 0, picture.width, picture.height), 24)
        for box in all_but:
            place = _inside(picture, box, 0.0)
            if place is not None:
                out.paste(picture.crop(place), place)
        return out
    for box in boxes:
        place = _inside(picture, box, MARGIN_RATIO)
        if place is not None:
            _coarsen(out, place, CELLS)
    return out


def _coarsen(picture: Image.Image, place: tuple[int, int, int, int], cells: int) -> None:
    region = picture.crop(place)
    side = max(1, -(-max(region.size) // cells))
    small = region.resize((-(-region.width // side), -(-region.height // side)), Image.Resampling.BOX)
    coarse = small.resize(region.size, Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(side / 2))
    picture.paste(coarse, place)


def crop(picture: Image.Image, box: Box) -> Image.Image | None:
    """Return a box's pixels as they are; None: it lies outside the picture."""
    place = _inside(picture, box, 0.0)
    return None if place is None else picture.crop(place)


def _inside(picture: Image.Image, box: Box, margin_ratio: float) -> tuple[int, int, int, int] | None:
    dx, dy = (box[2] - box[0]) * margin_ratio, (box[3] - box[1]) * margin_ratio
    x1, y1 = max(0, int(box[0] - dx)), max(0, int(box[1] - dy))
    x2, y2 = min(picture.width, int(box[2] + dx + 1)), min(picture.height, int(box[3] + dy + 1))
    return (x1, y1, x2, y2) if x2 - x1 >= 1 and y2 - y1 >= 1 else None


def jpeg(picture: Image.Image) -> bytes:
    """Return a picture as JPEG."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def png(picture: Image.Image) -> bytes:
    """Return a picture as PNG, pixel by pixel."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
