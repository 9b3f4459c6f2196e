"""A violation names its vehicle by the sealed plate that was read while it waited, else by its track."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from infra.keys.period_key import PeriodKey
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import SealedPlate
from schemas.messages import PlateCandidate, Tracks, Violation, VotedPlate
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, car, play, second, zone

ROAD = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())
KEY = PeriodKey("2024-q3", bytes(32))
PLATE = "123ABC02"


class Seal:
    """Seals under one key, whatever the time."""

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return the sealed plate."""
        del at_us
        return SealedPlate(KEY.vehicle_key(plate), KEY.period, KEY.seal(plate, track_id))

    def open(self, sealed: bytes, period: str, track_id: str) -> str | None:
        """Return the plate."""
        assert period == KEY.period
        return KEY.open(sealed, track_id)


def fast(number: int, *plates: VotedPlate) -> Tracks:
    """Return a second in which car a is too fast and these plates are voted."""
    seen: Sequence[Seen] = [car("a", 500, 500, speed_kmh=90.0, error_kmh=2.0)]
    return replace(second(number, seen), plates=list(plates))


def voted(probability_ratio: float, reads: int = 3, text: str = PLATE) -> VotedPlate:
    """Return a vote on the first track."""
    return VotedPlate(0, [PlateCandidate(text, probability_ratio)], reads)


def found(*messages: Tracks, at_once: bool = True, seal: Seal | None = None) -> list[Violation]:
    """Return the violations."""
    return play(ViolationsCore(seal=seal), Cameras(ROAD), messages, at_once=at_once)[0]


def test_a_plate_read_while_the_vehicle_waits_is_sealed_into_the_violation() -> None:
    """Also when it is decided out of view, and the same through the state's bytes."""
    scene = (fast(0), fast(1, voted(0.995)), fast(2), second(3), second(4))
    (one,) = found(*scene, seal=Seal())
    assert (one.vehicle_key, one.key_period) == (KEY.vehicle_key(PLATE), "2024-q3")
    assert one.plate_encrypted is not None
    assert KEY.open(one.plate_encrypted, one.track_id) == PLATE
    assert found(*scene, at_once=False, seal=Seal()) == [one]


@pytest.mark.parametrize("text", ["A12345", "H123402", "AB123CD"], ids=["a scooter's in 2025", "yellow", "foreign"])
def test_a_plate_in_no_format_that_is_certain_on_its_day_stays_with_its_track(text: str) -> None:
    """However often it was read: the violation is proposed, and an officer reads the plate."""
    scene = (fast(0), fast(1, voted(0.995, 50, text)), fast(2), second(3), second(4))
    (one,) = found(*scene, seal=Seal())
    assert (one.vehicle_key, one.key_period, one.plate_encrypted) == (one.track_id, None, None)


def test_a_vehicle_decided_because_its_camera_was_lost_keeps_its_plate() -> None:
    """The connection after it has no tracks of it."""
    later = replace(second(60), epoch_us=second(60).captured_at_us, sequence=0)
    (one,) = found(fast(0), fast(1, voted(0.995)), later, seal=Seal())
    assert one.vehicle_key == KEY.vehicle_key(PLATE)


def test_an_unsure_plate_and_one_without_keys_leave_the_track() -> None:
    """A weak vote, a vote of one read, and a stage without a key store."""
    tail = (second(2), second(3))
    unsure = [found(fast(0), fast(1, plate), *tail, seal=Seal()) for plate in (voted(0.97), voted(0.995, reads=1))]
    for (one,) in [*unsure, found(fast(0), fast(1, voted(0.995)), *tail)]:
        assert (one.vehicle_key, one.key_period, one.plate_encrypted) == (one.track_id, None, None)


def test_no_second_leaves_a_plate_in_the_state() -> None:
    """Not while the vehicle waits, nor while the same offence is looked for, and not that of a weaker candidate."""
    core, other = ViolationsCore(seal=Seal()), "124ABC02"
    vote = VotedPlate(0, [PlateCandidate(PLATE, 0.99), PlateCandidate(other, 0.008)], 4)
    messages = [fast(0, vote), fast(1, vote), fast(2, vote), *map(second, range(3, 12))]
    for end in range(1, len(messages) + 1):
        _, state = play(core, Cameras(ROAD), messages[:end])
        assert PLATE.encode() not in state
        assert other.encode() not in state
    assert PLATE.encode() in play(ViolationsCore(), Cameras(ROAD), messages)[1]  # without keys there is none to outlive


