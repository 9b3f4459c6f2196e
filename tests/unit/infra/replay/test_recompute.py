"""A recomputed finding is the recorded one, bit for bit, or the field that differs is named."""

import asyncio
from dataclasses import replace
from functools import cache

import pytest

from infra.replay.recompute import Outcome, Recomputation
from schemas.messages import Incident, Violation
from sinks.evidence.lineage import CHECKPOINT, FIRST_MESSAGE, NOWHERE, WITHIN, Kept, Lineage, LineageError
from sinks.evidence.lineage_span import LineageSettings, choose, span_of
from tests.unit.infra.replay.chain import Chain
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.tracking.scene import Box, seconds

FPS = 5
PLACE = camera(zone("road", "roadway"), speed_limit_kmh=20.0, calibration=calibration())


def passing(at_s: int) -> list[list[Box]]:
    """What each frame shows until a car has passed that comes at a second: 36 km/h."""
    return [[]] * (at_s * FPS) + [[Box(60 + 20 * n, 500)] for n in range(45)] + [[]] * (6 * FPS)


@cache
def played(at_s: int) -> Chain:
    """A car that is too fast."""
    messages = [replace(one, registry_version=1) for one in seconds(passing(at_s), FPS)]
    return Chain(PLACE, messages).run()


@cache
def stands() -> Chain:
    """A car that comes in the third minute and stands for five."""
    frames: list[list[Box]] = [[]] * (130 * FPS) + [[Box(300, 500)]] * (300 * FPS)
    messages = [replace(one, registry_version=1) for one in seconds(frames, FPS)]
    return Chain(PLACE, messages).run()


def recomputed(lineage: Lineage) -> Outcome:
    """What the installed cores make of a lineage that went through its file."""
    return asyncio.run(Recomputation(Lineage.from_bytes(lineage.to_bytes())).run())


def violation(chain: Chain) -> Violation:
    """The chain's one violation."""
    (one,) = [one for one in chain.found if isinstance(one, Violation)]
    return one


@pytest.mark.parametrize(("at_s", "start"), [(5, FIRST_MESSAGE), (150, CHECKPOINT)])
def test_a_violation_is_reached_again_bit_for_bit(at_s: int, start: str) -> None:
    """From the first message in the first minute, else from the last checkpoints before the track's birth."""
    chain = played(at_s)
    lineage = chain.lineage(violation(chain))
    assert lineage.start == start
    assert len(lineage.detections) <= 75
    recomputation = Recomputation(lineage)
    assert recomputation.other_versions() == []
    outcome = recomputed(lineage)
    assert (outcome.same, outcome.unreadable) == (True, 0)
    assert outcome.groups == len(lineage.detections)


def test_a_changed_detection_is_named_by_the_fields_that_it_changes() -> None:
    """Three pixels in one box of the peak: the measurement, its box, nothing of the registry."""
    chain = played(150)
    recorded = violation(chain)
    lineage = chain.lineage(recorded)
    peak = recorded.evidence[-1].sequence
    at = next(n for n, one in enumerate(chain.messages) if one.sequence == peak)
    changed = replace(chain.messages[at], box_x2_px=[x + 3.0 for x in chain.messages[at].box_x2_px])
    bent = chain.kept("detections", changed, at)
    detections = [bent if one.offset == at else one for one in lineage.detections]
    outcome = recomputed(replace(lineage, detections=detections))
    assert outcome.reached
    names = {one.field for one in outcome.differences}
    assert any(name.startswith("evidence[1].boxes_xyxy_px") for name in names), names
    assert "registry_version" not in names


def test_a_detection_that_is_left_out_shows() -> None:
    """Without the car's seconds there is no finding to reach."""
    chain = played(150)
    lineage = chain.lineage(violation(chain))
    outcome = recomputed(replace(lineage, detections=lineage.detections[:20]))
    assert (outcome.reached, outcome.same) == (False, False)


def test_each_revision_of_a_long_incident_is_reached_again() -> None:
    """Also one whose track's birth lies further back than is kept: from a checkpoint within its life."""
    chain = stands()
    steps = [one for one in chain.found if isinstance(one, Incident)]
    assert len(steps) > 5
    first, last = chain.lineage(steps[0]), chain.lineage(steps[-1], LineageSettings(most_s=120.0))
    assert (first.start, last.start) == (CHECKPOINT, WITHIN)
    assert len(last.detections) < 300
    assert recomputed(first).same
    assert recomputed(last).same


def test_another_version_is_said() -> None:
    """Of a stage, by its checkpoint; of the rule, by the finding."""
    chain = played(150)
    lineage = chain.lineage(violation(chain))
    older = [replace(one, version=f"{one.stage}/0") for one in lineage.stages]
    said = [str(one) for one in Recomputation(replace(lineage, stages=older)).other_versions()]
    assert len(said) == 2
    assert "tracking 'tracking/0' made it, 'tracking/" in said[0]
    other = replace(violation(chain), rule_version="speeding/0")
    said = [
        str(one) for one in Recomputation(replace(lineage, finding=chain.kept("violations", other, 9))).other_versions()
    ]
    assert said == [f"rule speeding 'speeding/0' made it, '{violation(chain).rule_version}' is installed"]


def test_what_is_not_kept_is_said() -> None:
    """No checkpoint, no first message: there is no start, and the sentence says so; a damaged file is none."""
    chain = played(150)
    span = span_of(violation(chain), LineageSettings())
    start, note, stages = choose(span, [], (span.born[0], 90))
    assert (start, stages[0].version) == (NOWHERE, None)
    lineage = replace(chain.lineage(violation(chain)), start=start, note=note, stages=stages, detections=[])
    with pytest.raises(LineageError, match="no checkpoint of the camera"):
        recomputed(lineage)
    whole = lineage.to_bytes()
    with pytest.raises(LineageError):
        Lineage.from_bytes(whole[:-40])
    with pytest.raises(LineageError, match="SHA-256"):
        Lineage.from_bytes(replace(lineage, finding=Kept(1, 2, b"x")).to_bytes().replace(b'"eA=="', b'"eQ=="'))
    with pytest.raises(LineageError, match="registry entry"):
        recomputed(replace(chain.lineage(violation(chain)), registry=[]))
