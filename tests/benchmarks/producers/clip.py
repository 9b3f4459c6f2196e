"""The benchmarks' camera: a minute of 1080p at 25 frames a second and 4 Mbit/s, made once."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from infra.settings import ROOT

SECONDS = 60
FRAMES_PER_S = 25
BITS_PER_S = 4_000_000
SIZE = (1920, 1080)


def clip(folder: Path = ROOT / ".cache" / "bench") -> Path:
    """Return the clip, making it first where it is not there yet (about half a minute)."""
    path = folder / "camera-1080p-4mbit-60s.mp4"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished.mp4")
    width, height = SIZE
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 4, (8, height, width)).astype(np.int16)  # sensor noise: what a real camera's bits go to
    ground = np.linspace(60, 190, width, dtype=np.float32)[None, :] + np.linspace(0, 40, height)[:, None]
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = BITS_PER_S
        stream.codec_context.gop_size = 2 * FRAMES_PER_S
        rate = {"minrate": str(BITS_PER_S), "maxrate": str(BITS_PER_S), "bufsize": str(BITS_PER_S)}
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "bf": "0", "sc_threshold": "0", **rate}
        chroma = np.full((height // 2, width), 128, np.uint8)
        for number in range(SECONDS * FRAMES_PER_S):
            luma = ground.astype(np.int16) + noise[number % len(noise)]
            for car in range(8):
                left = (number * (4 + car) + car * 211) % (width - 160)
                luma[120 * car + 20 : 120 * car + 100, left : left + 160] += 60
            picture = np.concatenate([np.clip(luma, 16, 235).astype(np.uint8), chroma])
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    unfinished.rename(path)
    return path
