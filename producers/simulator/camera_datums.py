"""CameraDatums: the messages of CameraMessages as Avro datums, straight from a second's arrays. Pure.

What CameraMessages says in objects is said here in bytes, for a city of tens of thousands of cameras.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.camera_messages import MODEL_NAME, CameraMessages
from producers.simulator.camera_seconds import SecondSeen
from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import PACKETS, SECOND_US
from producers.simulator.city_message import CityMessage
from producers.simulator.datum_kernel import PLATE_BYTES, write_detections, write_truth
from producers.simulator.frame_layout import FrameLayout
from producers.simulator.motions import BICYCLE, PERSON
from producers.simulator.plates import plate_bytes
from producers.simulator.sight import Seen
from schemas.messages import PhaseSource, Signal, SignalState

Ints = NDArray[np.int64]
Bits = NDArray[np.uint32]
Bytes = NDArray[np.uint8]


class CameraDatums:
    """Writes the datums of a set of cameras.

    Args:
        city: the city.
        cameras: the cameras.
        layout: their frames.
        model_version: as detections carry it.
    """

    def __init__(self, city: City, cameras: Sequence[CityCamera], layout: FrameLayout, model_version: str) -> None:
        self._cameras = cameras
        self._seed = city.seed
        self._layout = layout
        self._said = CameraMessages(city, cameras, layout, model_version)
        self._keys = [camera.camera_id for camera in cameras]
        self._head = _laid_out(
            [_text(key) + _long(int(epoch)) for key, epoch in zip(self._keys, layout.epoch_us, strict=True)]
        )
        model = _text(MODEL_NAME) + _text(model_version)
        packets = _long(0) + 2 * _long(PACKETS)  # DECODED
        self._middle = _laid_out([model + _long(c.view.width_px) + _long(c.view.height_px) + packets for c in cameras])
        self._version = np.array([camera.entry.version for camera in cameras], np.int64)
        self._packet = np.array([p for one in layout.packets for p in one], np.int64)
        self._room = np.empty(1 << 16, np.uint8)

    def messages(self, second: SecondSeen) -> Iterator[CityMessage]:
        """Yield detections and truth-tracks of each camera."""
        detections, found = self._written(lambda out, first: self._detections(second, out, first))
        truth, true = self._written(lambda out, first: self._truth(second, out, first))
        for place, (key, at) in enumerate(zip(self._keys, second.captured_us.tolist(), strict=True)):
            yield CityMessage("detections", key, at, None, detections[found[place] : found[place + 1]])
            yield CityMessage("truth-tracks", key, at, None, truth[true[place] : true[place + 1]])

    def _written(self, write: Callable[[Bytes, Ints], int]) -> tuple[bytes, Sequence[int]]:
        """Return what a kernel writes, and where each datum begins; make more room until it suffices."""
        first = np.zeros(len(self._cameras) + 1, np.int64)
        while (end := write(self._room, first)) < 0:
            self._room = np.empty(2 * len(self._room), np.uint8)
        return self._room[:end].tobytes(), first.tolist()

    def _detections(self, second: SecondSeen, out: Bytes, first: Ints) -> int:
        layout, noisy = self._layout, second.noisy
        signals, signals_of = self._signals(second.captured_us.tolist())
        return write_detections(
            second.number, *self._head, second.captured_us, SECOND_US, self._version, *self._middle, layout.first,
            second.at_us, self._packet, noisy.first, _bits([*noisy.xyxy_px.T, noisy.score]), noisy.class_id,
            np.searchsorted(second.plate_box, noisy.first), second.plate_box, second.plates.text,
            second.plates.probability_ratio.astype(np.float32).view(np.uint32), self._scene(second),
            *signals, signals_of, out, first,
        )  # fmt: skip

    def _truth(self, second: SecondSeen, out: Bytes, first: Ints) -> int:
        seen = second.seen
        plated = (seen.kind != PERSON) & (seen.kind != BICYCLE)
        columns = [*seen.xyxy_px.T, seen.visible_ratio.round(4), *seen.ground_m.T, seen.speed_kmh, seen.heading_deg]
        return write_truth(
            second.number, self._seed, *self._head, second.captured_us, self._layout.first, second.at_us, seen.first,
            seen.actor, seen.coco, _bits(columns), plated, _plates(seen, plated), out, first,
        )  # fmt: skip

    def _scene(self, second: SecondSeen) -> Bits:
        """Return the scene measurements of each camera, float32's bits [C, 4]."""
        said = self._said.scenes(second)
        return np.ascontiguousarray(np.array(said, np.float64).astype(np.float32)).view(np.uint32)

    def _signals(self, captured: Sequence[int]) -> tuple[tuple[Bytes, Ints], Ints]:
        """Return the signals' bytes that cameras have, and which of them each has."""
        known: dict[int, Sequence[SignalState]] = {}
        variants: dict[bytes, int] = {}
        of = []
        for camera, at in zip(self._cameras, captured, strict=True):
            states = self._said.signals(camera, at, known)
            of.append(variants.setdefault(_signals(states), len(variants)))
        return _laid_out(list(variants)), np.array(of, np.int64)


def _plates(seen: Seen, plated: NDArray[np.bool_]) -> Bytes:
    """Return each vehicle box's plate, uint8 [B, PLATE_BYTES]."""
    out = np.zeros((len(seen.actor), PLATE_BYTES), np.uint8)
    actors, of = np.unique(seen.actor[plated], return_inverse=True)
    if len(actors):
        texts = b"".join(plate_bytes(actor)[:PLATE_BYTES] for actor in actors.tolist())
        out[plated] = np.frombuffer(texts, np.uint8).reshape(-1, PLATE_BYTES)[of]
    return out


def _bits(columns: Sequence[NDArray[np.float64]]) -> Bits:
    """Return columns as float32's bits, uint32 [columns, rows]."""
    return np.ascontiguousarray(np.stack(columns).astype(np.float32)).view(np.uint32)


def _laid_out(parts: Sequence[bytes]) -> tuple[Bytes, Ints]:
    """Return parts one after the other, and where each begins."""
    first = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), first


def _long(value: int) -> bytes:
    """Return a zigzag varint."""
    rest, out = (value << 1) ^ (value >> 63), bytearray()
    while rest >= 128:
        out.append(rest & 127 | 128)
        rest >>= 7
    return bytes([*out, rest])


def _text(text: str) -> bytes:
    """Return an Avro string."""
    data = text.encode()
    return _long(len(data)) + data


def _signals(states: Sequence[SignalState]) -> bytes:
    """Return signals_known and signals as they stand in a detections datum."""
    order: list[Any] = list(Signal)
    sources: list[Any] = list(PhaseSource)
    out = bytes([bool(states)]) + _long(len(states))
    for state in states:
        out += _text(state.group_id) + _long(order.index(state.signal)) + _long(state.since_us)
        out += _long(sources.index(state.source)) + _long(state.since_within_us)
        out += _long(order.index(state.seen)) + bytes([state.failed])
    return out + _long(0) if states else out
