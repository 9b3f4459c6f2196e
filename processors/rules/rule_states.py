"""RuleStates: what the rules of one camera remember, and the event time they have seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from processors.rules.rule import Rule


def as_json(plain: Any) -> bytes:
    """Return what rules have packed as JSON; named tuples, which orjson does not take by itself, as lists."""
    return orjson.dumps(plain, default=list)


@dataclass(slots=True)
class RuleStates:
    """The states of all rules of one camera.

    Attributes:
        of: state of each rule, by its kind.
        epoch_us: the connection of the last second; 0 before the first.
        ends_us: end of the last second, microseconds since the Unix epoch; 0 before the first.
        blind_us: time since the last second that was looked at, microseconds.
        at_work: the rules that the last second was shown to; None: all. The others' states do not change.
        packed: what `pack` gave last, with the others' as bytes; not a part of the state.
    """

    of: dict[str, Any]
    epoch_us: int = 0
    ends_us: int = 0
    blind_us: int = 0
    at_work: Sequence[Rule[Any, Any]] | None = field(default=None, compare=False, repr=False)
    packed: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def fresh(cls, rules: Sequence[Rule[Any, Any]]) -> "RuleStates":
        """Return the states of a camera not seen before."""
        return cls({rule.kind: rule.initial() for rule in rules})

    def forget(self, rules: Sequence[Rule[Any, Any]]) -> None:
        """Start every rule afresh, as after a camera was lost."""
        self.of = {rule.kind: rule.initial() for rule in rules}
        self.packed.clear()

    def shown_to(self, rules: Sequence[Rule[Any, Any]]) -> None:
        """Take note of the rules that a second is shown to."""
        if rules is not self.at_work:
            self.at_work = rules
            self.packed.clear()

    def pack(self, rules: Sequence[Rule[Any, Any]]) -> list[Any]:
        """Return this as data for `as_json`; the states of rules that are not at work are made into bytes once."""
        states, at_work = self.packed, rules if self.at_work is None else self.at_work
        if not states:
            for rule in rules:
                plain = [rule.version, rule.pack(self.of[rule.kind])]
                states[rule.kind] = plain if rule in at_work else orjson.Fragment(as_json(plain))
        else:
            for rule in at_work:
                states[rule.kind] = [rule.version, rule.pack(self.of[rule.kind])]
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
