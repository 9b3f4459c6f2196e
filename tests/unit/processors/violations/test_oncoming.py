"""Oncoming is a way along beyond a solid middle line by one who came over it from the own side."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.carriageway import carriageway_of
from processors.violations.second_box import elder_of
from schemas.messages import Analysis, Camera
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.violations.film import FPS, Places, both, filmed, found, straight

#: Traffic runs towards +y on the right of the middle line at x = 50 m.
SIDE = (500, 0, 1000, 0, 1000, 1000, 500, 1000)
STREET = camera(zone("side", "roadway", SIDE, 0.0, oncoming=1.0), calibration=calibration())
AWAY: Places = [None] * (3 * FPS)


def overtaking(beyond_m: float = 1.75, over_m: float = 40.0, mps: float = 12.0, *, back: bool = True) -> Places:
    """Return a way from the own lane over the line, along beyond it, and (or not) back."""
    points = [(5.0, 51.75), (20.0, 51.75), (30.0, 50.0 - beyond_m), (30.0 + over_m, 50.0 - beyond_m)]
    points += [(40.0 + over_m, 51.75), (55.0 + over_m, 51.75)] if back else []
    return [*driven(points, mps), *AWAY]


def driven(points: Sequence[tuple[float, float]], mps: float = 12.0) -> list[tuple[float, float] | None]:
    """Return a way from point to point, each its place along the street and its place across."""
    ways: list[tuple[float, float] | None] = []
    for (y0, x0), (y1, x1) in pairwise(points):
        steps = round((y1 - y0) / mps * FPS)
        ways += [(x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps) for n in range(steps)]
    return ways


def solid(from_y_m: float, to_y_m: float) -> Camera:
    """Return the street whose middle line is solid from here to there only: no longer is the zone."""
    y0, y1 = 10 * from_y_m, 10 * to_y_m
    return camera(
        zone("side", "roadway", (500, y0, 1000, y0, 1000, y1, 500, y1), 0.0, oncoming=1.0), calibration=calibration()
    )


def round_a_bend(radius_m: float, arc_m: float) -> list[tuple[float, float] | None]:
    """Return a way in the own lane, over a bend to the right of that radius up to y = 50 m, straight on then."""
    ways: list[tuple[float, float] | None] = []
    for n in range(round((arc_m + 45.0) * FPS / 10.0) // FPS * FPS):
        s = n * 10.0 / FPS - arc_m
        turn = max(-s, 0.0) / radius_m
        ways.append((51.75 - radius_m * (1 - math.cos(turn)), 50.0 - radius_m * math.sin(turn) if s < 0 else 50.0 + s))
    return ways


def test_a_way_beyond_the_line_is_proposed_once_with_three_pictures() -> None:
    """Forty metres in the oncoming lane: to a court, by its articles; before the line, beyond it, and at the end."""
    (one,) = found(filmed(overtaking()), STREET)
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("oncoming", "m", 15.0, "side")
    assert 30.0 <= one.measured <= 45.0
    assert one.measures["beyond_line_m"] == pytest.approx(1.75, abs=0.1)
    assert {article.code for article in one.articles} == {"KoAP 596.3", "KoAP 596.3-1"}
    assert one.articles[0].code == "KoAP 596.3"
    assert [e.role for e in one.evidence] == ["onset", "middle", "peak"]
    assert one.evidence[0].at_us < one.evidence[1].at_us < one.evidence[2].at_us


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = filmed(overtaking())
    assert found(messages, STREET, at_once=False) == found(messages, STREET) != []


@pytest.mark.parametrize(
    "way",
    [
        # something in the lane: half a car over the line, or all of it for ten metres
        overtaking(beyond_m=0.4),
        overtaking(over_m=6.0),
        # in the own lane
        [*straight(51.75, 5.0, 90.0, 12.0), *AWAY],
        # the oncoming traffic itself
        [*straight(48.25, 90.0, 5.0, 12.0), *AWAY],
        # who was never on the own side came from elsewhere
        [*straight(48.25, 5.0, 90.0, 12.0), *AWAY],
        # into a yard
        [*straight(51.75, 5.0, 40.0), *[(51.75 - 1.6 * n, 40.0) for n in range(20)], *AWAY],
        # a track that goes over to the oncoming traffic
        [*straight(51.75, 5.0, 50.0, 12.0), *straight(48.25, 50.0, 5.0, 12.0), *AWAY],
    ],
)
def test_other_ways_are_none(way: Places) -> None:
    """All of the car beyond the line, along its direction, far enough, and from the own side."""
    assert found(filmed(way), STREET) == []


def test_who_is_not_seen_between_is_none() -> None:
    """More than two seconds unseen: the track may be another vehicle's, and nothing shows it on its own side again."""
    way = list(overtaking(back=False))
    way[8:20] = [None] * 12
    assert found(filmed(way), STREET) == []


