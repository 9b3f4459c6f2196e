"""A U-turn leads one vehicle over the middle line and back, where a zone forbids it."""

import math
from dataclasses import replace

import pytest

from processors.violations.turning import Spot, can_come_back, turns_in_sight
from schemas.messages import Analysis, Camera, Tracks
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.violations.film import FPS, Places, both, filmed, found, straight

#: Traffic runs towards +y on the right of the middle line at x = 50 m.
SIDE = (500, 0, 1000, 0, 1000, 1000, 500, 1000)
STREET = camera(zone("side", "roadway", SIDE, 0.0, u_turn=1.0, wrong_way=0.0), calibration=calibration())


def round_turn(radius_m: float = 3.5, degrees: float = 180.0, lasts_s: float = 5.0) -> Places:
    """Return a turn to the left from x = 51.75, y = 40, one look at a time."""
    steps = round(lasts_s * FPS)
    angles = [math.radians(degrees) * n / steps for n in range(1, steps + 1)]
    return [(51.75 - radius_m * (1.0 - math.cos(a)), 40.0 + radius_m * math.sin(a)) for a in angles]


COMES = straight(51.75, 10.0, 40.0)
GOES = straight(44.75, 40.0, 10.0)
AWAY: Places = [None] * (3 * FPS)
WHOLE = [*COMES, *round_turn(), *GOES, *AWAY]


def test_turning_round_over_the_line_is_proposed_once_with_both_pictures() -> None:
    """Both candidate articles, the milder first; the picture before the turn and the one after it."""
    (one,) = found(filmed(WHOLE), STREET)
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("u_turn", "deg", 135.0, "side")
    assert one.measured == pytest.approx(180.0, abs=25.0)
    assert one.measures["beyond_line_m"] == pytest.approx(5.2, abs=0.3)
    assert [article.code for article in one.articles] == ["KoAP 601", "KoAP 596.3"]
    onset, peak = one.evidence
    assert onset.at_us <= one.started_at_us < peak.at_us <= one.occurred_at_us + 1_000_000
    assert (onset.role, peak.role) == ("onset", "peak")


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = filmed(WHOLE)
    assert found(messages, STREET, at_once=False) == found(messages, STREET) != []


@pytest.mark.parametrize(
    "way",
    [
        # into a yard on the other side
        [*COMES, *round_turn(degrees=90.0), *[(48.25 - 1.6 * n, 43.5) for n in range(12)]],
        # a manoeuvre on its own side: forward, back, forward
        [*COMES, *straight(51.75, 40.0, 28.0, 3.0), *straight(51.75, 28.0, 60.0)],
        # turning round on its own side of a wide road
        [
            *straight(70.0, 10.0, 40.0),
            *[(x + 18.25, y) for x, y in filter(None, round_turn())],
            *straight(63.0, 40.0, 10.0),
        ],
        # straight on
        straight(51.75, 10.0, 90.0),
        # only seen to come back
        GOES,
    ],
)
def test_other_ways_are_none(way: Places) -> None:
    """The middle line, the way back, and one vehicle that does both."""
    assert found(filmed([*way, *AWAY]), STREET) == []


def test_a_track_that_goes_over_to_the_oncoming_traffic_is_none() -> None:
    """At once, over a gap, or at the picture's border where one leaves and another comes in."""
    assert found(filmed([*COMES, *straight(48.25, 40.0, 10.0), *AWAY]), STREET) == []
    assert found(filmed([*COMES, *[None] * 4, *straight(48.25, 40.0, 10.0), *AWAY]), STREET) == []
    leaving = straight(51.75, 60.0, 100.0)
    slides: Places = [(51.75 - 0.5 * n, 99.95) for n in range(8)]
    assert found(filmed([*leaving, *slides, *straight(48.0, 99.5, 60.0), *AWAY]), STREET) == []
    inside: Places = [(51.75 - 0.5 * n, 90.0) for n in range(8)]
    assert len(found(filmed([*straight(51.75, 50.0, 90.0), *inside, *straight(48.0, 90.0, 50.0), *AWAY]), STREET)) == 1


