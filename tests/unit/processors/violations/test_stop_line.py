"""Stop line is a stand beyond the line on red by one who did not pass it on green."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.messages import Analysis, Signal, Tracks
from tests.unit.processors.violations.junction import APPROACH, Fronts, found, tracks

AMBER_THEN_RED = [(Signal.AMBER, -2), (Signal.RED, 2)]


def stand(beyond_m: float, seconds: int = 6) -> Fronts:
    """Return a car that drives up, brakes, passes the line before 2.5 s and stands so far beyond it, or before it."""
    way = [-20.0, -15.0, -10.0, -5.5, -1.5, 0.35 * beyond_m, 0.7 * beyond_m, 0.9 * beyond_m]
    return [*way, *[beyond_m] * (2 * seconds), None, None]


def test_a_stand_beyond_the_line_on_red_is_proposed_once() -> None:
    """Five metres beyond it from 3 s on, red since 2 s."""
    (one,) = found(tracks(stand(5.0), AMBER_THEN_RED))
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("stop_line", "m", 2.0, "stop-line")
    assert one.measured == pytest.approx(5.0, abs=0.5)
    assert one.measures["stood_on_red_s"] >= 1.5
    assert {article.code for article in one.articles} == {"KoAP 601"}


@pytest.mark.parametrize("beyond_m", [-0.5, 1.0, 2.4, 12.0])
def test_before_the_line_just_over_it_and_in_the_junction_is_none(beyond_m: float) -> None:
    """The bumper over the line is within tolerance; who stands in the junction may wait for others."""
    assert found(tracks(stand(beyond_m), AMBER_THEN_RED)) == []


@pytest.mark.parametrize(
    "signals",
    [
        [(Signal.GREEN, -9)],
        # passed on green, held up, red comes while it stands
        [(Signal.GREEN, -9), (Signal.AMBER, 4), (Signal.RED, 5)],
        [(Signal.FLASHING, -9)],
    ],
)
def test_who_passed_on_green_or_is_not_held_by_red_may_stand(signals: list[tuple[Signal, float]]) -> None:
    """Only red forbids, and only who passed the line against it."""
    assert found(tracks(stand(5.0), signals)) == []


def test_a_track_that_goes_over_to_a_box_beyond_the_line_is_none() -> None:
    """A vehicle that stands at the line on red, and in half a second is 6 m further: that is another box."""
    for stands in (-2.0, 0.1):  # before the line, or by the boxes' error just beyond it
        ways = [-14.0, -8.0, -4.0, -2.0, -2.0, -2.0, stands, *[5.5] * 8, None, None]
        assert found(tracks(ways, AMBER_THEN_RED)) == []


def test_a_track_that_begins_beyond_the_line_is_none() -> None:
    """How it came there was not seen."""
    assert found(tracks([5.0] * 12, AMBER_THEN_RED)) == []


def test_a_lost_track_that_is_found_again_is_no_second_offence() -> None:
    """Another track comes to the same place in the same red: a tracker's mistake; in the next red it is another car."""
    first, again = tracks(stand(5.0), AMBER_THEN_RED, "a"), tracks(stand(5.2), AMBER_THEN_RED, "b")
    both = [*first, *_later(again, len(first))]
    red = first[-1].signals
    assert len(found([replace(m, signals=red) if n >= len(first) else m for n, m in enumerate(both)])) == 1


@pytest.mark.parametrize(
    ("fronts", "signals", "count"),
    [
        pytest.param([-24.0, -19.0, -14.5, -10.0, None, None, None, 3.0], AMBER_THEN_RED, 1, id="amber all along"),
        pytest.param([-24.0, -19.0, -14.5, -10.0, None, None, None, 3.0], [(Signal.GREEN, -9), (Signal.RED, 2)], 0,
                     id="green when last seen"),
        pytest.param([-10.0, -10.0, -10.0, -10.0, None, None, None, 3.0], AMBER_THEN_RED, 0, id="it stood before"),
        pytest.param([-16.0, -10.0, None, None, None, None, None, 3.0], AMBER_THEN_RED, 0, id="unseen for too long"),
    ],
)  # fmt: skip
def test_one_that_is_unseen_at_the_line_passed_it_at_any_instant(
    fronts: Fronts, signals: list[tuple[Signal, float]], count: int
) -> None:
    """For up to 2.4 s, where it drove before as it must have meanwhile, and none of that time was green."""
    assert len(found(tracks([*fronts, *[5.0] * 12, None, None], signals))) == count


def test_without_enforcement_nothing_is_proposed() -> None:
    """The camera must take part in it."""
    assert (
        found(tracks(stand(5.0), AMBER_THEN_RED), replace(APPROACH, analysis=Analysis(False, 1.0, 5.0, 0.3, []))) == []
    )


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = tracks(stand(5.0), AMBER_THEN_RED)
    whole = found(messages)
    assert len(whole) == 1
    assert found(messages, at_once=False) == whole


def _later(messages: Sequence[Tracks], seconds: int) -> list[Tracks]:
    """Return messages moved to later seconds."""
    return [
        replace(
            m,
            sequence=m.sequence + seconds,
            captured_at_us=m.captured_at_us + seconds * 1_000_000,
            sample_at_us=[at + seconds * 1_000_000 for at in m.sample_at_us],
        )
        for m in messages
    ]
