"""CameraFile: frames as a camera's H.264, in MP4: long GOPs, no B-frames, a camera's bit rate, its sensor's noise."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Self

import av
import numpy as np
from numpy.typing import NDArray

#: Cameras send a keyframe each two to ten seconds.
GOP_S: Final = 4
#: Bits a second of a 1080p street camera's main stream, common makers' default range 2 to 6 Mbit/s.
BIT_RATE: Final = 4_000_000
#: Range of luma that video uses.
LUMA: Final = (16, 235)
#: One thread and a fixed preset: the same frames give the same bytes on one machine and library version.
OPTIONS: Final = {"preset": "veryfast", "threads": "1", "bf": "0", "sc_threshold": "0", "profile": "main"}


class CameraFile:
    """A file that is written frame by frame; use it as a context manager.

    Args:
        path: of the MP4.
        width_px, height_px: of its pictures, even.
        fps: frames a second.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, width_px: int, height_px: int, fps: int) -> None:
        self._container: Any = av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"})
        self._stream: Any = self._container.add_stream("libx264", rate=fps, options=dict(OPTIONS))
        self._stream.width, self._stream.height = width_px, height_px
        self._stream.pix_fmt = "yuv420p"
        self._stream.bit_rate = BIT_RATE
        self._stream.codec_context.gop_size = GOP_S * fps
        self._stream.codec_context.thread_count = 1
        self._fps = fps
        self._count = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._count:
            self._mux(self._stream.encode(None))
        self._container.close()

    def write(self, picture: NDArray[np.uint8], noise: NDArray[np.int16]) -> None:
        """Add a frame.

        Args:
            picture: uint8 [height, width, 3], RGB.
            noise: int16 [height, width], added to luma.
        """
        frame: Any = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        luma = frame.planes[0]
        rows = np.frombuffer(luma, np.uint8).reshape(frame.height, luma.line_size)
        noisy = rows.copy()
        noisy[:, : frame.width] = np.clip(rows[:, : frame.width] + noise, *LUMA)
        luma.update(noisy.tobytes())
        self._digest.update(frame.to_ndarray().tobytes())
        frame.pts, frame.time_base = self._count, Fraction(1, self._fps)
        self._count += 1
        self._mux(self._stream.encode(frame))

    @property
    def frames_sha256(self) -> str:
        """SHA-256 over the frames as the encoder got them, yuv420p."""
        return self._digest.hexdigest()

    def _mux(self, packets: Any) -> None:
        for packet in packets:
            self._container.mux(packet)