def test_who_was_seen_over_the_line_may_be_cut_off_by_the_border_then() -> None:
    """Half a lane is not asked for: 0.75 m, more than two feet's errors, is over the line, and so on the way back."""
    turns: Places = [(51.75 - 0.5 * n, 98.5) for n in range(6)]
    at_border: Places = [(48.75, 99.9), (48.5, 99.9)]
    way = [*straight(51.75, 60.0, 98.5), *turns, *at_border, *straight(48.0, 98.5, 60.0), *AWAY]
    assert len(found(filmed(way), STREET)) == 1
    at_once: Places = [place for place in way if place not in turns[3:]]
    assert found(filmed(at_once), STREET) == []


def test_a_track_goes_on_as_far_as_who_turns_drives_while_hidden() -> None:
    """0.8 s at 15 km/h along, and never so far aside as the next lane: that is where the oncoming traffic drives."""
    way = [*COMES, *round_turn(), *GOES, *AWAY]
    first = len(COMES) + 24
    hidden: Places = [None if first <= n < first + 3 else place for n, place in enumerate(way)]
    assert len(found(filmed(hidden), STREET)) == 1
    longer: Places = [None if first <= n < first + 5 else place for n, place in enumerate(way)]
    assert found(filmed(longer), STREET) == []


def test_who_is_found_on_its_own_side_has_yet_to_turn() -> None:
    """Hidden for 2 s before the line, it is left where it drives back at 13 m/s there: another one, overtaking."""
    hidden: Places = [None] * (2 * FPS - 1)
    oncoming: Places = [(max(50.6 - 0.4 * n, 48.0), 36.0 - 2.6 * n) for n in range(12)]
    assert found(filmed([*COMES, *hidden, *oncoming, *AWAY]), STREET) == []
    turns: Places = [(50.6 - 0.6 * n, 42.0 - 0.4 * n) for n in range(5)]
    assert len(found(filmed([*COMES, *hidden, *turns, *straight(48.0, 40.0, 20.0), *AWAY]), STREET)) == 1


def test_who_was_hidden_before_the_line_may_drive_on() -> None:
    """Fast, to the junction where it turns; only the way back is bound, and only until it is over the line."""

    def spots(*along_beyond_m: tuple[float, float]) -> list[Spot]:
        return [Spot(2_000_000 + 200_000 * n, *at, False) for n, at in enumerate(along_beyond_m)]

    before = [Spot(0, 0.0, -2.0, False)]
    on = [(2.8 * n, -2.0) for n in range(5)]
    assert turns_in_sight(before + spots(*on, (11.0, -0.2), (10.5, 0.6), (0.0, 1.5)), 0.65, 0.42)
    assert turns_in_sight(before + spots((0.0, 0.6), (-9.0, 0.7)), 0.65, 0.42)
    assert turns_in_sight(before + spots((0.0, -0.6), (-4.8, 0.5)), 0.65, 0.42)
    assert not turns_in_sight(before + spots((0.0, -0.6), (-4.9, 0.5)), 0.65, 0.42)
    assert not turns_in_sight(before + spots((0.0, -0.6), (-4.9, 0.0)), 0.65, 0.42)


def test_who_turns_round_at_full_speed_is_two_vehicles() -> None:
    """A track slides to the oncoming lane while it drives on, and comes back with who drives there."""

    def spots(*places_m: tuple[float, float]) -> list[Spot]:
        return [Spot(200_000 * n, along, beyond, False) for n, (along, beyond) in enumerate(places_m)]

    ahead = [(4.0 * n, -1.8 + 0.5 * n) for n in range(7)]
    back = [(24.0 - 4.0 * n, 1.2) for n in range(1, 6)]
    assert not can_come_back(spots(*ahead, *back))
    assert can_come_back(spots(*ahead))
    # In the same time over a shorter way, or over the same way in more, one vehicle can.
    assert can_come_back(spots(*[(along / 4, beyond) for along, beyond in [*ahead, *back]]))
    slowly = [Spot(3 * one.at_us, *one[1:]) for one in spots(*ahead, *back)]
    assert can_come_back(slowly)
    mps = 20.0
    fast = [*straight(51.75, 10.0, 50.0, mps), *[(51.75 - 0.7 * n, 50.0) for n in range(1, 5)]]
    assert found(filmed([*fast, *straight(48.75, 50.0, 10.0, mps)]), STREET) == []


