"""What the office decides about its own work: reject reasons, the second officer's share, duplicates; rules.toml."""

import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

#: Kinds whose acts are remembered: rules have about twenty.
MOST_KINDS: Final = 256


@dataclass(frozen=True, slots=True)
class OfficeRules:
    """The content of rules.toml.

    Attributes:
        second_share_ratio: share of cases that two officers see, 0 to 1.
        reject_reasons: words of each reason code.
        drops: outcomes of an exculpation that drop a violation.
        duplicate_window_s: how far two violations of one offence are apart at most, seconds.
        lasting_s: the same for kinds that last, counted from when the offence was last found.
        acts: kinds that several rules may give to one act, a set for each act.
        drives: kinds that are measured over a whole drive, from its begin to its end, and not at one place.
        frees: codes of rejections that say nothing of the act: another finding of it opens a case.
        issue_after_s: from confirmation to sending, seconds.
        most_commands: commands that one case may see.
        most_cases: cases of one vehicle.
        forget_days: days after which a closed case is forgotten.
        sample_key: secret by which the cases for two officers are chosen; empty: by a hash that anybody can reckon.
    """

    second_share_ratio: float
    reject_reasons: Mapping[str, str]
    drops: frozenset[str]
    duplicate_window_s: int
    lasting_s: Mapping[str, int]
    acts: tuple[frozenset[str], ...]
    drives: frozenset[str]
    frees: frozenset[str]
    issue_after_s: int
    most_commands: int
    most_cases: int
    forget_days: int
    sample_key: bytes = b""

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "OfficeRules":
        """Read and check the content of rules.toml.

        Raises:
            ValueError: a share outside 0 to 1, a reason to reject that stands there twice, or an act whose kinds are
                fewer than two or have different windows.
        """
        share = float(data["review"]["second_share_ratio"])
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"rules.toml: second_share_ratio is {share}; expected 0 to 1")
        reasons = {entry["code"]: entry["words"] for entry in data["reject_reason"]}
        if len(reasons) != len(data["reject_reason"]):
            raise ValueError("rules.toml: a reject_reason stands there twice; expected each code once")
        guard = data["duplicate"]
        rules = cls(
            share,
            reasons,
            frozenset(data["exculpation"]["drops"]),
            int(guard["window_s"]),
            {kind: int(seconds) for kind, seconds in guard.get("lasting_s", {}).items()},
            tuple(frozenset(kinds) for kinds in guard.get("acts", [])),
            frozenset(guard.get("drives", [])),
            frozenset(guard.get("frees", [])),
            int(data["issue"]["after_s"]),
            int(data["memory"]["most_commands"]),
            int(data["memory"]["most_cases"]),
            int(data["memory"]["forget_days"]),
        )
        unknown = sorted(rules.frees - set(reasons))
        if unknown:
            raise ValueError(f"rules.toml: frees has {', '.join(unknown)}; expected codes of reject_reason")
        for act in rules.acts:
            windows = {rules.window_us(kind) for kind in act}
            if len(act) < 2 or len(windows) > 1:
                raise ValueError(
                    f"rules.toml: acts has {', '.join(sorted(act)) or 'an empty list'}; expected two kinds or more that"
                    " all last (lasting_s, the same for each) or all do not"
                )
        return rules

    def officers_needed(self, case_id: str) -> int:
        """Return how many officers see a case at least: 1, or 2 for the share chosen by the HMAC of its id."""
        text = f"second officer\n{case_id}".encode()
        digest = hmac.digest(self.sample_key, text, "sha256") if self.sample_key else hashlib.sha256(text).digest()
        drawn = int.from_bytes(digest[:4], "big")
        return 2 if drawn < self.second_share_ratio * 2**32 else 1

    def window_us(self, kind: str) -> int:
        """Return how far two violations of a kind may be apart to be one offence, microseconds."""
        return self.lasting_s.get(kind, self.duplicate_window_s) * 1_000_000

    def alike(self, kind: str) -> frozenset[str]:
        """Return the kinds that may be found of the same act as one of this kind, itself included."""
        return _alike(self.acts, kind)

    def anywhere(self, kind: str) -> frozenset[str]:
        """Return the kinds alike whose findings are the same act wherever they are made: points of a measured drive."""
        return _anywhere(self.acts, self.drives, kind)


@lru_cache(MOST_KINDS)
def _alike(acts: tuple[frozenset[str], ...], kind: str) -> frozenset[str]:
    return frozenset((kind,)).union(*(act for act in acts if kind in act))


@lru_cache(MOST_KINDS)
def _anywhere(acts: tuple[frozenset[str], ...], drives: frozenset[str], kind: str) -> frozenset[str]:
    return frozenset(other for other in _alike(acts, kind) if other != kind and (kind in drives or other in drives))


@cache
def office_rules() -> OfficeRules:
    """Return the rules that ship with Vigil.

    Raises:
        ValueError: they are not as they must be.
    """
    text = (resources.files("processors.cases") / "rules.toml").read_text(encoding="utf-8")
    return OfficeRules.from_toml(tomllib.loads(text))
