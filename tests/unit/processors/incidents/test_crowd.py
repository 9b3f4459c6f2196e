"""A crowd is a zone that holds too many for some seconds, and not a handful that passes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from processors.incidents.core import IncidentsCore
from schemas.messages import Camera, Incident, IncidentPhase, Severity, Tracks
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, person, play, second, zone


def people(count: int) -> list[Seen]:
    """Return persons in rows, all in the whole picture."""
    return [person(f"p{i}", 50 + 40 * (i % 20), 200 + 100 * (i // 20)) for i in range(count)]


def found(place: Camera, counts: Sequence[int], start: int = 0) -> list[Incident]:
    """Return the steps of incidents for a number of people in each second."""
    messages = [second(start + n, people(count)) for n, count in enumerate(counts)]
    return play(IncidentsCore(), Cameras(place), messages)[0]


def phases(steps: Sequence[Incident]) -> list[IncidentPhase]:
    """Return the phases of steps."""
    return [step.phase for step in steps]


SQUARE = camera(zone("square", "square", max_people=10))


def test_too_many_for_long_enough_open_one_and_their_leaving_closes_it() -> None:
    """Opened after sustain_s; closed, as ended when they left, after the grace."""
    steps = found(SQUARE, [3] * 5 + [12] * 20 + [3] * 30)
    assert phases(steps) == [IncidentPhase.OPEN, IncidentPhase.CLOSE]
    opened, closed = steps
    assert opened.kind == "crowd"
    assert opened.zone_id == "square"
    assert opened.measures["people"] == 12
    assert opened.limits == {"max_people": 10}
    assert opened.opened_at_us - opened.started_at_us == 5_000_000
    assert closed.close_reason == "ended"
    assert closed.closed_at_us == second(24).sample_at_us[-1]
    assert [e.role for e in opened.evidence] == ["onset", "peak"]
    assert [e.role for e in closed.evidence] == ["onset", "peak", "end"]
    assert opened.evidence[0].sequence == 5
    assert len(opened.evidence[0].track_ids) * 4 == len(opened.evidence[0].boxes_xyxy_px) == 48


def test_a_group_that_passes_is_none() -> None:
    """Four seconds above the limit, then below, again and again."""
    assert found(SQUARE, ([12] * 4 + [3] * 4) * 10) == []


def test_one_odd_frame_is_none() -> None:
    """A detector that counts double in one frame of three does not make a crowd: the median counts."""
    messages = []
    for n in range(20):
        twelve = second(n, people(12), samples=3)
        kept = [i for i, (s, t) in enumerate(zip(twelve.box_sample, twelve.box_track, strict=True)) if s == 0 or t < 6]
        names = ("box_track", "box_sample", "box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px")
        columns: dict[str, Any] = {name: [getattr(twelve, name)[i] for i in kept] for name in names}
        messages.append(replace(twelve, **columns))
    assert play(IncidentsCore(), Cameras(SQUARE), messages)[0] == []


def test_hovering_about_the_limit_is_one_incident() -> None:
    """Between clear_ratio and the limit it goes on; a dip below, shorter than the grace, too."""
    steps = found(SQUARE, [12] * 10 + [9] * 20 + [3] * 4 + [12] * 20)
    assert len({step.incident_id for step in steps}) == 1
    assert IncidentPhase.CLOSE not in phases(steps)


def test_nine_alone_do_not_open_one() -> None:
    """Hysteresis works downwards only."""
    assert found(SQUARE, [9] * 60) == []


@pytest.mark.parametrize(("count", "severity"), [(12, Severity.MEDIUM), (15, Severity.HIGH), (21, Severity.CRITICAL)])
def test_severity_by_number(count: int, severity: Severity) -> None:
    """1, 1.5 and 2 times the limit."""
    assert found(SQUARE, [count] * 10)[0].severity is severity


@pytest.mark.parametrize(
    ("area_m2", "severity"), [(20.0, None), (18.0, Severity.MEDIUM), (9.0, Severity.HIGH), (5.0, Severity.CRITICAL)]
)
def test_density_where_the_area_is_known(area_m2: float, severity: Severity | None) -> None:
    """20 people on so many square metres, against Fruin's level E and above."""
    steps = found(camera(zone("square", "square", area_m2=area_m2)), [20] * 10)
    assert [s.severity for s in steps[:1]] == ([] if severity is None else [severity])
    if steps:
        assert steps[0].measures["density_per_m2"] == pytest.approx(20 / area_m2, abs=1e-4)


def test_density_through_the_homography() -> None:
    """A calibrated camera needs no area: 1000 x 1000 pixels at 4 mm are 16 m2."""
    steps = found(camera(zone("square", "square"), calibration=calibration(0.004)), [20] * 10)
    assert steps[0].measures["density_per_m2"] == 1.25


def test_a_few_close_together_are_no_crowd() -> None:
    """Three people on one square metre: dense, and still three people."""
    assert found(camera(zone("square", "square", area_m2=1.0)), [3] * 20) == []


def test_without_area_or_number_the_rule_does_not_apply() -> None:
    """An uncalibrated square without limits has nothing to be held against."""
    assert found(camera(zone("square", "square")), [60] * 20) == []


def test_seconds_without_a_look_neither_end_nor_begin_it() -> None:
    """Half a minute not sampled: the same incident goes on."""
    blind = [second(n, samples=0) for n in range(10, 40)]
    messages: list[Tracks] = [second(n, people(12)) for n in range(10)]
    messages += blind + [second(n, people(12)) for n in range(40, 60)]
    steps = play(IncidentsCore(), Cameras(SQUARE), messages)[0]
    assert len({s.incident_id for s in steps}) == 1
    assert IncidentPhase.CLOSE not in phases(steps)
