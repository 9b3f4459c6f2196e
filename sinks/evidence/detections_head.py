"""Reads the first fields of a `detections` datum, without its boxes: a sink passes over many and needs few."""

from dataclasses import dataclass

from schemas.messages import ClockSource
from schemas.wire import HEADER, DatumError, schema_id_of

#: By their number in the schema.
_CLOCKS = tuple(ClockSource)


@dataclass(frozen=True, slots=True)
class DetectionsHead:
    """The first fields of a detections message; see schemas.messages.Detections."""

    camera_id: str
    epoch_us: int
    sequence: int
    captured_at_us: int
    duration_us: int
    frames_partition: int
    frames_offset: int
    frames_created_at_ms: int


def head_of(data: bytes) -> DetectionsHead:
    """Return the head of a framed detections message.

    Avro writes fields in the order of the schema and nothing between them; a schema that changes this order would be no
    later version of this one. The test holds this equal to the codec.

    Raises:
        BadMessageError: the bytes are no such message.
    """
    schema_id_of(data)
    try:
        size, at = _long(data, HEADER.size)
        camera_id = data[at : at + size].decode()
        epoch_us, at = _long(data, at + size)
        sequence, at = _long(data, at)
        captured_at_us, at = _long(data, at)
        duration_us, at = _long(data, at)
        _CLOCKS[(clock := _long(data, at))[0]]
        at = clock[1]
        frames_partition, at = _long(data, at)
        frames_offset, at = _long(data, at)
        created_at_ms, _ = _long(data, at)
    except (IndexError, ValueError) as error:
        raise DatumError(f"detections: {error} in the head of {len(data)} bytes") from error
    return DetectionsHead(
        camera_id, epoch_us, sequence, captured_at_us, duration_us, frames_partition, frames_offset, created_at_ms
    )


def _long(data: bytes, at: int) -> tuple[int, int]:
    """Return an Avro long and where the next field begins."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value >> 1 ^ -(value & 1), at
        shift += 7
        if shift > 63:
            raise ValueError("a long of more than ten bytes")
