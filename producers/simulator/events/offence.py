"""Truth of a violation by one vehicle. Pure."""

from collections.abc import Sequence

from producers.simulator.actor import Actor
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from schemas.messages import TruthFamily


def offence(
    scene: Scene,
    name: str,
    kind: str,
    actor: Actor,
    *,
    begin_s: float,
    end_s: float,
    at: tuple[float, float],
    measured: tuple[float, float, str] | None,
    notes: str,
    due_s: float | None = None,
    article: str | None = None,
    negative_of: Sequence[str] = (),
    others: Sequence[Actor] = (),
) -> Staged:
    """Return what is true of a vehicle that breaks the law, or that a rule might take for one that does.

    Args:
        scene: before which camera and when.
        name: of the scenario.
        kind: of the violation.
        actor: the vehicle.
        begin_s: when it begins, seconds after the scene's begin.
        end_s: when it ends.
        at: where, along and right.
        measured: value, limit and unit; None: nothing that is true of it has a size.
        notes: in words.
        due_s: from when on it is one; None: from its begin.
        article: that it breaks.
        negative_of: kinds that it must not be taken for; then no article holds.
        others: who takes part besides.
    """
    everyone = (actor, *others)
    begin_us = scene.at(begin_s)
    value, limit, unit = (None, None, None) if measured is None else measured
    return Staged(
        family=TruthFamily.VIOLATION,
        kind=kind,
        scenario=name,
        negative_of=negative_of,
        started_us=begin_us,
        due_us=begin_us if due_s is None or negative_of else scene.at(due_s),
        ended_us=scene.at(end_s),
        free_us=max(one.end_us for one in scene.actors),
        along_m=at[0],
        right_m=at[1],
        actors=[one.actor for one in everyone],
        vehicle=actor.actor,
        measured=value,
        limit=limit,
        unit=unit,
        article=None if negative_of else article,
        notes=notes,
    )
