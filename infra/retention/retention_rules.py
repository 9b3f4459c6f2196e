"""RetentionRules: when a quarter's key is due. Pure but for reading the shipped file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any

from infra.keys.period import first_day, last_day


class RetentionError(ValueError):
    """The rules, or what is asked, are not as they must be; says what to do."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long the keys of some quarters are kept.

    Attributes:
        since: first day of the first quarter that it holds for.
        keep_days: days after the quarter's last day, on which the key is still needed.
        source: the law, in words.
    """

    since: date
    keep_days: int
    source: str


class RetentionRules:
    """Dated rules, one after the other.

    Args:
        rules: in any order.

    Raises:
        RetentionError: there is none, two begin on one day, or one keeps nothing.
    """

    def __init__(self, rules: Sequence[RetentionRule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.since)
        if not self._rules:
            raise RetentionError("no rule of retention is there; expected at least one [[rule]]")
        for rule in self._rules:
            if rule.keep_days < 1:
                raise RetentionError(f"the rule from {rule.since} keeps {rule.keep_days} days; expected 1 or more")
        days = [rule.since for rule in self._rules]
        if len(set(days)) < len(days):
            raise RetentionError("two rules of retention begin on one day; leave one of them")

    @classmethod
    def load(cls) -> "RetentionRules":
        """Return the rules that ship."""
        text = (resources.files("infra.retention") / "rules.toml").read_text(encoding="utf-8")
        return cls.of(tomllib.loads(text))

    @classmethod
    def of(cls, content: dict[str, Any]) -> "RetentionRules":
        """Return the rules of a file's content.

        Raises:
            RetentionError: a field is missing or of another type.
        """
        try:
            return cls(
                [RetentionRule(row["from"], int(row["keep_days"]), str(row["source"])) for row in content["rule"]]
            )
        except (KeyError, TypeError) as error:
            raise RetentionError(
                f"rules of retention: {error!r}; expected [[rule]] with from, keep_days, source"
            ) from error

    def rule_of(self, period: str) -> RetentionRule:
        """Return the rule that holds for a quarter.

        Raises:
            PeriodError: no such period.
            RetentionError: it lies before the first rule.
        """
        begins = first_day(period)
        found = [rule for rule in self._rules if rule.since <= begins]
        if not found:
            raise RetentionError(f"no rule of retention holds for {period}; the first begins on {self._rules[0].since}")
        return found[-1]

    @property
    def shortest_days(self) -> int:
        """The shortest term of any quarter's key, days."""
        return min(rule.keep_days for rule in self._rules)

    def due_on(self, period: str) -> date:
        """Return the first day on which a quarter's key is no longer needed."""
        return last_day(period) + timedelta(days=self.rule_of(period).keep_days + 1)
