"""A trail tells a step that a vehicle can have driven from one that goes over to another vehicle."""

import pytest

from processors.violations.trail import APART_US, MOST_POINTS, TRAIL_US, Point, go_on, tells_speed, went_over


def along(*metres: float, begin_s: float = 0.0) -> list[Point]:
    """Return places along the y axis, five a second."""
    return [(round((begin_s + n / 5) * 1e6), 0.0, y_m) for n, y_m in enumerate(metres)]


STANDING = along(-37.0, -37.4, -36.8, -37.1, -36.9, -37.2)


@pytest.mark.parametrize(
    ("after_s", "y_m", "over"),
    [
        # the car behind, of a queue that stands, after four frames without a box
        (0.8, -51.5, True),
        # a second box of the car itself
        (0.2, -40.0, False),
        # it drives off, as hard as a vehicle can, for a second
        (1.0, -34.2, False),
        # unseen for two seconds it may be twelve metres away
        (2.0, -48.5, False),
    ],
)
def test_who_stands_is_not_at_the_next_car_a_moment_later(after_s: float, y_m: float, over: bool) -> None:  # noqa: FBT001
    """A step counts where its speed before, what it can gain and the feet's errors leave a car's length unexplained."""
    assert went_over(STANDING, (STANDING[-1][0] + round(after_s * 1e6), 0.0, y_m), 1.96) is over


def test_who_drives_is_where_its_speed_brings_it() -> None:
    """Fourteen metres a second go on through a second without a box; not thrice as far."""
    driving = along(*(-2.8 * n for n in range(6)))
    end_us, _, y_m = driving[-1]
    assert not went_over(driving, (end_us + 1_000_000, 0.0, y_m - 14.0), 1.96)
    assert went_over(driving, (end_us + 1_000_000, 0.0, y_m - 42.0), 1.96)


def test_a_trail_too_short_for_a_speed_says_nothing() -> None:
    """One place, or two in one fifth of a second."""
    assert not went_over([], (0, 0.0, 0.0), 1.96)
    assert not went_over(STANDING[:2], (STANDING[1][0] + 200_000, 0.0, -90.0), 1.96)


def test_after_a_step_to_another_the_trail_is_that_ones() -> None:
    """What is known of the first vehicle says nothing of the second; a point that was there already is left."""
    trail, over = go_on(STANDING, along(-51.0, -51.2, begin_s=2.0), 1.96)
    assert (over, [y for _, _, y in trail]) == (True, [-51.0, -51.2])
    assert go_on(trail, along(-51.0, -51.2, begin_s=2.0), 1.96) == (trail, False)


@pytest.mark.parametrize("fps", [1, 2, 5, 8, 10, 25, 30, 38, 50, 100])
def test_a_trail_lasts_as_long_at_every_rate(fps: int) -> None:
    """Two seconds, less than a step between its points; it has a bound, and its end is the last place."""
    points = [(n * 1_000_000 // fps, 0.0, 8.0 * n / fps) for n in range(10 * fps)]
    trail, over = go_on([], points, 1.96)
    assert not over
    assert trail[-1] == points[-1]
    assert TRAIL_US - APART_US - 1_000_000 // fps < trail[-1][0] - trail[0][0] <= TRAIL_US
    assert tells_speed(trail)
    assert len(trail) <= MOST_POINTS


def test_a_trail_goes_on_alike_in_one_step_and_in_many() -> None:
    """Seconds of thirty frames, or frame by frame."""
    points = [(n * 1_000_000 // 30, 0.0, n / 3) for n in range(150)]
    trail: list[Point] = []
    for point in points:
        trail, _ = go_on(trail, [point], 1.96)
    assert trail == go_on([], points, 1.96)[0]
