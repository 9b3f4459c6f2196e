"""The tracking stage: one detections message in, one tracks message out, with the tracks of its camera as state.

Only confirmed tracks (two boxes in a row) are in the output. The box that began a track is in it when the track is
confirmed within the same message; else it is counted (track_boxes, track_first_seen_us) but was never sent.
"""

import logging
import struct
from collections import namedtuple
from collections.abc import Sequence
from itertools import accumulate
from operator import ge
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processors.stage_core import KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.tracking import kernel as columns
from processors.tracking.classes import CLASSES, class_table, member_table, vote_table
from processors.tracking.identity import track_id
from processors.tracking.kernel import kernel
from processors.tracking.place import NOWHERE, Place, place_of
from processors.tracking.plates import PlateVote
from processors.tracking.settings import TrackingSettings
from processors.tracking.state import FLOATS_BYTES, INTS_BYTES, POINT_BYTES, CameraTracks, TrackKey
from schemas.city_time import day_of
from schemas.messages import Detections, Tracks, VotedPlate

log = logging.getLogger(__name__)

#: Places kept: above the city's cameras.
MOST_PLACES: Final = 65_536
#: Settings as the kernel takes them.
Thresholds = namedtuple("Thresholds", TrackingSettings.__dataclass_fields__)  # type: ignore[misc]  # noqa: PYI024  numba reads it
#: Largest coordinate of a box, pixels: beyond any picture, below what squares overflow.
MOST_PX: Final = 1e6

Batch = Sequence[KeyBatch[Detections, CameraTracks]]


