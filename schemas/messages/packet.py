"""Packet: One encoded packet as the demuxer gave it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded packet as the demuxer gave it.

    Attributes:
        pts: Presentation time in time_base units; null: the source gave none.
        dts: Decoding time in time_base units.
        duration: Duration in time_base units.
        is_keyframe: True for a random access point.
        data: Encoded bytes, the camera's own.
    """

    pts: int | None
    dts: int | None
    duration: int | None
    is_keyframe: bool
    data: bytes
