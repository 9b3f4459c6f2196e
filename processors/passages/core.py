"""The passages stage: tracks in, vehicles that crossed an end of a section out, keyed by the section."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from processors.passages.approach import Approach
from processors.passages.gate import Gate, gates_of
from processors.rules.place import Place
from processors.rules.places import Places
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.state_format import body_of
from schemas.messages import Passage, SectionEnd, Tracks

#: First byte of a state's bytes.
FORMAT = 1
#: A vehicle not seen for so long is forgotten; a stream that stood still for so long starts afresh.
FORGET_US = 10_000_000
#: What the picture of each end is in a violation's evidence; of a peak a close view of the plate is kept.
ROLES = {SectionEnd.START: "onset", SectionEnd.END: "peak"}
#: Vehicles remembered on one camera; more than fit in a view. Further ones are not measured.
MOST_VEHICLES = 256


@dataclass(slots=True)
class CameraPassages:
    """What the stage remembers of one camera.

    Attributes:
        epoch_us: the connection of the last second.
        of: vehicles in view, by zone and track.
    """

    epoch_us: int = 0
    of: dict[str, Approach] = field(default_factory=dict)


class PassagesCore:
    """Times each vehicle with a read plate over the line of a section's zone."""

    name = "passages"
    source = "tracks"
    version = "passages/1"

    def __init__(self) -> None:
        self._places = Places()
        self._gates: dict[str, tuple[Place, tuple[Gate, ...]]] = {}

    def stamp(self, message: Tracks) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Tracks) -> tuple[str, int] | None:
        """Return the registry version that the message was made with."""
        return (message.camera_id, message.registry_version) if message.registry_version > 0 else None

    def initial(self, key: str) -> CameraPassages:
        """Return the state of a camera that nobody passed."""
        del key
        return CameraPassages()

    def to_bytes(self, state: CameraPassages) -> bytes:
        """Serialise a state: a format byte and JSON."""
        return bytes([FORMAT]) + orjson.dumps([state.epoch_us, {key: one.pack() for key, one in state.of.items()}])

    def from_bytes(self, key: str, data: bytes) -> CameraPassages:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        epoch_us, of = orjson.loads(body_of(data, FORMAT, f"state of camera {key}"))
        return CameraPassages(epoch_us, {name: Approach.unpack(one) for name, one in of.items()})

    async def advance(
        self, batch: Sequence[KeyBatch[Tracks, CameraPassages]], registry: Registry
    ) -> Sequence[KeyResult[CameraPassages]]:
        """Apply one batch; a message whose arrays do not fit together is refused."""
        return [self._advance_key(work, registry) for work in batch]

    def _advance_key(self, work: KeyBatch[Tracks, CameraPassages], registry: Registry) -> KeyResult[CameraPassages]:
        state = work.state
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            tracks = record.message
            place = self._places.get(registry, tracks.camera_id, tracks.registry_version)
            gates = self._gates_of(place) if place is not None else ()
            if place is None or not gates:
                # Most cameras have no section: nothing of them is looked at or kept.
                state.of.clear()
                continue
            try:
                second = Second(tracks, place)
            except ValueError as error:
                refusals.append(Refusal(number, str(error)))
                continue
            outputs += [
                Output("passages", passage.section_id, passage, False)
                for passage in passed(state, second, gates, record)
            ]
        return KeyResult(state, outputs, refusals)

    def _gates_of(self, place: Place) -> tuple[Gate, ...]:
        known = self._gates.get(place.camera.camera_id)
        if known is None or known[0] is not place:
            known = self._gates[place.camera.camera_id] = (place, gates_of(place))
        return known[1]