class TrackingCore:
    """ByteTrack's association, but for what kernel.py names, over all cameras of a batch in one call of compiled code.

    Args:
        settings: thresholds; they are part of the version.
    """

    name = "tracking"
    source = "detections"
    version = "tracking/6"

    def __init__(self, settings: TrackingSettings | None = None) -> None:
        self.settings = settings or TrackingSettings()
        self._thresholds = Thresholds(*self.settings.packed())
        self._table = class_table()
        self._members = member_table()
        self._votes = vote_table()
        self._places: dict[str, tuple[int, int, int, Place]] = {}

    def warm_up(self) -> None:
        """Compile the kernel or load it from the disk, before the first message needs it."""
        self._run(_Flat())

    def stamp(self, message: Detections) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Detections) -> tuple[str, int] | None:
        """Return the registry version that the message was made with."""
        return (message.camera_id, message.registry_version) if message.registry_version > 0 else None

    def initial(self, key: str) -> CameraTracks:
        """Return the state of a camera without tracks."""
        del key
        return CameraTracks()

    def to_bytes(self, state: CameraTracks) -> bytes:
        """Serialise a state; see state.py."""
        return state.to_bytes()

    def from_bytes(self, key: str, data: bytes) -> CameraTracks:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        return CameraTracks.from_bytes(key, data)

    async def advance(self, batch: Batch, registry: Registry) -> Sequence[KeyResult[CameraTracks]]:
        """Apply one batch; a message whose arrays do not fit together or hold impossible values is refused."""
        return self.apply(batch, registry)

    def apply(self, batch: Batch, registry: Registry) -> list[KeyResult[CameraTracks]]:
        """As `advance`, for callers without an event loop."""
        flat = _Flat()
        refusals: list[list[Refusal]] = []
        kept: list[list[Record[Detections]]] = []
        places: list[Place] = []
        place_index: dict[int, int] = {}
        for work in batch:
            good: list[Record[Detections]] = []
            bad: list[Refusal] = []
            for number, record in enumerate(work.records):
                problem = misfit(record.message, work.key)
                if problem is None:
                    good.append(record)
                else:
                    bad.append(Refusal(number, problem))
            for record in good:
                message = record.message
                place = self._place(registry, message)
                index = place_index.get(id(place))
                if index is None:
                    index = place_index[id(place)] = len(places)
                    places.append(place)
                flat.add(message, index)
            flat.end_camera(work.state, len(good))
            kept.append(good)
            refusals.append(bad)
        arrays = flat.arrays()
        if _impossible(*arrays) is not None:
            return self._apply_without(batch, registry)
        flat.places = places
        return self._results(batch, kept, refusals, places, flat, self._run(flat, arrays))

    def _apply_without(self, batch: Batch, registry: Registry) -> list[KeyResult[CameraTracks]]:
        """Apply a batch in which some messages hold impossible values: refuse those, apply the others."""
        found: list[dict[int, str]] = []
        rest: list[KeyBatch[Detections, CameraTracks]] = []
        numbers: list[list[int]] = []
        for work in batch:
            bad: dict[int, str] = {}
            for number, record in enumerate(work.records):
                if misfit(record.message, work.key) is not None:
                    continue  # refused by apply
                problem = impossible_value(record.message)
                if problem is not None:
                    bad[number] = problem
            found.append(bad)
            numbers.append([number for number in range(len(work.records)) if number not in bad])
            rest.append(KeyBatch(work.key, work.state, [work.records[number] for number in numbers[-1]]))
        results = self.apply(rest, registry)
        return [
            KeyResult(
                result.state,
                result.outputs,
                sorted(
                    [Refusal(number, problem) for number, problem in bad.items()]
                    + [Refusal(of[refusal.record], refusal.error) for refusal in result.refusals],
                    key=lambda refusal: refusal.record,
                ),
            )
            for result, bad, of in zip(results, found, numbers, strict=True)
        ]

    def _place(self, registry: Registry, message: Detections) -> Place:
        version = message.registry_version
        width, height = message.width_px, message.height_px
        if version <= 0 or width < 1 or height < 1:  # a group that could not be decoded has no picture size
            return NOWHERE
        known = self._places.get(message.camera_id)
        if known is not None and known[0] == version and known[1] == width and known[2] == height:
            return known[3]
        camera = registry.version(message.camera_id, version)
        if camera is None:
            raise LookupError(
                f"camera {message.camera_id}: registry version {version} is not at hand, although `needs` asked for it"
            )
        place = place_of(camera, width, height)
        for problem in place.problems:
            log.warning("%s", problem)
        if len(self._places) >= MOST_PLACES:
            self._places.clear()
        self._places[message.camera_id] = version, width, height, place
        return place

    def _run(self, flat: "_Flat", arrays: Any = None) -> Any:
        at, packet, box_sample, box_class, boxes = arrays or flat.arrays()
        place_rows = np.frombuffer(b"".join(place.row for place in flat.places), np.float64).reshape(-1, columns.PLACE)
        zones = [zone for place in flat.places for zone in place.zones]
        return kernel()(
            np.array(flat.camera_messages, np.int64),
            np.array(flat.camera_tracks, np.int64),
            np.array(flat.camera_epoch, np.int64),
            np.frombuffer(b"".join(flat.ints), np.int64).reshape(-1, columns.STORED_INTS),
            np.frombuffer(b"".join(flat.floats), np.float32).reshape(-1, columns.STORED_FLOATS),
            np.frombuffer(b"".join(flat.points), np.uint16).reshape(-1, columns.POINT),
            np.array(flat.messages, np.int64).reshape(-1, columns.MESSAGE),
            np.array(flat.message_samples, np.int64),
            np.array(flat.message_boxes, np.int64),
            at,
            packet,
            box_sample,
            box_class,
            boxes,
            place_rows,
            (
                np.array([0, *accumulate(len(place.zones) for place in flat.places)], np.int64),
                np.array([0, *accumulate(len(zone) // 16 for zone in zones)], np.int64),
                np.frombuffer(b"".join(zones), np.float64).reshape(-1, 2),
            ),
            self._table,
            self._members,
            self._votes,
            self._thresholds,
        )

    def _results(
        self,
        batch: Batch,
        kept: list[list[Record[Detections]]],
        refusals: list[list[Refusal]],
        places: list[Place],
        flat: "_Flat",
        advanced: Any,
    ) -> list[KeyResult[CameraTracks]]:
        camera_tracks, ints, floats, camera_points, points = advanced[:5]
        rows, at = camera_tracks.tolist(), camera_points.tolist()
        all_ints, all_floats = ints[: rows[-1]].tobytes(), floats[: rows[-1]].tobytes()
        all_points = points[: at[-1]].tobytes()
        writer = _TracksWriter(advanced, flat.message_boxes)
        results: list[KeyResult[CameraTracks]] = []
        number = 0
        for c, work in enumerate(batch):
            plates, outputs, epoch = work.state.plates, [], work.state.epoch_us
            changed = False
            for record in kept[c]:
                message = record.message
                if message.epoch_us != epoch:
                    epoch = message.epoch_us
                    plates, changed = {}, True
                if message.plates:
                    if not changed:
                        plates = {key: PlateVote(vote.reads, dict(vote.weights)) for key, vote in plates.items()}
                    changed = True
                    writer.count_reads(number, message, plates)
                place = places[flat.messages[number * columns.MESSAGE + 2]]
                outputs.append(Output("tracks", work.key, writer.tracks(number, record, place, plates), True))
                number += 1
            first, last = rows[c], rows[c + 1]
            own_ints = all_ints[first * INTS_BYTES : last * INTS_BYTES]
            if plates:
                living = _keys(own_ints)
                plates = {key: vote for key, vote in plates.items() if key in living}
            state = CameraTracks(
                epoch,
                own_ints,
                all_floats[first * FLOATS_BYTES : last * FLOATS_BYTES],
                all_points[at[c] * POINT_BYTES : at[c + 1] * POINT_BYTES],
                plates,
            )
            results.append(KeyResult(state, outputs, refusals[c]))
        return results


class _Flat:
    """A batch as flat lists: fields of all messages one after the other."""

    def __init__(self) -> None:
        self.camera_messages = [0]
        self.camera_tracks = [0]
        self.camera_epoch: list[int] = []
        self.ints: list[bytes] = []
        self.floats: list[bytes] = []
        self.points: list[bytes] = []
        self.messages: list[int] = []
        self.message_samples = [0]
        self.message_boxes = [0]
        self.places: list[Place] = []
        self._at: list[int] = []
        self._packet: list[int] = []
        self._sample: list[int] = []
        self._class: list[int] = []
        self._edges: tuple[list[float], ...] = ([], [], [], [], [])

    def add(self, message: Detections, place: int) -> None:
        """Append a message that `misfit` found nothing wrong with."""
        self.messages += (message.epoch_us, message.sequence, place, message.width_px, message.height_px)
        self._at += message.sample_at_us
        self._packet += message.sample_packet
        self._sample += message.box_sample
        self._class += message.box_class
        x1, y1, x2, y2, score = self._edges
        x1 += message.box_x1_px
        y1 += message.box_y1_px
        x2 += message.box_x2_px
        y2 += message.box_y2_px
        score += message.box_score
        self.message_samples.append(len(self._at))
        self.message_boxes.append(len(self._sample))

    def end_camera(self, state: CameraTracks, messages: int) -> None:
        """Append a camera's state, after its messages."""
        self.camera_messages.append(self.camera_messages[-1] + messages)
        self.camera_tracks.append(self.camera_tracks[-1] + state.tracks)
        self.camera_epoch.append(state.epoch_us)
        self.ints.append(state.ints)
        self.floats.append(state.floats)
        self.points.append(state.points)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return sample times and packets, box samples and classes, and float64 [5, boxes]."""
        return (
            _packed("q", self._at, np.int64),
            _packed("q", self._packet, np.int64),
            _packed("q", self._sample, np.int64),
            _packed("q", self._class, np.int64),
            np.stack([_packed("d", edge, np.float64) for edge in self._edges]),
        )


def _packed(code: str, values: Sequence[float], dtype: type) -> NDArray[Any]:
    """Return numbers as an array: NumPy looks at each one's type first and takes three times as long."""
    return np.frombuffer(struct.pack(f"={len(values)}{code}", *values), dtype)


class _TracksWriter:
    """Builds tracks messages from the kernel's results."""

    def __init__(self, advanced: Any, message_boxes: list[int]) -> None:
        message_tracks, track_ints, track_floats, message_out, box_ints, box_floats, box_key, box_track = advanced[5:]
        self._in = message_boxes
        self._first: list[int] = message_tracks.tolist()
        self._box: list[int] = message_out.tolist()
        n, m = self._first[-1], self._box[-1]
        self._seen, self._seq, self._pkt, self._ord, self._cls, self._n = track_ints[:n].T.tolist()
        measured = track_floats[:n].T.astype(object)
        measured[np.isnan(track_floats[:n].T)] = None
        self._score, self._x, self._y, self._v, self._dv, self._hdg = measured.tolist()
        self._of, self._sample = box_ints[:m].T.tolist()
        self._px = box_floats[:m].T.tolist()
        self._key = box_key
        self._track = box_track

    def count_reads(self, number: int, message: Detections, plates: dict[TrackKey, PlateVote]) -> None:
        """Add a message's plate reads to the votes of their tracks, tentative ones included."""
        first = self._in[number]
        for read in message.plates:
            sequence, packet, ordinal = self._key[first + read.box].tolist()
            if sequence >= 0:
                plates.setdefault((sequence, packet, ordinal), PlateVote()).add(read.candidates)

    def tracks(
        self, number: int, record: Record[Detections], place: Place, plates: dict[TrackKey, PlateVote]
    ) -> Tracks:
        """Return the tracks message of a detections message."""
        d = record.message
        a, b = self._first[number], self._first[number + 1]
        i, j = self._box[number], self._box[number + 1]
        keys = list(zip(self._seq[a:b], self._pkt[a:b], self._ord[a:b], strict=True))
        x1, y1, x2, y2, x, y = self._px
        ground = place.has_ground
        day = day_of(d.captured_at_us) if plates else None
        return Tracks(
            d.camera_id,
            d.epoch_us,
            d.sequence,
            d.captured_at_us,
            d.duration_us,
            d.clock_source,
            d.frames_partition,
            d.frames_offset,
            d.frames_created_at_ms,
            record.partition,
            record.offset,
            d.registry_version,
            place.calibration_version,
            d.model_version,
            d.width_px,
            d.height_px,
            d.decode_status,
            d.sample_at_us,
            [track_id(d.camera_id, d.epoch_us, *key) for key in keys],
            self._cls[a:b],
            self._score[a:b],
            self._seen[a:b],
            self._n[a:b],
            self._x[a:b],
            self._y[a:b],
            self._v[a:b],
            self._dv[a:b],
            self._hdg[a:b],
            self._of[i:j],
            self._sample[i:j],
            x1[i:j],
            y1[i:j],
            x2[i:j],
            y2[i:j],
            x[i:j] if ground else [],
            y[i:j] if ground else [],
            [
                VotedPlate(index, plates[key].candidates(day), plates[key].reads)
                for index, key in enumerate(keys)
                if key in plates
            ]
            if day is not None
            else [],
            d.scene,
            d.signals_known,
            d.signals,
        )


def _keys(ints: bytes) -> set[TrackKey]:
    rows = np.frombuffer(ints, np.int64).reshape(-1, columns.STORED_INTS)
    return {(row[2], row[3] >> 32, row[3] & 0xFFFFFFFF) for row in rows.tolist()}


def misfit(message: Detections, key: str) -> str | None:
    """Return what is wrong with the shape of a message, or None."""
    n = len(message.box_sample)
    if (
        len(message.box_x1_px) != n
        or len(message.box_y1_px) != n
        or len(message.box_x2_px) != n
        or len(message.box_y2_px) != n
        or len(message.box_score) != n
        or len(message.box_class) != n
    ):
        sizes = [len(column) for column in (message.box_x1_px, message.box_y1_px, message.box_x2_px, message.box_y2_px)]
        return (
            f"box arrays have {n} samples, {sizes} edges, {len(message.box_score)} scores and"
            f" {len(message.box_class)} classes; expected the same number"
        )
    at = message.sample_at_us
    if len(at) != len(message.sample_packet):
        return f"{len(at)} sample times and {len(message.sample_packet)} sample packets; expected the same number"
    if n and not 0 <= min(message.box_sample) <= max(message.box_sample) < len(at):
        return f"box samples from {min(message.box_sample)} to {max(message.box_sample)}; expected 0 to {len(at) - 1}"
    if message.camera_id != key:
        return f"message of camera {message.camera_id} under key {key}; expected the camera as key"
    if message.width_px < 1 or message.height_px < 1:
        if n == 0:
            return None
        return f"picture of {message.width_px}x{message.height_px} px with boxes; expected 1 px or more"
    if any(map(ge, at, at[1:])):
        return f"sample times {list(at)} us do not ascend"
    if message.plates and any(not 0 <= read.box < n for read in message.plates):
        return f"plate read of box {max(read.box for read in message.plates)}; expected 0 to {n - 1}"
    return None


def impossible_value(message: Detections) -> str | None:
    """Return which value of a message cannot be, or None."""
    flat = _Flat()
    flat.add(message, 0)
    return _impossible(*flat.arrays())


def _impossible(
    at: NDArray[Any], packet: NDArray[Any], box_sample: NDArray[Any], box_class: NDArray[Any], boxes: NDArray[Any]
) -> str | None:
    """Return the first impossible value among the messages' columns, or None."""
    del at, box_sample
    if packet.size and not 0 <= packet.min() <= packet.max() < 1 << 30:
        return f"sample packets from {packet.min()} to {packet.max()}; expected 0 or more, below 2^30"
    if box_class.size == 0:
        return None
    if box_class.min() < 0 or box_class.max() >= CLASSES:
        return f"box classes from {box_class.min()} to {box_class.max()}; expected 0 to {CLASSES - 1}"
    if not np.abs(boxes[:4]).max() <= MOST_PX:
        return f"box edges up to {np.abs(boxes[:4]).max()} px; expected finite ones up to {MOST_PX:.0f}"
    if not (boxes[4].min() >= 0.0 and boxes[4].max() <= 1.0):
        return f"box scores from {boxes[4].min()} to {boxes[4].max()}; expected 0 to 1"
    return None