def test_the_grounds_are_the_same_with_and_without_keys() -> None:
    """The same offence is found by the key as by the text: one is dropped as a duplicate, another vehicle's is not."""
    since = [second(8).captured_at_us]
    again = [replace(fast(n, voted(0.995)), track_id=["b"], track_first_seen_us=since) for n in (8, 9)]
    messages = (fast(0, voted(0.995)), fast(1, voted(0.995)), *map(second, range(2, 8)), *again, second(10), second(11))
    sealed, plain = found(*messages, seal=Seal()), found(*messages)
    assert [one.exculpations for one in sealed] == [one.exculpations for one in plain]
    outcomes = [next(e.outcome for e in one.exculpations if e.ground == "duplicate") for one in sealed]
    assert outcomes == ["cleared", "dropped"]


@pytest.mark.parametrize("vote_on_b", [None, 0.6], ids=["b unread", "b less sure"])
@pytest.mark.parametrize("since", [0, 2], ids=["joined while both wait", "begins where the other ends"])
def test_a_plate_read_on_one_track_of_a_vehicle_stays_where_another_was_measured_better(
    vote_on_b: float | None, since: int
) -> None:
    """The plate goes sealed for the proposed track, and its register is told; the same through the state's bytes."""
    a, b = (car(name, 500, 500, speed_kmh=kmh, error_kmh=2.0) for name, kmh in (("a", 90.0), ("b", 95.0)))
    messages = [second(n, [a, b] if n >= since else [a], plates=[voted(0.995)]) for n in range(3)]
    votes = [VotedPlate(0, [PlateCandidate("128ABC02", vote_on_b)], 2)] if vote_on_b is not None else []
    later = [replace(b, speed_kmh=kmh) for kmh in (97.0, 99.0)]
    messages += [second(3, later[:1], plates=votes), second(4, later[1:]), *map(second, range(5, 8))]
    register = ExemptVehicles.from_csv(f"plate,service,valid_from,valid_to\n{PLATE},ambulance,2020-01-01,\n")
    core = ViolationsCore(seal=Seal(), exempt=register)
    whole, state = play(core, Cameras(ROAD), messages)
    assert play(core, Cameras(ROAD), messages, at_once=False) == (whole, state)
    (one,) = whole
    assert (one.track_id, one.measured > 94.0, one.vehicle_key) == ("b", True, KEY.vehicle_key(PLATE))
    assert one.plate_encrypted is not None
    assert KEY.open(one.plate_encrypted, "b") == PLATE
    assert {e.ground: e.outcome for e in one.exculpations}["emergency_vehicle"] == "dropped"


class NoSeal(Seal):
    """A store without the period's key."""

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return None."""
        del plate, track_id, at_us
        return None


def test_a_period_without_a_key_keeps_no_reading() -> None:
    """Nothing is known of the plate then, and the grounds that need it say so."""
    messages = (fast(0, voted(0.995)), fast(1, voted(0.995)))
    core = ViolationsCore(seal=NoSeal())
    assert PLATE.encode() not in play(core, Cameras(ROAD), messages)[1]
    (one,) = found(*messages, second(2), second(3), seal=NoSeal())
    known = {e.ground: e.outcome for e in one.exculpations}
    assert (known["duplicate"], known["plate_owner"]) == ("unknown", "unknown")


def test_a_plate_leaves_the_state_with_the_window_in_which_the_same_offence_is_looked_for() -> None:
    """A state lies on disks and in checkpoints, which outlast a key: it keeps the seal while the vehicle waits."""
    core = ViolationsCore(seal=Seal())
    _, waiting = play(core, Cameras(ROAD), [fast(0), fast(1, voted(0.995))])
    assert KEY.vehicle_key(PLATE).encode() in waiting
    _, later = play(core, Cameras(ROAD), [fast(0), fast(1, voted(0.995)), second(3), *map(second, range(4, 90))])
    assert KEY.vehicle_key(PLATE).encode() not in later
    assert PLATE.encode() not in later
