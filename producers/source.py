"""Opens a camera's stream and demuxes it with PyAV; nothing is decoded."""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import av
import av.logging

from producers.encoded_packet import EncodedPacket
from producers.grouping import StreamFormat
from producers.parameter_sets import extradata_sets, picture_size
from producers.settings import ProducerSettings
from producers.source_address import (
    Credentials,
    file_path,
    join_credentials,
    redact,
    secret_texts,
)
from producers.timeline import MICROSECONDS
from schemas.messages import VideoCodec

CODECS: Final = {"h264": VideoCodec.H264, "hevc": VideoCodec.HEVC, "mjpeg": VideoCodec.MJPEG}
#: What files may be: containers that carry the three codecs. Playlists are not among them: they name further addresses.
FILE_FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,flv,asf,h264,hevc,mjpeg,mpjpeg,wav,mp3,ogg,aac,flac"
)
#: How much of a live stream is looked at before its format is known.
PROBE_US: Final = 1_500_000
PROBE_BYTES: Final = 2_000_000


class SourceError(Exception):
    """A source cannot be read now; it may be later. The text holds no credentials."""


class SourceStalledError(SourceError):
    """A source is connected and gives nothing usable. The text holds no credentials."""


class SourceRejectedError(SourceError):
    """A source can never be read as it is configured. The text holds no credentials."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is opened.

    Attributes:
        uri: without credentials.
        credentials: joined to it only when it is opened.
        declared_start: True for a source that plays from its declared start (a file), False for a live one.
    """

    uri: str
    credentials: Credentials | None
    declared_start: bool

    @property
    def is_local_file(self) -> bool:
        """True for file addresses."""
        return self.uri.startswith("file:")

    def without_secrets(self, text: str) -> str:
        """Return a text without this source's credentials."""
        return redact(text, secret_texts(self.credentials))


