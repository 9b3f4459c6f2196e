"""What is worked out for a whole second at once is what looks one by one would come to."""

import random

import pytest

from processors.rules.sight import Sight
from processors.violations.hidden_foot import HiddenFoot
from processors.violations.taken_places import HALF_LANE_M, LENGTH_M, MOTORCYCLE, STANDS_KMH, Taken, taken_places
from processors.violations.way import MOST_BEFORE, MOST_LOOKS, Look, add_look, add_looks
from tests.unit.processors.rules.street import CAR, EPOCH_US, Seen, second
from tests.unit.processors.violations.test_hidden_foot import SIZE_PX, feet


def look(at_us: int, along_m: float, box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> Look:
    """Return a look at a place beyond a line."""
    return Look(at_us, along_m, 0.0, False, Sight(0, 0, 0, 0, at_us, ["a"], list(box)))


@pytest.mark.parametrize("seed", range(20))
def test_looks_of_a_second_are_added_as_one_by_one(seed: int) -> None:
    """Before the line, over it, back again, and with times that do not ascend: the way is the same."""
    rng = random.Random(seed)
    own: list[Look] = [look(0, rng.uniform(-30.0, 10.0))]
    way = list(own)
    for n in range(40):
        ahead = rng.choice((-20.0, -1.0, 0.0, 8.0))
        new = [look(1000 * n + rng.choice((100, 200, 300)), ahead + rng.uniform(-1.5, 1.5)) for _ in range(5)]
        for one in new:
            if one.at_us > own[-1].at_us:
                add_look(own, one)
        add_looks(way, new)
        assert way == own
        assert len(way) <= MOST_BEFORE + MOST_LOOKS


@pytest.mark.parametrize("seed", range(20))
def test_taken_places_are_those_of_every_pair_near_by(seed: int) -> None:
    """Sorted along the direction, no pair is missed that lies within a car's length and half a lane."""
    rng = random.Random(seed)
    cars = [
        Seen(
            *(f"t{n}", rng.choice((CAR, CAR, MOTORCYCLE)), (0, 0, 1, 1), 0.0, 0.0, rng.choice((None, 2.0, 30.0))),
            *(1.0, None, EPOCH_US - rng.choice((0, 1, 2))),
        )
        for n in range(9)
    ]  # fmt: skip
    t = second(0, cars, samples=3)
    places = [
        (b, i, rng.choice((0.0, LENGTH_M, rng.uniform(0.0, 12.0))), rng.choice((0.0, HALF_LANE_M, rng.uniform(-3, 3))))
        for b, i in sorted(enumerate(t.box_track), key=lambda of: t.box_sample[of[0]])
    ]
    expected: dict[int, Taken] = {}
    for n, (b, own, along_m, across_m) in enumerate(places):
        near = [
            (t.track_first_seen_us[i], i)
            for other, i, along, across in places
            if t.box_sample[other] == t.box_sample[b]
            and i != own
            and MOTORCYCLE not in {t.track_class[i], t.track_class[own]}
            and abs(along - along_m) < LENGTH_M
            and abs(across - across_m) < HALF_LANE_M
        ]
        older = [one for one in near if one < (t.track_first_seen_us[own], own)]
        standing = {i for i, speed in enumerate(t.track_speed_kmh) if speed is not None and speed < STANDS_KMH}
        stands = any(i in standing for _, i in (older if own in standing else near))
        if older or stands:
            expected[n] = Taken(t.track_id[min(older)[1]] if older else "", stands)
    assert expected
    assert taken_places(t, places) == expected


@pytest.mark.parametrize("seed", range(20))
def test_feet_that_may_not_be_hidden_stay_where_they_are(seed: int) -> None:
    """Where `may_hide` says no, `placed` changes nothing: who asks may leave it out."""
    rng = random.Random(seed)
    found: HiddenFoot = feet()
    answers = set()
    for _ in range(60):
        looks = []
        for n in range(6):
            x, y, tall = rng.uniform(100, 800), rng.uniform(200, 1080), rng.uniform(40, 160)
            looks.append(look(500_000 * n, -20.0 + 5.0 * n, (x, y - tall, x + 90.0, min(y, SIZE_PX))))
        answers.add(found.may_hide(looks))
        if not found.may_hide(looks):
            assert found.placed(looks) == (looks, [False] * len(looks))
    assert answers == {False, True}
