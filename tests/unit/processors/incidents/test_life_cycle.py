"""The life of incidents: open, update, close; each step's revision is the next, and every replay gives the same."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import pytest

from processors.incidents.core import IncidentsCore
from processors.incidents.episode import Stage
from processors.incidents.finding import Finding
from processors.incidents.life_cycle import (
    TRANSITIONS,
    Action,
    Episodes,
    Event,
    LifeCycle,
    LifeCycleSettings,
    Step,
    merged,
)
from processors.rules.sight import Sight
from schemas.messages import DecodeStatus, Incident, IncidentPhase, Severity, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Cameras, camera, car, person, play, second, zone

OPEN, UPDATE, CLOSE = IncidentPhase.OPEN, IncidentPhase.UPDATE, IncidentPhase.CLOSE
SIGHT = Sight(EPOCH_US, 1, 0, 7, EPOCH_US, ["a"], [0.0, 0.0, 1.0, 1.0])
SETTINGS = LifeCycleSettings()
GRACE_S = 3.0


def finding(at_s: int, measure: float = 1.0, subject: str = "x", **changes: Any) -> Finding:
    """Return a finding of a second."""
    base = Finding(
        subject=subject, zone_id=None, track_ids=["a"], since_us=EPOCH_US, at_us=EPOCH_US + at_s * 1_000_000,
        measure=measure, measures={"m": measure}, limits={}, severity=Severity.LOW, summary="", onset=SIGHT,
        sight=SIGHT._replace(sequence=at_s), grace_s=GRACE_S,
    )  # fmt: skip
    return replace(base, **changes)


class Life:
    """A camera's incidents, second by second; keeps what each step was when it was sent."""

    def __init__(self, settings: LifeCycleSettings | None = None) -> None:
        self.cycle = LifeCycle(settings)
        self.episodes: Episodes = {}
        self.sent: list[tuple[int, IncidentPhase, str, int, str]] = []

    def look(self, at_s: int, *findings: Finding) -> list[IncidentPhase]:
        """Apply a second that was looked at."""
        at_us = EPOCH_US + at_s * 1_000_000
        entries = [("k", "k/1", one) for one in findings]
        return self._keep(at_s, self.cycle.look(self.episodes, entries, "cam-1", EPOCH_US, at_us, 1_000_000))

    def lose(self, at_s: int) -> list[IncidentPhase]:
        """Lose the camera."""
        return self._keep(at_s, self.cycle.lost(self.episodes, EPOCH_US + at_s * 1_000_000))

    def _keep(self, at_s: int, steps: Sequence[Step]) -> list[IncidentPhase]:
        self.sent += [(at_s, s.phase, s.episode.incident_id, s.episode.revision, s.episode.reason) for s in steps]
        return [step.phase for step in steps]


def test_the_table_is_whole() -> None:
    """Every stage knows every event; only an absent incident opens, only one that was there closes."""
    assert set(TRANSITIONS) == set(product(Stage, Event))
    for (stage, event), (after, action) in TRANSITIONS.items():
        assert (action is Action.OPEN) == (stage is Stage.ABSENT and event is Event.FOUND)
        assert (action is Action.CLOSE) == (stage is not Stage.ABSENT and after is Stage.ABSENT)


def test_it_opens_lasts_and_closes_after_its_grace() -> None:
    """One id; revisions 1, 2, 3; CLOSE when the grace was looked through, and nothing after it."""
    life = Life()
    for at_s in range(32):
        life.look(at_s, finding(at_s))
    for at_s in range(32, 40):
        life.look(at_s)
    assert [(at_s, phase, revision) for at_s, phase, _, revision, _ in life.sent] == [
        (0, OPEN, 1),
        (int(SETTINGS.update_s), UPDATE, 2),
        (32 + int(GRACE_S) - 1, CLOSE, 3),
    ]
    assert len({incident_id for _, _, incident_id, _, _ in life.sent}) == 1
    assert life.sent[-1][4] == "gone"
    assert life.episodes == {}


