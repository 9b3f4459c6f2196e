"""RuleSetting: Settings of one rule for one camera."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """Settings of one rule for one camera.

    Attributes:
        kind: The rule's kind, e.g. crowd.
        enabled: Whether the rule runs on this camera.
        params: Parameters that differ from the rule's defaults, named with their unit.
    """

    kind: str
    enabled: bool
    params: Mapping[str, float]
