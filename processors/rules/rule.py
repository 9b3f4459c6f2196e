"""The rule contract, and how the rules of a stage are found: every module of its rules package is one."""

import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from processors.rules.place import Place
from processors.rules.second import Second

F_co = TypeVar("F_co", covariant=True)

#: A rule's state for one camera: plain JSON values, so that it is serialised the same way everywhere.
RuleState = dict[str, Any]


class Rule(Protocol, Generic[F_co]):
    """One rule. A module of the rules package holds one class named Rule.

    Attributes:
        kind: the kind of its findings, e.g. "crowd"; also the module's name.
        version: goes into every finding; changes with the rule's behaviour.
    """

    kind: ClassVar[str]
    version: ClassVar[str]

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[F_co]]:
        """Look at one camera-second; return the new state and what holds in it. A new camera's state is {}."""


def discover(package: ModuleType) -> Sequence[Any]:
    """Return an instance of each rule in a package, by kind in alphabetical order.

    Raises:
        TypeError: a module lacks its Rule, or its kind is not the module's name.
    """
    rules = []
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        rule_class = getattr(module, "Rule", None)
        if rule_class is None or getattr(rule_class, "kind", None) != module_info.name:
            raise TypeError(f"{module.__name__} must hold a class Rule whose kind is {module_info.name!r}")
        rules.append(rule_class())
    return rules
