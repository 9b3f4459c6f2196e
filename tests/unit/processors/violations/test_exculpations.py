"""What may excuse an offence: each ground's outcomes with their reasons, over seconds and on its thresholds' edges."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from typing import Any, ClassVar

import pytest

from processors.rules.place import Place
from processors.rules.rule import Rule
from processors.rules.second import Second
from processors.rules.sight import Sight
from processors.violations import exculpations
from processors.violations.circumstances import Circumstances
from processors.violations.core import ViolationsCore
from processors.violations.exculpations import exculpations_of
from processors.violations.exculpations.neighbours import closing_in
from processors.violations.exculpations.thresholds import Thresholds, thresholds
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.offence import Offence
from processors.violations.track_views import MOST_VIEWS, TrackViews
from processors.violations.watch import MOST_ALIKE, MOST_OPENED, Watch
from schemas.messages import (
    ClockSource,
    Exculpation,
    PhaseSource,
    PlateCandidate,
    Scene,
    Signal,
    SignalState,
    Tracks,
    Violation,
    VotedPlate,
)
from tests.unit.processors.rules.street import EPOCH_US, Cameras, Seen, calibration, camera, car, play, second, zone

LIMITS = thresholds()
ROAD = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())


def offence(**changes: Any) -> Offence:
    """Return a speed of 90 where 60 are allowed, ten minutes into the connection."""
    sight = Sight(EPOCH_US, 1, 0, 7, EPOCH_US, ["a"], [0.0, 0.0, 1.0, 1.0])
    base = Offence(
        track_id="a", vehicle_class=2, zone_id=None, since_us=EPOCH_US, at_us=EPOCH_US + 600_000_000, measured=90.0,
        error=2.0, limit=60.0, unit="km/h", confidence_factor=1.96, excess=26.0, worth=1.0, measures={}, summary="",
        onset=sight, sight=sight, clock_source=ClockSource.RTCP, registry_version=1, calibration_version=3,
        calibration_method="survey", model_version="m1",
    )  # fmt: skip
    return replace(base, **changes)


def found(ground: str, kind: str = "u_turn", seen: Circumstances | None = None, **changes: Any) -> Exculpation:
    """Return what came of one ground."""
    one = offence(seen=seen or Circumstances(), **changes)
    return next(e for e in exculpations_of(kind, one) if e.ground == ground)


def told(group: str, state: Signal, since_us: int, **more: Any) -> tuple[str, str, int, str, str, bool]:
    """Return a signal group as circumstances have it: `source`, `seen` and `failed` as of a SignalState."""
    one = SignalState(group, state, since_us, **more)
    return group, state.value, since_us, one.source.value, one.seen.value, one.failed


def test_every_ground_is_recorded_once_with_a_reason() -> None:
    """Whatever is known, and even if nothing is."""
    grounds = [e.ground for e in exculpations_of("u_turn", offence())]
    assert grounds == sorted(set(grounds))
    assert len(grounds) == len(exculpations.CHECKS) == 9
    assert all(e.reason and e.outcome in {"cleared", "flagged", "unknown", "dropped"} for e in
               exculpations_of("u_turn", offence()))  # fmt: skip


def test_what_nothing_can_see_stays_unknown() -> None:
    """A beacon, an officer and a plate that was not read are never cleared."""
    for ground in ("emergency_vehicle", "directed_by_officer", "plate_owner", "camera_moved", "duplicate"):
        assert found(ground).outcome == "unknown"


def test_a_speed_without_calibration_is_dropped() -> None:
    """A place in the picture alone is flagged; a survey is cleared, see test_docket.py."""
    assert found("calibration", calibration_version=0).outcome == "dropped"
    assert found("calibration", calibration_version=0, unit="s").outcome == "flagged"


@pytest.mark.parametrize(
    ("states", "known", "outcome"),
    [
        ([Signal.RED, Signal.GREEN], True, "cleared"),
        ([Signal.DARK, Signal.FLASHING], True, "dropped"),
        ([Signal.RED, Signal.DARK], True, "flagged"),
        ([Signal.RED], False, "flagged"),
        ([], True, "flagged"),
    ],
)
def test_signals_out_of_order(states: Sequence[Signal], known: bool, outcome: str) -> None:  # noqa: FBT001
    """All dark drops a red light; a part, or nobody heard, is flagged; other offences hang on no signal."""
    signals = tuple(told(f"g{n}", state, offence().at_us - 30_000_000) for n, state in enumerate(states))
    seen = Circumstances(signals_known=known, signals=signals)
    assert found("signal_failure", "red_light", seen).outcome == outcome
    assert found("signal_failure", "u_turn", seen).outcome == "cleared"


@pytest.mark.parametrize(
    ("states", "outcome"),
    [
        ([Signal.FLASHING], "cleared"),
        ([Signal.FLASHING, Signal.DARK], "flagged"),
        ([Signal.DARK], "dropped"),
    ],
)
def test_a_rail_crossings_signal_forbids_by_flashing(states: Sequence[Signal], outcome: str) -> None:
    """Only a dark one is out of order; who stands on the rails does so whatever it shows."""
    signals = tuple(told(f"g{n}", state, offence().at_us - 30_000_000) for n, state in enumerate(states))
    seen = Circumstances(signals_known=True, signals=signals)
    ground = found("signal_failure", "rail_crossing", seen)
    assert ground.outcome == outcome
    assert "flashing" not in ground.reason
    assert found("signal_failure", "rail_crossing", seen, measures={"standing_s": 20.0}).outcome == "cleared"


@pytest.mark.parametrize(
    ("state", "seen", "outcome"),
    [
        (Signal.RED, Signal.UNKNOWN, "cleared"),
        (Signal.RED, Signal.RED, "cleared"),
        (Signal.RED, Signal.RED_AMBER, "cleared"),
        (Signal.FLASHING, Signal.AMBER, "flagged"),
        (Signal.RED, Signal.GREEN, "flagged"),
        (Signal.RED, Signal.DARK, "flagged"),
        (Signal.RED, Signal.FLASHING, "flagged"),
    ],
)
def test_a_head_that_contradicts_its_controller(state: Signal, seen: Signal, outcome: str) -> None:
    """The controller's word goes, and what drivers saw is the ground's reason."""
    since_us = offence().at_us - 30_000_000
    signals = (told("g1", Signal.RED, since_us), told("g2", state, since_us, seen=seen))
    ground = found("signal_failure", "red_light", Circumstances(signals_known=True, signals=signals))
    assert ground.outcome == outcome
    if outcome == "flagged" and state is Signal.RED:
        assert ground.reason == (
            f"the controller tells RED of signal group g2, its head in the picture shows {seen.value}"
        )


@pytest.mark.parametrize(("failed", "outcome"), [([True], "dropped"), ([True, False], "flagged"), ([False], "cleared")])
def test_lights_in_an_impossible_order(failed: Sequence[bool], outcome: str) -> None:
    """All heads of the junction drop, a part is flagged; heads in order are named as what told the phases."""
    picture = PhaseSource.PICTURE
    since_us = offence().at_us - 30_000_000
    signals = tuple(told(f"g{n}", Signal.RED, since_us, source=picture, failed=one) for n, one in enumerate(failed))
    ground = found("signal_failure", "red_light", Circumstances(signals_known=True, signals=signals))
    assert ground.outcome == outcome
    assert outcome != "cleared" or "as their heads in the picture showed" in ground.reason


def test_circumstances_of_before_there_were_heads_are_read() -> None:
    """A state of three values a group is one that a controller told."""
    now = Circumstances(signals_known=True, signals=(told("g1", Signal.RED, 7),))
    plain = now.pack()
    old = [[one[:3] for one in value] if value == now.signals else value for value in plain]
    assert Circumstances.unpack(old) == Circumstances.unpack(plain) == now


@pytest.mark.parametrize(("lasted_s", "outcome"), [(300, "cleared"), (301, "flagged")])
def test_a_stuck_signal(lasted_s: int, outcome: str) -> None:
    """One that shows the same for longer than any cycle lasts."""
    signals = (told("g1", Signal.RED, offence().at_us - lasted_s * 1_000_000),)
    assert found("signal_failure", "red_light", Circumstances(signals_known=True, signals=signals)).outcome == outcome


def two(behind_m: float, faster_kmh: float, aside_m: float = 0.0, heading_deg: float = 90.0) -> Tracks:
    """Return a second in which b drives behind a, both eastwards."""
    a = Seen("a", 2, (0, 0, 9, 9), 100.0, 50.0, 40.0, 1.0, 90.0)
    b = Seen("b", 2, (20, 0, 29, 9), 100.0 - behind_m, 50.0 + aside_m, 40.0 + faster_kmh, 1.0, heading_deg)
    return second(1, [a, b])


def test_who_closes_in_from_behind() -> None:
    """The free distance is that of foot points less a car's length; the time that at the closing speed."""
    assert closing_in(two(14.5, 36.0), 0, {2}, LIMITS) == (10.0, 1.0)
    assert closing_in(two(14.5, 36.0), 1, {2}, LIMITS) is None
    assert closing_in(two(14.5, -5.0), 0, {2}, LIMITS) is None
    assert closing_in(two(14.5, 36.0, aside_m=3.0), 0, {2}, LIMITS) is None
    assert closing_in(two(14.5, 36.0, heading_deg=270.0), 0, {2}, LIMITS) is None
    assert closing_in(two(14.5, 36.0, heading_deg=451.0), 0, {2}, LIMITS) == (10.0, 1.0)
    assert closing_in(two(14.5, 36.0), 0, {7}, LIMITS) is None


