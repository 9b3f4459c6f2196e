"""The sightings stage: tracks in, vehicles whose plate is read with confidence out, sealed, once a track."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from processors.rules.confident_plate import confident_plates
from processors.rules.place import Place
from processors.rules.places import Places
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.state_format import body_of
from schemas.messages import Sighting, Tracks

#: First byte of a state's bytes.
FORMAT = 1
#: A vehicle not seen for so long is forgotten; tracking has given its track up long before.
FORGET_US = 10_000_000
#: Vehicles remembered on one camera; more than fit in a view. Further ones are not told.
MOST_VEHICLES = 256
#: Digits of a vehicle's key that name its bucket: 4,096 buckets, so that whoever joins sightings holds a bounded number
#: of states, however many vehicles a city has.
BUCKET_DIGITS = 3
ROLE = "peak"


class PlateSeal(Protocol):
    """Seals plates. Deterministic: the same arguments give the same bytes."""

    def seal(self, plate: str, track_id: str, at_us: int) -> tuple[str, str, bytes] | None:
        """Return a plate's vehicle key, the period of its key and the sealed plate; None: that period has no key."""


def bucket_of(vehicle_key: str) -> str:
    """Return the message key of a vehicle's sightings."""
    return vehicle_key[:BUCKET_DIGITS]


@dataclass(slots=True)
class CameraSightings:
    """What the stage remembers of one camera.

    Attributes:
        epoch_us: the connection of the last second.
        told: when each vehicle that was told was last seen, microseconds since the Unix epoch, by track.
    """

    epoch_us: int = 0
    told: dict[str, int] = field(default_factory=dict)


class SightingsCore:
    """Tells each track with a confident plate once, of cameras that enforce.

    Args:
        seal: seals plates; a plate that cannot be sealed is not told.
    """

    name = "sightings"
    source = "tracks"
    version = "sightings/2"

    def __init__(self, seal: PlateSeal) -> None:
        self._seal = seal
        self._places = Places()

    def stamp(self, message: Tracks) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Tracks) -> tuple[str, int] | None:
        """Return the registry version that the message was made with."""
        return (message.camera_id, message.registry_version) if message.registry_version > 0 else None

    def initial(self, key: str) -> CameraSightings:
        """Return the state of a camera that saw nobody."""
        del key
        return CameraSightings()

    def to_bytes(self, state: CameraSightings) -> bytes:
        """Serialise a state: a format byte and JSON. No plate and no key is in it."""
        return bytes([FORMAT]) + orjson.dumps([state.epoch_us, state.told])

    def from_bytes(self, key: str, data: bytes) -> CameraSightings:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        return CameraSightings(*orjson.loads(body_of(data, FORMAT, f"sightings of camera {key}")))

    async def advance(
        self, batch: Sequence[KeyBatch[Tracks, CameraSightings]], registry: Registry
    ) -> Sequence[KeyResult[CameraSightings]]:
        """Apply one batch; a message whose arrays do not fit together is refused."""
        return [self._advance_key(work, registry) for work in batch]

    def _advance_key(self, work: KeyBatch[Tracks, CameraSightings], registry: Registry) -> KeyResult[CameraSightings]:
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            tracks = record.message
            place = self._places.get(registry, tracks.camera_id, tracks.registry_version)
            if place is None or not place.camera.enabled or not place.camera.analysis.enforcement:
                work.state.told.clear()
                continue
            try:
                told = list(self.seen(work.state, record, place))
            except ValueError as error:
                refusals.append(Refusal(number, str(error)))
                continue
            outputs += [Output("sightings", bucket_of(one.vehicle_key), one, False) for one in told]
        return KeyResult(work.state, outputs, refusals)

    def seen(self, state: CameraSightings, record: Record[Tracks], place: Place) -> Iterator[Sighting]:
        """Apply one second to a camera's state, in place; yield the vehicles that are told with it.

        Raises:
            ValueError: the message's arrays do not fit together; the state is as before.
        """
        t = record.message
        second = Second(t, place)
        plates = confident_plates(t)
        if t.epoch_us != state.epoch_us:
            state.told, state.epoch_us = {}, t.epoch_us  # tracks end with the connection
        for i, track_id in enumerate(t.track_id):
            if track_id in state.told:
                state.told[track_id] = second.at_us
                continue
            plate = plates.get(track_id)
            if plate is None or t.track_class[i] not in MOTOR_VEHICLES or len(state.told) >= MOST_VEHICLES:
                continue
            sealed = self._seal.seal(plate, track_id, second.at_us)
            if sealed is None:
                continue
            state.told[track_id] = second.at_us
            yield _sighting(second, i, sealed, record)
        state.told = {name: at_us for name, at_us in state.told.items() if 0 <= second.at_us - at_us <= FORGET_US}


def _sighting(second: Second, track: int, sealed: tuple[str, str, bytes], record: Record[Tracks]) -> Sighting:
    t, camera = second.tracks, second.place.camera
    sight = second.sight_of(track)
    vehicle_key, key_period, encrypted = sealed
    return Sighting(
        vehicle_key=vehicle_key,
        key_period=key_period,
        plate_encrypted=encrypted,
        camera_id=camera.camera_id,
        site_id=camera.site_id,
        district=camera.district,
        owner=camera.owner,
        latitude_deg=camera.latitude_deg,
        longitude_deg=camera.longitude_deg,
        epoch_us=t.epoch_us,
        track_id=t.track_id[track],
        vehicle_class=t.track_class[track],
        seen_at_us=sight.at_us,
        clock_source=t.clock_source,
        evidence=sight.evidence(ROLE, camera.camera_id),
        registry_version=t.registry_version,
        model_version=t.model_version,
        frames_created_at_ms=t.frames_created_at_ms,
        tracks_partition=record.partition,
        tracks_offset=record.offset,
    )
