"""Decoded pictures to the model's canvases and the small grey picture, by FFmpeg's own filters.

Crop, scaling and colour conversion are one pass over the decoded planes; the flags ask for results that do not depend
on the CPU's vector instructions.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import av
import av.filter
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processors.perception.heads.head import Head
from processors.perception.heads.reading import HeadReading
from processors.perception.letterbox import PAD, Letterbox, View, letterbox
from processors.perception.scene import HEIGHT_PX, WIDTH_PX, GreyLook, look

#: Filter graphs kept by each thread; one takes some 100 kB.
MOST_GRAPHS: Final = 64
EXACT: Final = "accurate_rnd+bitexact"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sampled frame, ready for the model.

    Attributes:
        packet: index of its packet in the group, decoding order.
        width_px, height_px: size of the picture.
        canvases: each view's place and its canvas, uint8 [side, side, 3], RGB; the whole view first.
        look: measurements of its grey picture.
        frame: the decoded picture, where plates are looked for on it; else None.
        heads: signal heads in it and what they show.
    """

    packet: int
    width_px: int
    height_px: int
    canvases: Sequence[tuple[Letterbox, NDArray[np.uint8]]]
    look: GreyLook
    frame: av.VideoFrame | None = None
    heads: Sequence[tuple[Head, HeadReading]] = ()


@dataclass(frozen=True, slots=True)
class _Chain:
    """What a filter graph does: its cache key."""

    width_px: int
    height_px: int
    pixel_format: str
    view: View
    out_width_px: int
    out_height_px: int
    out_format: str


_local = threading.local()


def sample_of(frame: av.VideoFrame, packet: int, views: Sequence[View], side_px: int) -> Sample:
    """Scale a decoded frame to its views' canvases and measure it."""
    canvases = []
    for view in views:
        box = letterbox(view, side_px)
        canvas = np.full((side_px, side_px, 3), PAD, np.uint8)
        scaled = _scaled(frame, view, box.width_px, box.height_px, "rgb24")
        canvas[box.top_px : box.top_px + box.height_px, box.left_px : box.left_px + box.width_px] = scaled
        canvases.append((box, canvas))
    whole = View(0, 0, frame.width, frame.height, whole=True)
    grey = _scaled(frame, whole, WIDTH_PX, HEIGHT_PX, "gray")
    return Sample(packet, frame.width, frame.height, canvases, look(grey))


def rgb_of(frame: av.VideoFrame) -> Image.Image:
    """Return a decoded frame as RGB, in its own size."""
    whole = View(0, 0, frame.width, frame.height, whole=True)
    return Image.fromarray(_scaled(frame, whole, frame.width, frame.height, "rgb24"))


def region_of(frame: av.VideoFrame, view: View) -> NDArray[np.uint8]:
    """Return a view of a decoded frame as RGB, uint8 [height, width, 3], in its own size."""
    return _scaled(frame, view, view.width_px, view.height_px, "rgb24")


def _scaled(frame: av.VideoFrame, view: View, width_px: int, height_px: int, out_format: str) -> NDArray[np.uint8]:
    """Return a view scaled to [height, width(, 3)] in the given format."""
    chain = _Chain(frame.width, frame.height, frame.format.name, view, width_px, height_px, out_format)
    graphs: OrderedDict[_Chain, Any] | None = getattr(_local, "graphs", None)
    if graphs is None:
        graphs = _local.graphs = OrderedDict()
    graph = graphs.pop(chain, None)
    if graph is None:
        graph = _graph(frame, chain)
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    graph.push(frame)
    out: NDArray[np.uint8] = graph.pull().to_ndarray()
    graphs[chain] = graph  # only now: a graph that failed is not used again
    if len(graphs) > MOST_GRAPHS:
        graphs.popitem(last=False)
    return out


def _graph(frame: av.VideoFrame, chain: _Chain) -> Any:
    view = chain.view
    # Means over areas where the view shrinks; where it grows, areas would show as blocks.
    way = "area" if chain.out_width_px <= view.width_px and chain.out_height_px <= view.height_px else "bilinear"
    graph = av.filter.Graph()
    graph.threads = 1
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25))
    nodes = [source]
    if not view.whole:
        nodes.append(graph.add("crop", f"w={view.width_px}:h={view.height_px}:x={view.x_px}:y={view.y_px}:exact=1"))
    nodes.append(graph.add("scale", f"{chain.out_width_px}:{chain.out_height_px}:flags={way}+{EXACT}"))
    nodes.append(graph.add("format", f"pix_fmts={chain.out_format}"))
    nodes.append(graph.add("buffersink"))
    for a, b in pairwise(nodes):
        a.link_to(b)
    graph.configure()
    return graph
