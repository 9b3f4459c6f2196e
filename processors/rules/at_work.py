"""AtWork: which rules have something to do at a place: most cameras have zones for a few of them."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from processors.rules.place import Place
from processors.rules.places import MOST_PLACES
from processors.rules.rule import Rule

F = TypeVar("F")


class AtWork(Generic[F]):
    """Finds, and remembers, the rules with something to do at each place.

    Args:
        rules: all of them.
    """

    def __init__(self, rules: Sequence[Rule[Any, F]]) -> None:
        self._rules = rules
        self._teams: dict[tuple[str, ...], Sequence[Rule[Any, F]]] = {}
        self._of: dict[str, tuple[Place, Sequence[Rule[Any, F]]]] = {}

    def at(self, place: Place) -> Sequence[Rule[Any, F]]:
        """Return the rules for a place, in their order; all of them until the first has found no scope there.

        The same rules are one sequence, whatever the place: by it one sees whether they have changed.
        """
        camera_id = place.camera.camera_id
        known = self._of.get(camera_id)
        if known is not None and known[0] is place:
            return known[1]
        idle = {rule.kind for rule in self._rules if place.is_idle(rule.kind)}
        if not idle:
            return self._rules
        left = tuple(rule for rule in self._rules if rule.kind not in idle)
        rules = self._teams.setdefault(tuple(rule.kind for rule in left), left)
        if len(self._of) >= MOST_PLACES:
            self._of.clear()
            self._teams.clear()
            self._teams[tuple(rule.kind for rule in rules)] = rules
        self._of[camera_id] = (place, rules)
        return rules
