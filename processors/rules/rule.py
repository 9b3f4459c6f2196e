"""The rule contract, and how a stage finds its rules."""

import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from types import ModuleType
from typing import Any, ClassVar, Protocol, TypeVar

from processors.rules.place import Place
from processors.rules.second import Second

S = TypeVar("S")
F_co = TypeVar("F_co", covariant=True)


class Rule(Protocol[S, F_co]):
    """What holds in the city's streets, as one file.

    A rule knows no message, clock or topic beside the Second it is shown. It sees the seconds of one camera in order,
    also those in which nothing was looked at (Second.observed). Its state is bounded by itself. Where `Place.scopes`
    has no scope for it, it leaves its state as it is and finds nothing: it need not be asked there again.

    Attributes:
        kind: its name: in settings, incidents and violations.
        version: version of its behaviour and of its state; a state of another version is not read, it starts afresh.
    """

    kind: ClassVar[str]
    version: ClassVar[str]

    def initial(self) -> S:
        """Return the state of a camera that it has not seen."""

    def observe(self, state: S, second: Second, place: Place) -> tuple[S, Sequence[F_co]]:
        """Look at one second; return the new state (the old one may be changed in place) and what was found."""

    def pack(self, state: S) -> Any:
        """Return the state as plain data: numbers, strings, lists, named tuples, dicts with string keys, None."""

    def unpack(self, plain: Any) -> S:
        """Return the state from what `pack` gave."""


def discover(package: ModuleType) -> tuple[Rule[Any, Any], ...]:
    """Return one rule of each class with a `kind` that a module of the package defines, in the order of kinds.

    A new rule is one new file in the package; nothing else names it.

    Raises:
        TypeError: a class has a kind but lacks a part of the contract.
        ValueError: two rules have the same kind.
    """
    rules: dict[str, Rule[Any, Any]] = {}
    for entry in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(entry.name)
        for name, member in inspect.getmembers(module, inspect.isclass):
            cls: Any = member
            if cls.__module__ != module.__name__ or not isinstance(getattr(cls, "kind", None), str):
                continue
            missing = [n for n in ("version", "initial", "observe", "pack", "unpack") if not hasattr(cls, n)]
            if missing:
                raise TypeError(
                    f"rule {name} in {module.__file__} lacks {', '.join(missing)} of processors.rules.rule.Rule"
                )
            if cls.kind in rules:
                raise ValueError(f"rules {type(rules[cls.kind]).__name__} and {name} have the same kind {cls.kind!r}")
            rules[cls.kind] = cls()
    return tuple(rules[kind] for kind in sorted(rules))
