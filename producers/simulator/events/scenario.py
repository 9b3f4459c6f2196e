"""What a scenario is, and where all of them are found."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Protocol

from producers.simulator.events import scenarios
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.outlook import Outlook


class Scenario(Protocol):
    """One way in which something comes about.

    Attributes:
        name: its name in truth.
        shares: for each outlook before whose cameras it is staged: how often, against the outlook's other scenarios.
    """

    name: ClassVar[str]
    shares: ClassVar[Mapping[Outlook, float]]

    def stage(self, scene: Scene) -> Staged | None:
        """Put actors on the stage and return what is true of them; None: it does not fit before this camera."""


@cache
def all_scenarios() -> Sequence[Scenario]:
    """Return one of each scenario of the folder scenarios, by name."""
    found: dict[str, Scenario] = {}
    for module in pkgutil.iter_modules(scenarios.__path__):
        for thing in vars(importlib.import_module(f"{scenarios.__name__}.{module.name}")).values():
            if isinstance(thing, type) and thing.__module__.endswith(module.name) and hasattr(thing, "stage"):
                one: Any = thing()
                found[one.name] = one
    return [found[name] for name in sorted(found)]


@cache
def scenarios_of(outlook: Outlook) -> tuple[Sequence[Scenario], Sequence[float]]:
    """Return an outlook's scenarios and the share of each."""
    chosen = [(one, one.shares[outlook]) for one in all_scenarios() if outlook in one.shares]
    total = sum(share for _, share in chosen)
    return [one for one, _ in chosen], [share / total for _, share in chosen]