def test_what_comes_back_within_its_grace_is_the_same() -> None:
    """Two seconds away, again and again: one incident that never closes."""
    life = Life()
    for at_s in range(30):
        life.look(at_s, *([finding(at_s)] if at_s % 3 == 0 else []))
    assert [phase for _, phase, *_ in life.sent] == [OPEN]
    (episode,) = life.episodes.values()
    assert episode.fading_us < episode.grace_us


def test_what_comes_back_later_is_another() -> None:
    """After CLOSE the same subject opens a new incident with a new id and revision 1."""
    life = Life()
    life.look(0, finding(0))
    for at_s in range(1, 5):
        life.look(at_s)
    life.look(10, finding(10))
    assert [phase for _, phase, *_ in life.sent] == [OPEN, CLOSE, OPEN]
    assert life.sent[2][2] != life.sent[0][2]
    assert life.sent[2][3] == 1


def test_a_condition_that_ended_fades_with_that_reason() -> None:
    """And one that ended before its camera was lost was not lost."""
    life = Life()
    life.look(0, finding(0))
    life.look(1, finding(1, ended="ended"))
    for at_s in range(2, 6):
        life.look(at_s)
    assert life.sent[-1][1] is CLOSE
    assert life.sent[-1][4] == "ended"
    assert Life().look(0, finding(0, ended="ended")) == []


def test_a_lost_camera_closes_everything() -> None:
    """With that reason; twice is once."""
    life = Life()
    life.look(0, finding(0), finding(0, subject="y"))
    assert life.lose(1) == [CLOSE, CLOSE]
    assert {reason for _, phase, _, _, reason in life.sent if phase is CLOSE} == {"camera_lost"}
    assert life.lose(2) == []


def test_a_rising_severity_is_said_at_once_and_never_falls() -> None:
    """LOW, HIGH, LOW: one update, HIGH stays."""
    life = Life()
    life.look(0, finding(0))
    assert life.look(1, finding(1, severity=Severity.HIGH)) == [UPDATE]
    assert life.look(2, finding(2)) == []
    (episode,) = life.episodes.values()
    assert episode.severity is Severity.HIGH


def test_a_rising_peak_is_said_in_measure() -> None:
    """Doubled each second, told at most every least_update_s; a small rise waits for update_s."""
    life = Life()
    for at_s in range(11):
        life.look(at_s, finding(at_s, measure=2.0**at_s))
    assert [at_s for at_s, *_ in life.sent] == [0, 5, 10]
    small = Life()
    for at_s in range(25):
        small.look(at_s, finding(at_s, measure=10 + 0.05 * at_s))
    assert [at_s for at_s, *_ in small.sent] == [0]


def test_two_findings_of_one_subject_are_one_step() -> None:
    """The greater counts, with the tracks of both and the earlier begin."""
    early = finding(5, 1.0, since_us=EPOCH_US - 9, track_ids=["a", "b"])
    great = finding(5, 7.0, track_ids=["c", "b"])
    life = Life()
    assert life.look(5, early, great) == [OPEN]
    (episode,) = life.episodes.values()
    assert (episode.peak, episode.started_at_us, episode.track_ids) == (7.0, EPOCH_US - 9, ["c", "b", "a"])
    assert merged(early, great) == merged(great, early)
    assert merged(finding(1, 9.0, ended="gone"), finding(1, 1.0)).ended is None


def test_a_superseded_incident_is_closed() -> None:
    """Two subjects turn out to be one: the other is closed, and is not opened again in that second."""
    life = Life()
    life.look(0, finding(0), finding(0, subject="y"))
    assert life.look(1, finding(1, supersedes=["y"]), finding(1, subject="y")) == [CLOSE]
    assert life.sent[-1][4] == "superseded"
    assert list(life.episodes) == ["k|x"]


def test_a_camera_has_no_more_incidents_than_allowed() -> None:
    """The next is not opened until one has closed."""
    life = Life(LifeCycleSettings(most_open=2))
    assert life.look(0, *(finding(0, subject=s) for s in "xyz")) == [OPEN, OPEN]
    for at_s in range(1, 5):
        life.look(at_s, *(finding(at_s, subject=s) for s in "yz"))
    assert "k|z" in life.episodes