def passed(state: CameraPassages, second: Second, gates: Sequence[Gate], record: Record[Tracks]) -> Iterator[Passage]:
    """Apply one second to a camera's state, in place; yield the passages that are complete with it.

    A passage is complete when its vehicle has left the zone ahead or is no longer seen: until then its plate may be
    read better. One without a plate, or of a vehicle that did not cross the line, is none.
    """
    t = second.tracks
    if t.epoch_us != state.epoch_us:
        # Tracks end with the connection.
        state.of, state.epoch_us = {}, t.epoch_us
    calibration = second.place.calibration
    if calibration is None or t.calibration_version != calibration.version or not second.observed:
        return
    plates = {vote.track: vote for vote in t.plates}
    for gate in gates:
        for i, track_id in enumerate(t.track_id):
            if t.track_class[i] not in MOTOR_VEHICLES:
                continue
            key = f"{gate.zone_id}\n{track_id}"
            one = state.of.get(key)
            inside = bool(second.zone_mask[i] & gate.bit)
            if one is None:
                if not inside or len(state.of) >= MOST_VEHICLES:
                    continue
                one = state.of[key] = Approach(t.track_class[i], second.at_us)
            one.seen_us, one.vehicle_class = second.at_us, t.track_class[i]
            one.inside = one.inside or inside
            if i in plates:
                one.candidates, one.reads = plates[i].candidates, plates[i].reads
            last_m = _positions(one, second, gate, i)
            if not one.done and last_m > gate.past_m - gate.line_m:
                yield from _passage(one, gate, second, record, track_id)
        for key, one in state.of.items():
            zone_id, track_id = key.split("\n", 1)
            if zone_id == gate.zone_id and not one.done and one.seen_us < second.at_us:
                yield from _passage(one, gate, second, record, track_id)
    state.of = {key: one for key, one in state.of.items() if 0 <= second.at_us - one.seen_us <= FORGET_US}


def _positions(one: Approach, second: Second, gate: Gate, track: int) -> float:
    """Give an approach its vehicle's positions of this second; return the last, metres beyond the line."""
    t = second.tracks
    last_m = -math.inf
    if len(t.box_x_m) != len(t.box_track):
        return last_m
    for b, of in enumerate(t.box_track):
        if of != track or math.isnan(t.box_x_m[b]):
            continue
        last_m = t.box_x_m[b] * gate.east + t.box_y_m[b] * gate.north - gate.line_m
        one.see(t.sample_at_us[t.box_sample[b]], last_m)
    if abs(last_m) < one.sight_m:
        one.sight, one.sight_m = second.sight_of(track), round(abs(last_m), 2)
    return last_m


def _passage(one: Approach, gate: Gate, second: Second, record: Record[Tracks], track_id: str) -> Iterator[Passage]:
    """Yield the passage of a vehicle that is done with, if it is one; who may still become one is waited for."""
    crossing = one.crossing() if one.inside and one.candidates else None
    t, camera, calibration = second.tracks, second.place.camera, second.place.calibration
    if crossing is None or one.sight is None or calibration is None:
        return
    one.done = True
    yield Passage(
        section_id=gate.section_id,
        end=gate.end,
        camera_id=camera.camera_id,
        site_id=camera.site_id,
        district=camera.district,
        owner=camera.owner,
        zone_id=gate.zone_id,
        epoch_us=t.epoch_us,
        track_id=track_id,
        vehicle_class=one.vehicle_class,
        crossed_at_us=crossing.at_us,
        crossed_error_s=crossing.error_s,
        # a distance from the camera errs by the calibration's scale too
        place_error_m=round(math.hypot(calibration.position_error_m, calibration.scale_error_ratio * gate.line_m), 3),
        speed_kmh=crossing.speed_kmh,
        section_length_m=gate.length_m,
        section_limit_kmh=gate.limit_kmh,
        candidates=list(one.candidates),
        reads=one.reads,
        clock_source=t.clock_source,
        evidence=one.sight.evidence(ROLES[gate.end], camera.camera_id),
        registry_version=t.registry_version,
        calibration_version=calibration.version,
        calibration_method=calibration.method,
        model_version=t.model_version,
        frames_created_at_ms=t.frames_created_at_ms,
        tracks_partition=record.partition,
        tracks_offset=record.offset,
    )
