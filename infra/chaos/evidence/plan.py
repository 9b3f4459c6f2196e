"""What happens in an exercise of the evidence sink. Pure: the same seed and sizes give the same plan."""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from infra.chaos.evidence.film import CLIPS

#: Findings of one camera, about; more cameras than that and most of the time goes into filming.
A_CAMERA: Final = 40
LEAST_CAMERAS: Final = 3
#: Seconds that each camera films; the shortest clip has more.
SECONDS: Final = 48
#: A finding names no second nearer to the film's ends than this: its window must end within the film.
FIRST, LAST = 8, SECONDS - 10
#: This share of the cameras lacks one group in `detections`, as after a stage's dead letter.
HOLED_RATIO: Final = 0.3
#: Retention has dropped frames up to a second between these of one partition's cameras.
GONE: Final = (12, 22)
#: Every third finding is an incident's revision.
INCIDENT_EVERY: Final = 3
#: A kill comes so long after the progress it waits for, at most, seconds: about what a finding takes.
MOST_LATE_S: Final = 0.15
#: How long the sink is away after a kill, at most, seconds.
MOST_DOWN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Filming:
    """One camera.

    Attributes:
        camera_id: the camera.
        clip: what it films.
        hole: the group that no detections message names; None: none.
    """

    camera_id: str
    clip: str
    hole: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One finding.

    Attributes:
        number: its number, from 0.
        camera: index of its camera.
        onset, peak: groups that it names.
        revision: of an incident; None: a violation.
        incident: number of that incident.
    """

    number: int
    camera: int
    onset: int
    peak: int
    revision: int | None = None
    incident: int = 0


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill -9 of the sink.

    Attributes:
        after: findings that are in the log by then.
        late_s: so much later, seconds; the moment falls anywhere in the making and storing of a finding.
        down_s: how long until the sink is started again, seconds.
    """

    after: int
    late_s: float
    down_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """An exercise.

    Attributes:
        seed: what it is drawn from.
        cameras: who films.
        events: the findings.
        gone_camera: index of the camera on whose partition retention has dropped frames.
        gone_before: up to this group of that camera.
        kills: of the sink, in order.
        flips_seed: what the flipped bits are drawn from.
    """

    seed: int
    cameras: Sequence[Filming]
    events: Sequence[Event]
    gone_camera: int
    gone_before: int
    kills: Sequence[Kill]
    flips_seed: int

    def to_json(self) -> dict[str, Any]:
        """Return the plan for programs."""
        return asdict(self)


def plan(seed: int, events: int, kills: int) -> Plan:
    """Draw an exercise.

    Args:
        seed: what it is drawn from.
        events: how many findings.
        kills: how many kills of the sink.
    """
    draw = random.Random(seed)  # noqa: S311  a plan, not a secret
    count = max(LEAST_CAMERAS, -(-events // A_CAMERA))
    cameras = [
        Filming(
            f"EVI-{number:04}",
            CLIPS[number % len(CLIPS)],
            draw.randrange(FIRST + 4, LAST - 4) if draw.random() < HOLED_RATIO else None,
        )
        for number in range(count)
    ]
    found = []
    revisions: dict[int, int] = {}
    for number in range(events):
        camera = draw.randrange(count)
        onset, peak = _named(draw, cameras[camera].hole)
        if number % INCIDENT_EVERY:
            found.append(Event(number, camera, onset, peak))
            continue
        revisions[camera] = revisions.get(camera, 0) + 1
        found.append(Event(number, camera, onset, peak, revisions[camera], camera))
    moments = sorted(draw.randrange(max(1, events - 1)) for _ in range(kills))
    return Plan(
        seed=seed,
        cameras=cameras,
        events=found,
        gone_camera=draw.randrange(count),
        gone_before=draw.randrange(*GONE),
        kills=[Kill(after, draw.uniform(0, MOST_LATE_S), draw.uniform(0, MOST_DOWN_S)) for after in moments],
        flips_seed=draw.randrange(2**32),
    )


def _named(draw: random.Random, hole: int | None) -> tuple[int, int]:
    """Draw two seconds, neither of which is the camera's hole."""
    while True:
        onset = draw.randrange(FIRST, LAST)
        peak = onset + draw.randrange(1, 3)
        if hole not in {onset, peak}:
            return onset, peak
