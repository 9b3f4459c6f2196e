"""A vehicle's way goes on in the track that takes it over, and ends where a track goes over to another's place."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from processors.rules.sight import Sight
from processors.violations.succession import succeed
from processors.violations.way import Look, Way
from schemas.messages import Signal
from tests.unit.processors.violations.junction import Fronts, found, together, tracks

RED = [(Signal.RED, -9)]
#: 10 m/s: over the line at 3.0 s.
THROUGH: Fronts = [5.0 * n - 30.0 for n in range(10)]
GONE: Fronts = [None, None, None, None]


def only(fronts: Fronts, shown: Sequence[int]) -> Fronts:
    """Return a way that is seen in these looks alone."""
    return [front if n in shown else None for n, front in enumerate(fronts)]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(range(5), range(5, 10), id="a look before the line"),
        pytest.param(range(6), range(6, 10), id="at the line"),
        pytest.param(range(6), range(7, 10), id="one look missed"),
        pytest.param(range(7), range(6, 10), id="both in one frame"),
    ],
)
def test_a_track_that_breaks_at_the_line_goes_on_in_the_next(first: Sequence[int], then: Sequence[int]) -> None:
    """Neither half proves a passing; both together show one vehicle that drove over the line, proposed once.

    A second half with a look well before the line and three beyond it proves it alone.
    """
    ways = [tracks([*only(THROUGH, shown), *GONE], RED, name) for name, shown in (("a", first), ("b", then))]
    assert [v.kind for v in found(ways[1])] == (["red_light"] if then[0] == 5 else [])
    (one,) = found(together(*ways))
    assert (one.kind, one.track_id) == ("red_light", "b")
    assert one.measured == pytest.approx(12.0, abs=0.1)
    assert found(together(*ways), at_once=False) == [one]


@pytest.mark.parametrize(
    ("begins", "across_m"),
    [
        pytest.param(10, 5.0, id="far beyond the line"),
        pytest.param(6, 6.0, id="aside"),
    ],
)
def test_a_track_that_begins_elsewhere_is_another_vehicle(begins: int, across_m: float) -> None:
    """Unseen for longer than a look is missed, or a metre aside: how it came there nobody saw."""
    driven: Fronts = [4.0 * n - 26.0 for n in range(14)]
    ways = [
        tracks([*only(driven, range(6)), *GONE], RED, "a"),
        tracks([*only(driven, range(begins, 14)), *GONE], RED, "b", across_m),
    ]
    assert found(together(*ways)) == []


def test_one_that_waits_is_not_the_one_that_drives_on_beyond_the_line() -> None:
    """A track ends before the line, where its vehicle stands; the next begins 5 m further and drives: another one."""
    waits = tracks([-14.0, -8.0, -4.0, -2.0, -2.0, -2.0, -2.0, *[None] * 7], RED, "a")
    drives = tracks([*[None] * 7, 3.0, 6.0, 9.0, 12.0, 15.0, None, None], RED, "b")
    assert found(together(waits, drives)) == []


def test_where_two_were_lost_nobody_has_the_next_track() -> None:
    """Which of the two drove on the looks do not tell."""
    lost = [tracks([*only(THROUGH, range(6)), *GONE], RED, name) for name in ("a", "c")]
    next_one = tracks([*only(THROUGH, range(6, 10)), *GONE], RED, "b")
    kinds = [v.kind for v in found(together(lost[0], next_one))]
    assert kinds == ["red_light"]
    apart = tracks([*only([front - 0.5 for front in THROUGH if front is not None], range(6)), *GONE], RED, "c", 5.3)
    assert found(together(lost[0], apart, next_one)) == []


def test_a_look_at_another_vehicles_place_is_none() -> None:
    """A track before the line takes a box beside a car that has stood beyond it for long: the car's second box.

    Had nobody stood there, or one that drives, the same way would be one that was driven.
    """
    way: Fronts = [*[5.0 * n - 30.0 for n in range(6)], None, 8.0, None, None, None, None, None, None]
    other = tracks([10.0] * 14, RED, "b")
    stands, drives = ([replace(m, track_speed_kmh=[kmh]) for m in other] for kmh in (0.4, 36.0))
    assert [v.kind for v in found(tracks(way, RED))] == ["red_light"]
    assert [v.kind for v in found(together(drives, tracks(way, RED)))] == ["red_light"]
    assert found(together(stands, tracks(way, RED))) == []


def test_who_drives_past_another_has_its_own_looks() -> None:
    """In the next lane, 3.5 m aside, another one waits: that is not its place."""
    waits = [replace(m, track_speed_kmh=[0.0]) for m in tracks([-1.0] * 14, RED, "b", 8.5)]
    assert [v.track_id for v in found(together(waits, tracks([*THROUGH, *GONE], RED)))] == ["a"]


#: Green until the second 0.5, amber until 3.5.
TURNS = [(Signal.GREEN, -9), (Signal.AMBER, -2), (Signal.RED, 1)]


@pytest.mark.parametrize("speed_mps", [4.0, 6.0, 8.0])
@pytest.mark.parametrize(("last_m", "stands_m"), [(-4.0, 3.0), (-4.0, 6.0), (-6.0, 4.0)])
def test_who_stood_there_hidden_is_not_the_one_that_drove_up(speed_mps: float, last_m: float, stands_m: float) -> None:
    """One drives up and is lost; another has stood beyond the line since green and comes into view a second later.

    None could have stopped there by then. It is the same where the first one is never seen again.
    """
    drives = [last_m - speed_mps * 0.5 * (3 - n) for n in range(4)]
    stands = tracks([*[None] * 5, *[stands_m] * 11, *[None] * 4], TURNS, "b")
    for again in (-1.0, None):
        lost = tracks([*drives, *[None] * 8, *[again] * 8], TURNS, "a")
        assert found(together(lost, stands)) == []


def test_one_that_brakes_beyond_the_line_is_still_the_one_that_was_lost() -> None:
    """At 4 m/s^2 it comes to stand in the second in which its track breaks: its way goes on."""
    brakes: Fronts = [-11.0, -6.0, -2.0, 1.0, 3.0, 4.0, *[4.0] * 10]
    ways = [
        tracks(only(brakes, shown), [(Signal.RED, -9)], name) for name, shown in (("a", range(4)), ("b", range(4, 16)))
    ]
    hidden = [tracks(only(brakes, shown), RED, name) for name, shown in (("a", range(3)), ("b", range(4, 16)))]
    for one in (ways, hidden):
        assert [(v.kind, v.track_id) for v in found(together(*one))] == [("stop_line", "b")]


def test_a_track_that_is_seen_again_before_the_line_has_not_driven_on() -> None:
    """Its way was given to the next one, that drives beyond the line; then it is there again itself: two vehicles."""
    driven: Fronts = [2.0 * n - 11.0 for n in range(11)]
    goes_on = tracks([*only(driven, range(6, 11)), *GONE, None], RED, "b")
    gone = tracks([*only(driven, range(6)), *GONE, None], RED, "a")
    assert [v.kind for v in found(together(gone, goes_on))] == ["red_light"]
    waits = tracks([*driven[:6], None, None, -0.5, -0.5, -0.5, -0.5, -0.5, None, None, None], RED, "a")
    assert found(together(waits, goes_on)) == []
    assert found(together(waits, goes_on), at_once=False) == []


@pytest.mark.parametrize(("speed_mps", "then_m"), [(3.0, 4.0), (4.0, 6.0)])
@pytest.mark.parametrize("was_mps", [8.0, 10.0])
def test_who_passed_on_amber_by_its_own_looks_is_not_proposed(speed_mps: float, then_m: float, was_mps: float) -> None:
    """One that drives behind is lost and the one ahead comes into view: as one vehicle it would have passed on red.

    Where red had begun before the one ahead can have passed, by its own looks, it does not matter which of them it is.
    """
    lost: Fronts = [*[-4.0 - was_mps * 0.5 * (3 - n) for n in range(4)], *[None] * 14]
    ahead: Fronts = [*[None] * 5, *[then_m + speed_mps * 0.5 * n for n in range(6)], *[None] * 7]
    passed_s = 2.5 - then_m / speed_mps
    for red_s, kinds in ((passed_s + 0.1, []), (passed_s - 2.5, ["red_light"])):
        signals = [(Signal.GREEN, -20.0), (Signal.AMBER, red_s - 3.0), (Signal.RED, red_s)]
        assert [v.kind for v in found(together(tracks(lost, signals), tracks(ahead, signals, "b")))] == kinds


def test_three_tracks_of_one_vehicle_that_break_in_one_second() -> None:
    """At five frames a second a way may break twice before the rule looks: the last of the tracks has all of it.

    In whatever order the tracks came: it once ended with an error, as the one in the middle was gone.
    """
    shown = {"a": (range(3), 5.0), "b": (range(3, 5), 5.4), "c": (range(5, 9), 5.8)}
    for order in permutations(shown):
        ways = {name: Way([look(n, name, shown[name][1]) for n in shown[name][0]]) for name in order}
        succeed(ways, most_gap_s=1.0, noise_m=0.5)
        assert list(ways) == ["c"]
        assert [row.along_m for row in ways["c"].looks] == [2.0 * n - 8.0 for n in range(9)]


def look(n: int, name: str, across_m: float) -> Look:
    """Return the look of the `n`-th fifth of a second of a way at 10 m/s that is over the line at 0.8 s."""
    sight = Sight(0, 0, 0, 0, 200_000 * n, (name,), (0.0, 0.0, 10.0, 10.0))
    return Look(200_000 * n, 2.0 * n - 8.0, across_m, cut=False, sight=sight)