@pytest.mark.parametrize(("closing_s", "outcome"), [(1.49, "flagged"), (1.5, "unknown"), (None, "unknown")])
def test_a_forced_manoeuvre(closing_s: float | None, outcome: str) -> None:
    """Below the time to collision; a speed is no manoeuvre."""
    seen = Circumstances(placed=True, closing_gap_m=3.0, closing_s=closing_s)
    assert found("forced_manoeuvre", "wrong_way", seen).outcome == outcome
    assert found("forced_manoeuvre", "speeding", seen).outcome == "cleared"


@pytest.mark.parametrize(
    ("plates", "elsewhere", "outcome"),
    [
        ((("123ABC02", 0.995), ("128ABC02", 0.004)), False, "cleared"),
        ((("123ABC02", 0.995),), True, "flagged"),
        ((("123ABC02", 0.98),), False, "flagged"),
        ((("123ABC02", 0.99), ("128ABC02", 0.1)), False, "flagged"),
    ],
)
def test_another_vehicle_may_own_the_plate(
    plates: tuple[tuple[str, float], ...],
    elsewhere: bool,  # noqa: FBT001
    outcome: str,
) -> None:
    """Where it is on another track, not sure, or has a near rival; and no plate is told in the reason."""
    one = found("plate_owner", seen=Circumstances(plates=plates, plate_reads=4, plate_elsewhere=elsewhere))
    assert one.outcome == outcome
    assert "ABC" not in one.reason