def test_who_comes_back_to_its_own_side_came_over_the_line() -> None:
    """Its track begins beyond the line, where it was missed as it swung out: the way back proves whose way it was."""
    way = overtaking()
    beyond = [None if n < 12 else at for n, at in enumerate(way)]
    (one,) = found(filmed(beyond), STREET)
    assert one.measured >= 20.0
    assert [e.role for e in one.evidence] == ["onset", "middle", "peak"]
    assert one.evidence[0].at_us < one.evidence[1].at_us < one.evidence[2].at_us
    assert one.evidence[2].at_us == one.occurred_at_us
    assert "Came back to its side" in one.summary
    assert found(filmed(beyond), STREET, at_once=False) == [one]


def test_only_beside_the_solid_line_is_a_way_one() -> None:
    """Where the zone ends the line may be broken: overtaking over, and back, before it begins or past its end."""
    before = driven([(2.0, 51.75), (7.0, 51.75), (14.0, 48.25), (44.0, 48.25), (52.0, 51.75), (98.0, 51.75)])
    swung_out_already = [None if n < 5 else at for n, at in enumerate(before)]
    past = driven([(2.0, 51.75), (34.0, 51.75), (40.0, 48.25), (80.0, 48.25), (88.0, 51.75), (98.0, 51.75)])
    for way, street in ((before, solid(60, 100)), (swung_out_already, solid(60, 100)), (past, solid(0, 30))):
        assert found(filmed([*way, *AWAY]), street) == []
        assert [one.kind for one in found(filmed([*way, *AWAY]), solid(0, 100))] == ["oncoming"]


def test_past_the_end_of_a_zone_the_next_one_follows() -> None:
    """A line that is drawn in two zones: the way is measured in the one in which it is long enough."""
    corners = ((500, 0, 1000, 0, 1000, 350, 500, 350), (500, 350, 1000, 350, 1000, 1000, 500, 1000))
    zones = [zone(name, "roadway", at, 0.0, oncoming=1.0) for name, at in zip(("first", "next"), corners, strict=True)]
    street = camera(*zones, calibration=calibration())
    (one,) = found(filmed(overtaking()), street)
    assert one.zone_id == "next"
    assert 30.0 <= one.measured <= 35.0
    assert found(filmed(overtaking()), street, at_once=False) == [one]


def test_a_way_is_measured_beside_the_solid_line() -> None:
    """Who goes over a broken line and drives on where it is solid: from there, and no farther than the line goes."""
    (whole,) = found(filmed(overtaking()), solid(0, 100))
    (one,) = found(filmed(overtaking()), solid(40, 100))
    assert 30.0 <= whole.measured <= 45.0
    assert 25.0 <= one.measured <= 30.0
    assert "Came back to its side" in one.summary
    (one,) = found(filmed(overtaking()), solid(0, 55))
    assert 20.0 <= one.measured <= 25.0
    assert "Left its side" in one.summary


@pytest.mark.parametrize(
    "corners",
    [
        (500, 600, 1000, 200, 1000, 1000, 500, 900),
        # with corners between, the border not quite straight, and in the other order
        (500, 900, 1000, 1000, 1000, 200, 500, 600, 503, 700, 506, 750, 503, 800),
    ],
)
def test_the_line_is_as_long_as_the_left_border(corners: tuple[int, ...]) -> None:
    """Not as the right one, which may begin and end elsewhere."""
    place = camera(zone("side", "roadway", corners, 0.0, oncoming=1.0), calibration=calibration())
    side = carriageway_of(Place(place), place.zones[0])
    assert side is not None
    assert (side.first_m, side.last_m) == pytest.approx((60.0, 90.0))
    assert [side.has_beside(along_m) for along_m in (59.0, 61.0, 89.0, 91.0)] == [False, True, True, False]


@pytest.mark.parametrize(("radius_m", "arc_m"), [(60.0, 40.0), (80.0, 45.0), (120.0, 48.0)])
def test_a_bend_before_or_after_the_zone_is_none(radius_m: float, arc_m: float) -> None:
    """The border of the zone, drawn on straight, is no middle line: the street bends away from it."""
    arriving = round_a_bend(radius_m, arc_m)
    assert found(filmed([*arriving, *AWAY]), solid(50, 100)) == []
    leaving = [(at[0], 100.0 - at[1]) if at is not None else None for at in reversed(arriving)]
    assert found(filmed([*leaving, *AWAY]), solid(0, 50)) == []


