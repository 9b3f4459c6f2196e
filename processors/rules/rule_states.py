"""RuleStates: what the rules of one camera remember, and the event time they have seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processors.rules.rule import Rule


@dataclass(slots=True)
class RuleStates:
    """The states of all rules of one camera.

    Attributes:
        of: state of each rule, by its kind.
        epoch_us: the connection of the last second; 0 before the first.
        ends_us: end of the last second, microseconds since the Unix epoch; 0 before the first.
        blind_us: time since the last second that was looked at, microseconds.
    """

    of: dict[str, Any]
    epoch_us: int = 0
    ends_us: int = 0
    blind_us: int = 0

    @classmethod
    def fresh(cls, rules: Sequence[Rule[Any, Any]]) -> "RuleStates":
        """Return the states of a camera not seen before."""
        return cls({rule.kind: rule.initial() for rule in rules})

    def forget(self, rules: Sequence[Rule[Any, Any]]) -> None:
        """Start every rule afresh, as after a camera was lost."""
        self.of = {rule.kind: rule.initial() for rule in rules}

    def pack(self, rules: Sequence[Rule[Any, Any]]) -> list[Any]:
        """Return this as plain data."""
        states = {rule.kind: [rule.version, rule.pack(self.of[rule.kind])] for rule in rules}
        return [states, self.epoch_us, self.ends_us, self.blind_us]

    @classmethod
    def unpack(cls, plain: list[Any], rules: Sequence[Rule[Any, Any]]) -> "RuleStates":
        """Return what `pack` gave; a rule that is new, or whose version differs, starts afresh."""
        states, epoch_us, ends_us, blind_us = plain
        of = {}
        for rule in rules:
            version, state = states.get(rule.kind, (None, None))
            of[rule.kind] = rule.unpack(state) if version == rule.version else rule.initial()
        return cls(of, epoch_us, ends_us, blind_us)