def scene(sharpness: float, motion_ratio: float = 0.05) -> Scene:
    """Return scene measurements."""
    return Scene(motion_ratio, 120.0, 40.0, sharpness)


def fast(name: str = "a", x: float = 500, since_s: int = 0) -> Seen:
    """Return a car that is too fast, on a track that began in a second."""
    return car(name, x, 500, speed_kmh=95.0, error_kmh=2.0, first_seen_us=EPOCH_US + since_s * 1_000_000)


def plate(track: int, text: str = "123ABC02", ratio: float = 0.995, reads: int = 5) -> VotedPlate:
    """Return a voted plate."""
    return VotedPlate(track, [PlateCandidate(text, ratio)], reads)


def outcomes(violation: Violation) -> dict[str, str]:
    """Return a violation's outcomes by ground."""
    return {e.ground: e.outcome for e in violation.exculpations}


@pytest.mark.parametrize(("after", "outcome"), [(200.0, "unknown"), (30.0, "flagged"), (900.0, "flagged")])
def test_a_view_that_jumped_is_flagged_until_it_is_registered_anew(after: float, outcome: str) -> None:
    """Sharpness changes to another level for good; a second of another sharpness is none."""
    messages = [second(n, scene=scene(200.0 if n != 20 else 20.0)) for n in range(40)]
    messages += [second(n, scene=scene(after)) for n in range(40, 50)]
    messages += [second(n, [fast()], scene=scene(after)) for n in (50, 51)]
    messages += [second(52, scene=scene(after))]
    (one,), state = play(ViolationsCore(), Cameras(ROAD), messages)
    assert outcomes(one)["camera_moved"] == outcome
    cut, again = play(ViolationsCore(), Cameras(ROAD), messages, at_once=False)
    assert (cut, again) == ([one], state)
    anew = [replace(m, registry_version=2) if m.sequence >= 48 else m for m in messages]
    (one,), _ = play(ViolationsCore(), Cameras(ROAD, replace(ROAD, version=2)), anew)
    assert outcomes(one)["camera_moved"] == "unknown"


def test_a_shaking_camera_is_flagged() -> None:
    """Most of the picture changed at once."""
    messages = [second(n, [fast()] if n < 2 else [], scene=scene(200.0, 0.7)) for n in range(3)]
    (one,) = play(ViolationsCore(), Cameras(ROAD), messages)[0]
    assert outcomes(one)["camera_moved"] == "flagged"