ROAD = camera(
    zone("road", "roadway", dwell_s=10),
    zone("square", "square", (0, 600, 1000, 600, 1000, 1000, 0, 1000), max_people=3),
)


def day() -> list[Tracks]:
    """Return two minutes with a breakdown, a crowd that comes twice, unsampled seconds and a reconnect."""
    messages = []
    for n in range(150):
        seen = [car("a", 300, 300)] if n < 50 else []
        if 20 <= n < 40 or 80 <= n < 100:
            seen += [person(f"p{i}", 100 + 100 * i, 800) for i in range(5)]
        messages.append(second(n, seen, samples=0 if n % 7 == 3 else 2))
    return [
        m if n < 30 else replace(m, epoch_us=EPOCH_US + 30_000_000, sequence=n - 30) for n, m in enumerate(messages)
    ]


def by_incident(steps: Sequence[Incident]) -> dict[str, list[Incident]]:
    """Return the steps of each incident."""
    out: dict[str, list[Incident]] = {}
    for step in steps:
        out.setdefault(step.incident_id, []).append(step)
    return out


def test_a_replay_gives_the_same_steps_however_it_is_cut() -> None:
    """Ids, revisions, contents, the last state; the reconnect in between ends nothing."""
    whole, state = play(IncidentsCore(), Cameras(ROAD), day())
    cut, again = play(IncidentsCore(), Cameras(ROAD), day(), at_once=False)
    assert cut == whole
    assert again == state
    lives = by_incident(whole)
    assert sorted(life[0].kind for life in lives.values()) == ["crowd", "crowd", "stopped_vehicle"]
    for life in lives.values():
        assert [step.revision for step in life] == list(range(1, len(life) + 1))
        assert life[0].phase is OPEN
        assert life[-1].phase is CLOSE
        assert {step.phase for step in life[1:-1]} <= {UPDATE}
        assert all(a.updated_at_us <= b.updated_at_us for a, b in pairwise(life))
        closed_us = life[-1].closed_at_us
        assert closed_us is not None
        assert life[0].started_at_us <= life[0].opened_at_us <= closed_us <= life[-1].updated_at_us
        assert [step.closed_at_us for step in life[:-1]] == [None] * (len(life) - 1)


def standing(count: int, first: int = 0) -> list[Tracks]:
    """Return seconds in which a car stands on the road."""
    return [second(n, [car("a", 300, 300)]) for n in range(first, first + count)]


@pytest.mark.parametrize("shift_s", [200, -200])
def test_a_gap_or_a_clock_set_back_far_closes_it_as_lost(shift_s: int) -> None:
    """The stream ended and another began much later (or earlier): what was under way has no end that anyone saw."""
    epoch_us = EPOCH_US + (15 + shift_s) * 1_000_000
    later = replace(second(15 + shift_s), epoch_us=epoch_us, sequence=0)
    steps, _ = play(IncidentsCore(), Cameras(ROAD), [*standing(15), later])
    assert [(s.phase, s.close_reason) for s in steps] == [(OPEN, None), (CLOSE, "camera_lost")]
    assert steps[1].closed_at_us == second(14).sample_at_us[-1]


@pytest.mark.parametrize("status", [s for s in DecodeStatus if s is not DecodeStatus.DECODED])
def test_a_camera_that_shows_nothing_for_lost_s_is_lost(status: DecodeStatus) -> None:
    """Seconds without a look do not count as absence, and after a minute of them the camera counts as lost."""
    blind = [replace(second(n, samples=0), decode_status=status) for n in range(15, 90)]
    steps, _ = play(IncidentsCore(), Cameras(ROAD), [*standing(15), *blind])
    assert [(s.phase, s.close_reason) for s in steps] == [(OPEN, None), (CLOSE, "camera_lost")]
    few = [*standing(15), *blind[:30], *standing(3, first=45)]
    assert CLOSE not in [s.phase for s in play(IncidentsCore(), Cameras(ROAD), few)[0]]


def test_states_of_another_format_are_refused() -> None:
    """With what to do about it."""
    with pytest.raises(ValueError, match="has format 9, this version reads 1; run the version"):
        IncidentsCore().from_bytes("cam-1", b"\x09[]")
