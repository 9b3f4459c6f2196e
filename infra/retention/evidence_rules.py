"""EvidenceRules: how long evidence of a finding is kept. Pure but for reading the shipped file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from infra.retention.retention_rules import RetentionError, RetentionRules

#: What has evidence.
TOPICS: Final = ("incidents", "violations", "leads")


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """How long evidence of some events is kept.

    Attributes:
        topic: of the findings.
        since: day of the first event that it holds for.
        keep_days: days from the event on.
        source: the law, in words.
    """

    topic: str
    since: date
    keep_days: int
    source: str


class EvidenceRules:
    """Dated rules of every topic.

    Args:
        rules: in any order.
        keys: how long keys are kept: no evidence may be kept longer than the shortest of these terms.

    Raises:
        RetentionError: a topic has no rule or is none, two rules of one begin on one day, or one keeps nothing, or
            longer than a key.
    """

    def __init__(self, rules: Sequence[EvidenceRule], keys: RetentionRules) -> None:
        self._rules = {topic: sorted((r for r in rules if r.topic == topic), key=_since) for topic in TOPICS}
        for rule in rules:
            if rule.topic not in TOPICS:
                raise RetentionError(f"a rule of evidence is for {rule.topic!r}; expected one of {', '.join(TOPICS)}")
            if not 1 <= rule.keep_days <= keys.shortest_days:
                raise RetentionError(
                    f"evidence of {rule.topic} from {rule.since} on is to be kept for {rule.keep_days} days; expected 1"
                    f" to {keys.shortest_days}: no longer than the plates' keys (infra/retention/rules.toml)"
                )
        for topic, ones in self._rules.items():
            if not ones:
                raise RetentionError(f"no rule says how long evidence of {topic} is kept; add a [[rule]] with it")
            if any(one.since == other.since for one, other in pairwise(ones)):
                raise RetentionError(f"two rules of evidence of {topic} begin on one day; leave one of them")

    @classmethod
    def load(cls) -> "EvidenceRules":
        """Return the rules that ship."""
        text = (resources.files("infra.retention") / "evidence_rules.toml").read_text(encoding="utf-8")
        return cls.of(tomllib.loads(text), RetentionRules.load())

    @classmethod
    def of(cls, content: dict[str, Any], keys: RetentionRules) -> "EvidenceRules":
        """Return the rules of a file's content.

        Raises:
            RetentionError: a field is missing or of another type, or see above.
        """
        try:
            rules = [
                EvidenceRule(str(row["topic"]), row["from"], int(row["keep_days"]), str(row["source"]))
                for row in content["rule"]
            ]
            return cls(rules, keys)
        except (KeyError, TypeError) as error:
            raise RetentionError(
                f"rules of evidence: {error!r}; expected [[rule]] with topic, from, keep_days, source"
            ) from error

    def keep_days(self, topic: str, day: date) -> int:
        """Return for how many days evidence of an event is kept, from the event on.

        An event of before the topic's first rule is kept as that one says.

        Args:
            topic: the finding's.
            day: of the event.
        """
        ones = self._rules[topic]
        return ([one for one in ones if one.since <= day] or ones[:1])[-1].keep_days

    def longest_days(self, topic: str, on: date) -> int:
        """Return the longest term of a topic's rules under which anything can still be kept on a day.

        A bucket's lifecycle counts from when an object was written and knows no dates: this one removes nothing early.
        """
        ones = self._rules[topic]
        ends = [*(later.since for later in ones[1:]), None]
        return max(
            one.keep_days
            for one, end in zip(ones, ends, strict=True)
            if end is None or end + timedelta(days=one.keep_days) >= on
        )


def _since(rule: EvidenceRule) -> date:
    return rule.since