@pytest.mark.parametrize(
    ("gap_s", "text", "ratio", "outcome"),
    [
        (20, "123ABC02", 0.995, "dropped"),
        (20, "123ABC02", 0.7, "dropped"),
        (20, "123ABC02", 0.4, "flagged"),
        (20, "124ABC02", 0.995, "cleared"),
        (70, "123ABC02", 0.995, "cleared"),
    ],
)
def test_one_offence_is_not_opened_twice(gap_s: int, text: str, ratio: float, outcome: str) -> None:
    """A track that broke, known by its plate; the second is recorded and dropped, nothing vanishes."""
    messages = [second(n, [fast()], plates=[plate(0)]) for n in (0, 1)] + [second(2)]
    messages += [second(n) for n in range(3, gap_s)]
    messages += [second(n, [fast("b", since_s=gap_s)], plates=[plate(0, text, ratio)]) for n in (gap_s, gap_s + 1)]
    messages += [second(gap_s + 2)]
    found_whole, state = play(ViolationsCore(), Cameras(ROAD), messages)
    assert [v.track_id for v in found_whole] == ["a", "b"]
    assert outcomes(found_whole[0])["duplicate"] == "cleared"
    assert outcomes(found_whole[1])["duplicate"] == outcome
    assert play(ViolationsCore(), Cameras(ROAD), messages, at_once=False) == (found_whole, state)


@pytest.mark.parametrize(
    ("ratio", "reads", "since_s", "third", "outcome"),
    [
        (0.55, 1, 20, False, "flagged"),
        (0.995, 5, 20, False, "dropped"),
        (0.995, 5, 1, False, "flagged"),
        (0.995, 5, 20, True, "flagged"),
    ],
    ids=["read once", "a broken track", "both in view at once", "on a third track"],
)
def test_a_plate_that_may_be_another_vehicles_drops_nothing(
    ratio: float,
    reads: int,
    since_s: int,
    third: bool,  # noqa: FBT001
    outcome: str,
) -> None:
    """The later of two violations under one plate goes only where it is surely the same vehicle's."""
    b, more = fast("b", 200, since_s), [car("c", 800, 500)] if third else []
    slow = replace(b, speed_kmh=50.0)
    messages = [second(n, [fast(), *([slow] if n >= since_s else [])], plates=[plate(0)]) for n in (0, 1)]
    messages += [second(n, [slow] if n >= since_s else []) for n in range(2, 20)]
    votes = [plate(0, ratio=ratio, reads=reads), *([plate(1)] if third else [])]
    messages += [second(n, [b, *more], plates=votes) for n in (20, 21)] + [second(22), second(23)]
    found_whole, state = play(ViolationsCore(), Cameras(ROAD), messages)
    duplicates = {v.track_id: outcomes(v)["duplicate"] for v in found_whole}
    assert duplicates == {"a": "cleared", "b": outcome}
    assert play(ViolationsCore(), Cameras(ROAD), messages, at_once=False) == (found_whole, state)


def test_two_cars_in_the_same_seconds_are_two_whatever_their_plates_read() -> None:
    """Car b's crop shows a's plate once, when a's own is not read: neither is dropped, and b is no ambulance."""
    register = ExemptVehicles.from_csv("plate,service,valid_from,valid_to\n123ABC02,ambulance,2020-01-01,\n")
    both = [fast(), fast("b", 200)]
    messages = [second(0, both, plates=[plate(0)]), second(1, both, plates=[plate(1, ratio=0.55, reads=1)])]
    violations, _ = play(ViolationsCore(exempt=register), Cameras(ROAD), [*messages, second(2), second(3)])
    told = {v.track_id: outcomes(v) for v in violations}
    assert (told["a"]["emergency_vehicle"], told["b"]["emergency_vehicle"]) == ("dropped", "flagged")
    assert (told["a"]["duplicate"], told["b"]["duplicate"]) == ("cleared", "flagged")


def test_the_earlier_violations_doubt_counts_for_the_later_one() -> None:
    """The first had the plate while another track had it too: the second, sure of it, is not dropped for its sake."""
    messages = [second(n, [fast(), car("c", 800, 500)], plates=[plate(0), plate(1)]) for n in (0, 1)]
    messages += [second(n) for n in range(2, 20)]
    messages += [second(n, [fast("b", since_s=20)], plates=[plate(0)]) for n in (20, 21)] + [second(22)]
    violations, _ = play(ViolationsCore(), Cameras(ROAD), messages)
    assert [outcomes(v)["duplicate"] for v in violations] == ["cleared", "flagged"]