def test_a_lost_track_goes_on_with_the_one_that_begins_where_it_was() -> None:
    """The second half of the turn under another name; one that begins elsewhere is another vehicle."""
    half = len(COMES) + 3 * FPS
    cut = half - half % FPS
    first, then = filmed(WHOLE[:cut]), filmed(WHOLE[cut:], "b", begin=cut // FPS)
    (one,) = found([*first, *then], STREET)
    assert (one.track_id, one.evidence[0].track_ids) == ("b", ["a"])
    elsewhere: Places = [None if place is None else (place[0], place[1] - 8.0) for place in WHOLE[cut:]]
    assert found([*first, *filmed(elsewhere, "b", begin=cut // FPS)], STREET) == []


def only(looks: range, name: str, places: Places = WHOLE) -> list[Tracks]:
    """Return the seconds of a track that shows these looks of a way."""
    return filmed([place if n in looks else None for n, place in enumerate(places)], name)


@pytest.mark.parametrize(("last", "gap"), [(26, 3), (31, 3), (21, 1)])
def test_a_track_that_is_lost_within_a_second_goes_on_in_that_second(last: int, gap: int) -> None:
    """What it showed in it counts, and how long it was unseen since; so too who drove along until then."""
    first, then = only(range(last + 1), "a"), only(range(last + gap, len(WHOLE)), "b")
    seconds = [
        both(a, b) if a.track_id and b.track_id else a if a.track_id else b for a, b in zip(first, then, strict=True)
    ]
    assert [one.track_id for one in found(seconds, STREET)] == ["b"]
    later = only(range(last + 4, len(WHOLE)), "b")
    seconds = [
        both(a, b) if a.track_id and b.track_id else a if a.track_id else b for a, b in zip(first, later, strict=True)
    ]
    assert found(seconds, STREET) == []


def test_who_has_been_there_for_long_is_no_second_box_of_who_drives_along() -> None:
    """A track of the oncoming queue, near to where a bad box was the last of a track that drove along."""
    brakes: Places = [(51.75, 34.4), (51.6, 35.5), (50.9, 36.4), (50.2, 37.0)]
    way: Places = [*COMES[:14], *brakes, *[(49.3, 37.3)] * 7, *straight(48.6, 37.3, 10.0), *AWAY]
    first, then = only(range(18), "a", way), only(range(18, len(way)), "b", way)
    begun_us = next(b.sample_at_us[b.box_sample[0]] for b in then if b.track_id)
    for earlier_us, proposed in ((0, 1), (5_000_000, 0)):
        elder = [replace(b, track_first_seen_us=[begun_us - earlier_us for _ in b.track_id]) for b in then]
        pairs = zip(first, elder, strict=True)
        seconds = [both(a, b) if a.track_id and b.track_id else a if a.track_id else b for a, b in pairs]
        assert len(found(seconds, STREET)) == proposed


def test_a_second_box_that_begins_on_its_own_side_goes_on_with_who_was_seen_once() -> None:
    """How fast it drove is not known of one look in that second: who turns round from there has turned round."""
    brakes: Places = [(51.75, 34.4), (51.6, 35.5), (50.9, 36.4), (50.2, 37.0)]
    way: Places = [*COMES[:14], *brakes, *[(49.3, 37.3)] * 7, *straight(48.6, 37.3, 10.0), *AWAY]
    a, b = filmed([*way[:16], *[None] * (len(way) - 16)], "a"), filmed([*[None] * 16, *way[16:]], "b")
    begun_us = next(s.sample_at_us[s.box_sample[0]] for s in b if s.track_id)
    b = [replace(s, track_first_seen_us=[begun_us for _ in s.track_id]) for s in b]
    seconds = [both(p, q) if p.track_id and q.track_id else p if p.track_id else q for p, q in zip(a, b, strict=True)]
    assert [(one.track_id, one.kind) for one in found(seconds, STREET)] == [("b", "u_turn")]


@pytest.mark.parametrize("speed_mps", [8.0, 11.0, 13.9])
def test_who_starts_in_the_oncoming_lane_as_another_passes_did_not_turn_round(speed_mps: float) -> None:
    """One drives along and is lost; 0.6 s later a track begins 2.5 m aside, stands, and drives off the other way."""
    own: Places = [(50.9, 5 + speed_mps * k / FPS) for k in range(21)]
    y = 5 + speed_mps * 20 / FPS + 0.5
    starts: Places = [*[(48.4, y)] * 3, *[(48.4, y - (k / FPS) ** 2) for k in range(1, 26)]]
    then: Places = [*[None] * 23, *starts, *AWAY]
    a, b = filmed([*own, *[None] * (len(then) - len(own))], "a"), filmed(then, "b")
    begun_us = next(s.sample_at_us[s.box_sample[0]] for s in b if s.track_id)
    b = [replace(s, track_first_seen_us=[begun_us for _ in s.track_id]) for s in b]
    seconds = [both(p, q) if p.track_id and q.track_id else p if p.track_id else q for p, q in zip(a, b, strict=True)]
    assert [(one.track_id, one.kind) for one in found(seconds, STREET)] == []


def test_a_second_box_that_goes_elsewhere_takes_no_turn_along() -> None:
    """It is found where the vehicle is missed for a look, and then 9 m off: the vehicle's own track goes on."""
    missed, elsewhere = 34, 39
    place = WHOLE[elsewhere]
    assert place is not None
    first = filmed([None if n == missed else one for n, one in enumerate(WHOLE)])
    away: Places = [
        WHOLE[n] if n == missed else (place[0], place[1] + 9.0) if n == elsewhere else None for n in range(len(WHOLE))
    ]
    seconds = [both(a, b) if b.track_id else a for a, b in zip(first, filmed(away, "b"), strict=True)]
    assert [one.track_id for one in found(seconds, STREET)] == ["a"]


def test_who_is_back_at_full_speed_at_once_did_not_turn() -> None:
    """However short the way ahead was: at its farthest place it does not move along, and 8 m/s2 take it so far."""
    places = [(0.0, -1.0), (0.5, 0.3), *((0.5 - 2.8 * n, 1.2) for n in range(1, 9))]
    fast = [Spot(200_000 * n, along, beyond, False) for n, (along, beyond) in enumerate(places)]
    assert not can_come_back(fast)
    assert can_come_back([one._replace(at_us=3 * one.at_us) for one in fast])


def test_who_was_out_of_sight_on_the_own_side_goes_on() -> None:
    """Hidden for 1.6 s and still surely on its side: all of the turn is to come. Over the line that is too long."""
    begins: Places = [(51.75 - 0.1 * n, 40.0 + 0.5 * n) for n in range(1, 9)]
    way = [*COMES, *begins, *[(x - 0.6, y + 4.0) for x, y in filter(None, round_turn()[5:])], *GOES, *AWAY]

    def without(first: int) -> Places:
        return [None if first <= n < first + 7 else place for n, place in enumerate(way)]

    assert len(found(filmed(way), STREET)) == 1
    assert len(found(filmed(without(len(COMES))), STREET)) == 1
    assert found(filmed(without(len(COMES) + 14)), STREET) == []


def test_a_twin_that_was_lost_goes_on_where_the_one_that_turned_ends() -> None:
    """A second box of the vehicle, hidden in the turn, comes back as the first one's track ends for good."""
    back_at = len(COMES) + 4 * FPS
    back_at -= back_at % FPS
    lost_at = back_at - 2 * FPS + 2
    one = filmed([place if n < back_at else None for n, place in enumerate(WHOLE)])
    twin = filmed([place if n < lost_at or n >= back_at else None for n, place in enumerate(WHOLE)], "b")
    (offence,) = found([both(a, b) for a, b in zip(one, twin, strict=True)], STREET)
    assert offence.track_id == "b"


def test_a_place_that_is_uncertain_proves_less() -> None:
    """By two metres, so that neither the line nor the way back is sure."""
    assert found(filmed(WHOLE), replace(STREET, calibration=calibration(position_error_m=3.0))) == []


@pytest.mark.parametrize(
    "place",
    [
        camera(zone("side", "roadway", SIDE, 0.0), calibration=calibration()),
        camera(zone("side", "roadway", SIDE, 0.0, u_turn=0.0), calibration=calibration()),
        camera(zone("side", "roadway", SIDE, u_turn=1.0), calibration=calibration()),
        replace(STREET, calibration=None),
        replace(STREET, calibration=calibration(version=9)),
        replace(STREET, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A zone that forbids it and has a direction, a calibration of that very version, enforcement."""
    assert found(filmed(WHOLE), place) == []


def test_a_cyclist_turns_where_they_like() -> None:
    """Motor vehicles only."""
    assert found(filmed(WHOLE, coco=1), STREET) == []