def test_a_second_box_is_the_same_vehicle() -> None:
    """A box beside the car's, under a track that began later: one proposal, under the elder track's name."""
    way = overtaking()
    beside = [None if at is None or n < 8 else (at[0] + 0.6, at[1] - 2.0) for n, at in enumerate(way)]
    (one,) = found([both(*pair) for pair in zip(filmed(way), filmed(beside, "b"), strict=True)], STREET)
    assert one.track_id == "a"
    behind = [None if at is None or n < 8 else (at[0], at[1] - 9.0) for n, at in enumerate(way)]
    queue = [both(*pair) for pair in zip(filmed(way), filmed(behind, "b"), strict=True)]
    assert {one.track_id for one in found(queue, STREET)} == {"a", "b"}


def test_a_second_beside_another_makes_no_second_box_of_it() -> None:
    """Who is driven past is an elder track; in one second its boxes err by 0.6 m towards the line: not its offence."""
    way = overtaking(beyond_m=0.95, over_m=50.0)
    slow = [(51.5, 30.0 + 6.0 * n / FPS) for n in range(len(way))]
    erring = [(x - 0.6 if 20 <= n < 25 else x, y) if y < 99 else None for n, (x, y) in enumerate(slow)]
    seconds = [both(*pair) for pair in zip(filmed(erring, "overtaken"), filmed(way, "overtaker"), strict=True)]
    assert {elder_of(1, Second(one, Place(STREET))) for one in seconds if len(one.track_id) > 1} == {None, 0}
    (one,) = found(seconds, STREET)
    assert one.track_id == "overtaker"
    assert found(seconds, STREET, at_once=False) == [one]


def test_a_second_box_that_errs_for_a_second_is_one() -> None:
    """Near in most seconds, the elder track is the vehicle still; and so it is when it ends before the second box."""
    way = overtaking()
    beside = [
        None if at is None or n < 8 else (at[0] + 0.6, at[1] - (6.0 if 25 <= n < 30 else 2.0))
        for n, at in enumerate(way)
    ]
    for until in (len(way), 35):
        elder = [at if n < until else None for n, at in enumerate(way)]
        seconds = [both(*pair) for pair in zip(filmed(elder), filmed(beside, "b"), strict=True)]
        assert {one.track_id for one in found(seconds, STREET)} == {"a"}


def test_one_bad_box_ends_no_way() -> None:
    """A single look that seems to be on the line lies between looks beyond it: the way goes on."""
    way = list(overtaking())
    middle = len(way) // 2 - 6
    place = way[middle]
    assert place is not None
    way[middle] = (49.3, place[1])
    (one,) = found(filmed(way), STREET)
    assert 30.0 <= one.measured <= 45.0


def test_a_box_where_it_cannot_be_ends_no_way() -> None:
    """One look 13 m ahead is a box of somebody else's; after two the way begins afresh, and is too short then."""
    way = overtaking(over_m=30.0)
    beyond = [n for n, at in enumerate(way) if at is not None and at[0] < 49.0]
    middle = beyond[len(beyond) // 2]

    def ahead(*looks: int) -> Places:
        return [(at[0], at[1] + 13.0) if at is not None and n in looks else at for n, at in enumerate(way)]

    (one,) = found(filmed(ahead(middle)), STREET)
    assert one.measured == pytest.approx(found(filmed(way), STREET)[0].measured, abs=3.0)
    assert found(filmed(ahead(middle, middle + 1)), STREET) == []


def test_after_a_hole_a_way_counts_by_itself() -> None:
    """Found too seldom over all of its way, it drove far enough since it was seen again; or it did not."""
    for over_m, proposed in ((46.0, 1), (35.0, 0)):
        way = list(overtaking(over_m=over_m, back=False))
        first = next(n for n, at in enumerate(way) if at is not None and at[0] < 49.0) + 2
        way[first : first + 7] = [None] * 7
        got = found(filmed(way), STREET)
        assert len(got) == proposed
        assert [len(one.evidence) for one in got] == [3] * proposed
        assert found(filmed(way), STREET, at_once=False) == got


def test_a_place_that_is_uncertain_proves_nothing() -> None:
    """By two metres, so that the line is not surely crossed."""
    assert found(filmed(overtaking()), replace(STREET, calibration=calibration(position_error_m=2.0))) == []


@pytest.mark.parametrize(
    "place",
    [
        camera(zone("side", "roadway", SIDE, 0.0), calibration=calibration()),
        camera(zone("side", "roadway", SIDE, 0.0, oncoming=0.0), calibration=calibration()),
        camera(zone("side", "roadway", SIDE, oncoming=1.0), calibration=calibration()),
        replace(STREET, calibration=None),
        replace(STREET, calibration=calibration(version=9)),
        replace(STREET, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A zone with a solid line and a direction, a calibration of that very version, enforcement."""
    assert found(filmed(overtaking()), place) == []


def test_a_cyclist_is_none() -> None:
    """Motor vehicles only."""
    assert found(filmed(overtaking(), coco=1), STREET) == []