def test_when_tracks_were_in_view_is_bounded() -> None:
    """Votes for more tracks than are kept: the longest unseen leave, and a track that is not known may have been."""
    views = TrackViews()
    for n in range(MOST_VIEWS + 5):
        views.see(Second(second(n % 50, [fast(f"t{n}")], plates=[plate(0)]), Place(ROAD)))
    assert len(views.spans) == MOST_VIEWS
    assert "t4" not in views.spans
    assert views.together("t4", "t9")
    assert not views.together("t9", "t9")
    assert TrackViews.unpack(views.pack()) == views
    views.see(Second(second(200), Place(ROAD)))
    assert views.spans == {}


def test_the_latest_vote_of_the_plate_counts() -> None:
    """Until the violation is decided; the same text on another track of that second is told."""
    messages = [second(0, [fast()]), second(1, [fast()])]
    messages += [second(2, [car("a", 500, 500), car("b", 100, 100)], plates=[plate(0), plate(1)])]
    (one,) = play(ViolationsCore(), Cameras(ROAD), [*messages, second(3)])[0]
    assert outcomes(one)["plate_owner"] == "flagged"


class Turning:
    """A rule of the test: whoever is there turns where it is prohibited."""

    kind: ClassVar[str] = "u_turn"
    version: ClassVar[str] = "u_turn/1"

    def initial(self) -> None:
        """Nothing is remembered."""

    def observe(self, state: None, view: Any, place: Any) -> tuple[None, list[Offence]]:
        """Return an offence of each track."""
        del place
        return state, [offence(track_id=name, at_us=view.at_us, unit="s") for name in view.tracks.track_id]

    def pack(self, state: None) -> None:
        """Return the state as plain data."""

    def unpack(self, plain: None) -> None:
        """Return what `pack` gave."""


@pytest.mark.parametrize(("vehicles", "outcome"), [(3, "unknown"), (4, "flagged")])
def test_a_queue_that_is_waved_through(vehicles: int, outcome: str) -> None:
    """Three others that did the same shortly before; those of a minute ago do not count."""
    rule: Rule[Any, Offence] = Turning()
    messages = [second(0, [car("old", 500, 500)]), *(second(n) for n in range(1, 60))]
    messages += [second(60 + 3 * n, [car(f"v{n}", 500, 500)]) for n in range(vehicles)] + [second(75)]
    violations = play(ViolationsCore([rule]), Cameras(ROAD), messages)[0]
    assert [outcomes(v)["directed_by_officer"] for v in violations] == ["unknown"] * vehicles + [outcome]


def test_what_is_remembered_is_bounded() -> None:
    """The oldest leave, and all of it goes through plain data."""
    watch = Watch()
    view = play_second()
    for n in range(400):
        one = offence(track_id=f"t{n}", seen=Circumstances(plates=((f"{n:03d}ABC02", 0.99),)))
        watch.around("u_turn", one, view, LIMITS, None)
        watch.open("u_turn", one, LIMITS)
    assert len(watch.alike) == MOST_ALIKE
    assert len(watch.opened) == MOST_OPENED
    assert Watch.unpack(watch.pack()) == watch
    for n in range(700, 700 + MOST_OPENED):
        watch.see(Second(second(n), Place(ROAD)), LIMITS, None)
    assert (watch.alike, watch.opened) == ({}, {})


def play_second() -> Second:
    """Return an empty second as rules see it, with a signal."""
    return Second(second(1, signals=[SignalState("g1", Signal.RED, EPOCH_US)], signals_known=True), Place(ROAD))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("stuck_s = 300.0", "stuck_s = 0", "stuck_s is 0; expected a number above 0"),
        ("others = 3", 'others = "3"', "others is '3'"),
        ("[plate_owner]", "[owner]", r"no table \[plate_owner\]"),
        ('\nkinds = ["red_light", "stop_line", "rail_crossing"]', "\nkinds = 3", "expected a list of rules' names"),
    ],
)
def test_a_wrong_threshold_is_named(old: str, new: str, says: str) -> None:
    """The file is refused with the table, the number and what was expected."""
    text = (resources.files(exculpations) / "grounds.toml").read_text(encoding="utf-8")
    assert Thresholds.from_text(text) == LIMITS
    with pytest.raises(ValueError, match=says):
        Thresholds.from_text(text.replace(old, new))