class Source:
    """An open stream.

    Args:
        address: what to open.
        settings: timeouts and the largest picture.

    Raises:
        SourceRejectedError: no file, no video, a codec or a picture size that is not taken.
        SourceError: refused, timed out, broken off.
    """

    def __init__(self, address: Address, settings: ProducerSettings) -> None:
        # FFmpeg's own messages carry whole addresses; PyAV hands none on while its level is None.
        av.logging.set_level(None)
        self._address = address
        self._settings = settings
        self._container: Any = None
        if address.is_local_file:
            _refuse_unreadable(Path(file_path(address.uri)))
        failure: SourceError | None = None
        try:
            self._container = av.open(
                file_path(address.uri) if address.is_local_file else join_credentials(address.uri, address.credentials),
                mode="r",
                options=_options(address, settings),
                timeout=(settings.open_timeout_s, settings.stall_s),
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            failure = self._failure(error, opening=True)
        if failure is not None:  # outside the handler: a chained FFmpeg error would carry the whole address
            raise failure
        try:
            self._stream = self._video_stream()
            self.format = self._stream_format()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._container is not None:
            self._container.close()
            self._container = None

    @property
    def declared_duration_us(self) -> int | None:
        """Duration that a file's header declares, microseconds."""
        duration = self._container.duration
        return None if duration is None else int(duration) * MICROSECONDS // av.time_base

    def packets(self) -> Iterator[EncodedPacket]:
        """Yield the packets in decoding order; ends where the source ends or its server goes.

        Raises:
            SourceError: it broke off, or nothing came for `stall_s`.
        """
        live = not self._address.declared_start
        failure: SourceError | None = None
        try:
            for packet in self._container.demux(self._stream):
                size = packet.size
                if size == 0:
                    # The end, or a server that went: PyAV flushes with an empty packet in both cases.
                    if packet.pts is None and packet.dts is None:
                        return
                    continue
                # Copied while they are in the cache, so that FFmpeg can use the same memory for the next packet.
                data = bytes(packet)
                is_keyframe = packet.is_keyframe
                extradata = None
                if is_keyframe and packet.has_sidedata("new_extradata"):
                    extradata = bytes(packet.get_sidedata("new_extradata"))
                if not live:
                    yield EncodedPacket(packet.pts, packet.dts, packet.duration, is_keyframe, data, size, extradata)
                    continue
                reference = None
                if packet.has_sidedata("prft"):
                    # AVProducerReferenceTime: int64 wall clock in microseconds, int flags.
                    reference = struct.unpack_from("<q", bytes(packet.get_sidedata("prft")))[0]
                yield EncodedPacket(
                    packet.pts, packet.dts, packet.duration, is_keyframe, data, size,
                    extradata, reference, time.time_ns() // 1000,
                )  # fmt: skip
        except (av.error.FFmpegError, OSError, ValueError) as error:
            failure = self._failure(error, opening=False)
        if failure is not None:
            raise failure

    def _video_stream(self) -> Any:
        streams = self._container.streams
        if not streams.video:
            kinds = sorted({s.type for s in streams})
            found = f"only {', '.join(kinds)}" if kinds else "no stream at all"
            raise SourceRejectedError(f"the source holds no video: {found} was found; point it at a video stream")
        stream = streams.video[0]
        name = stream.codec_context.name if stream.codec_context is not None else "an unknown codec"
        if name not in CODECS:
            raise SourceRejectedError(
                f"the video is {name}; expected H.264, HEVC or MJPEG: set the camera's codec, or re-encode the file"
            )
        return stream

    def _stream_format(self) -> StreamFormat:
        context = self._stream.codec_context
        codec = CODECS[context.name]
        width, height = context.width, context.height
        extradata = bytes(context.extradata or b"")
        if not width or not height:
            size = picture_size(codec, extradata_sets(codec, extradata))
            if size is None:
                raise SourceError("the stream's picture size is not known yet: no parameter sets came while opening")
            width, height = size
        if width * height > self._settings.most_pixels:
            raise SourceRejectedError(
                f"the picture is {width}x{height}, above the limit of {self._settings.most_pixels:,} pixels:"
                " choose the camera's smaller stream"
            )
        rate = self._stream.average_rate or self._stream.guessed_rate
        sane = rate is not None and Fraction(1, 10) <= rate <= 300
        return StreamFormat(
            codec=codec,
            width_px=width,
            height_px=height,
            time_base=Fraction(self._stream.time_base),
            extradata=b"" if codec is VideoCodec.MJPEG else extradata,
            frames_per_s=Fraction(rate) if sane else None,
        )

    def _failure(self, error: Exception, *, opening: bool) -> SourceError:
        """Return what happened as a sentence; FFmpeg's own error holds the whole address and goes no further."""
        where = "opening" if opening else "reading"
        bound_s = self._settings.open_timeout_s if opening else self._settings.stall_s
        if isinstance(error, (av.error.ExitError, av.error.TimeoutError, TimeoutError)):
            return SourceStalledError(f"nothing came for {bound_s:g} s while {where}")
        if isinstance(error, av.error.HTTPUnauthorizedError):
            return SourceError("the source refused the credentials (401): check the camera's secrets entry")
        if isinstance(error, av.error.HTTPForbiddenError):
            return SourceError("the source refused access (403): check the user's rights")
        if isinstance(error, av.error.HTTPNotFoundError):
            return SourceError("the source knows no such path (404): check source_uri")
        if isinstance(error, av.error.InvalidDataError) and opening and self._address.declared_start:
            return SourceRejectedError(
                "the file is not a video that can be read: it is damaged, cut short, or of another kind"
            )
        reason = getattr(error, "strerror", None) or type(error).__name__
        return SourceError(self._address.without_secrets(f"{where} failed: {reason}"))


def _options(address: Address, settings: ProducerSettings) -> dict[str, str]:
    timeout_us = str(int(max(settings.open_timeout_s, settings.stall_s) * MICROSECONDS))
    scheme = address.uri.partition(":")[0]
    if scheme == "file":
        return {"protocol_whitelist": "file", "format_whitelist": FILE_FORMATS}
    if scheme in ("rtsp", "rtsps"):
        return {
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
            "timeout": timeout_us,
            "analyzeduration": str(PROBE_US),
            "probesize": str(PROBE_BYTES),
            "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls,udp",
        }
    return {
        "rw_timeout": timeout_us,
        "protocol_whitelist": "http,https,tcp,tls,httpproxy",
        "format_whitelist": FILE_FORMATS,
    }


def _refuse_unreadable(path: Path) -> None:
    if not path.exists():
        raise SourceRejectedError(f"file {path} does not exist: check source_uri")
    if not path.is_file():
        raise SourceRejectedError(f"{path} is no file: check source_uri")
    if path.stat().st_size == 0:
        raise SourceRejectedError(f"file {path} is empty (0 bytes)")
