"""A vehicle whose plate is read with confidence is told once a track, sealed; nobody else leaves a trace."""

from dataclasses import replace

import pytest

from infra.keys.period_key import PeriodKey
from processors.sightings.core import SightingsCore
from schemas.messages import Analysis, Camera, PlateCandidate, Sighting, Tracks, VotedPlate
from tests.unit.processors.rules.street import EPOCH_US, PERSON, Cameras, calibration, camera, car, play, second, zone

ROAD = camera(zone("road", "roadway"), calibration=calibration())
KEY = PeriodKey("2025-q4", bytes(32))
PLATE = "123ABC02"
OFF = Analysis(enforcement=False, idle_fps=1.0, active_fps=5.0, score_floor_ratio=0.3, regions=())


class Seal:
    """Seals under one key, or has none."""

    def __init__(self, key: PeriodKey | None = KEY) -> None:
        self._key = key

    def seal(self, plate: str, track_id: str, at_us: int) -> tuple[str, str, bytes] | None:
        """Return the sealed plate; None without a key."""
        del at_us
        key = self._key
        return None if key is None else (key.vehicle_key(plate), key.period, key.seal(plate, track_id))


def passing(number: int, probability_ratio: float = 0.995, reads: int = 3, text: str = PLATE) -> Tracks:
    """Return a second with one car whose plate has this vote."""
    vote = VotedPlate(0, [PlateCandidate(text, probability_ratio)], reads)
    return replace(second(number, [car("a", 500, 500)]), plates=[vote])


def told(*messages: Tracks, place: Camera = ROAD, seal: Seal | None = None, at_once: bool = True) -> list[Sighting]:
    """Return the sightings of a run."""
    return play(SightingsCore(seal or Seal()), Cameras(place), messages, at_once=at_once)[0]


def test_a_confident_plate_is_told_once_and_sealed() -> None:
    """Seen for four seconds, read in the second: one sighting with the key, the picture and where its camera stands."""
    messages = [passing(0, 0.5), passing(1), passing(2), passing(3)]
    (one,) = told(*messages)
    assert (one.vehicle_key, one.key_period) == (KEY.vehicle_key(PLATE), "2025-q4")
    assert KEY.open(one.plate_encrypted, one.track_id) == PLATE
    assert PLATE.encode() not in repr(one).encode()
    assert one.seen_at_us == EPOCH_US + 1_500_000
    assert (one.latitude_deg, one.longitude_deg) == (ROAD.latitude_deg, ROAD.longitude_deg)
    assert (one.evidence.role, list(one.evidence.track_ids)) == ("peak", ["a"])
    assert told(*messages, at_once=False) == [one]


@pytest.mark.parametrize(
    ("messages", "place", "seal"),
    [
        ([passing(0, 0.989), passing(1, 0.989)], ROAD, Seal()),
        ([passing(0, reads=1)], ROAD, Seal()),
        ([passing(0, reads=50, text="A12345")], ROAD, Seal()),
        ([passing(0, reads=50, text="H123402")], ROAD, Seal()),
        ([replace(passing(0), track_class=[PERSON])], ROAD, Seal()),
        ([passing(0)], replace(ROAD, analysis=OFF), Seal()),
        ([passing(0)], replace(ROAD, enabled=False), Seal()),
        ([passing(0)], ROAD, Seal(None)),
    ],
    ids=[
        "not confident",
        "one read",
        "a scooter's in 2025",
        "no certain format",
        "a person",
        "a camera that does not enforce",
        "out of service",
        "no key",
    ],
)
def test_nobody_else_is_told(messages: list[Tracks], place: Camera, seal: Seal) -> None:
    """No sighting, and nothing that a later second could tell."""
    assert told(*messages, place=place, seal=seal) == []


def test_a_new_connection_tells_again_and_a_long_absence_forgets() -> None:
    """Tracks end with the connection; of a track that is gone nothing stays in the state."""
    again = replace(passing(20), epoch_us=EPOCH_US + 20_000_000, sequence=0)
    assert len(told(passing(0), again)) == 2
    core = SightingsCore(Seal())
    _, data = play(core, Cameras(ROAD), [passing(0), second(5, []), second(30, [])], at_once=False)
    assert core.from_bytes(ROAD.camera_id, data).told == {}
