"""The mix of offences, from offences.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from producers.simulator.history.law import Law

#: COCO-80 class of a car.
CAR = 2


@dataclass(frozen=True, slots=True)
class Offence:
    """One kind of offence with its article.

    Attributes:
        kind: the rule that finds it.
        article: the article that applies.
        before: the article on days on which `article` has no price; None: the same.
        band: what makes it apply, in words.
        weight: its share, relative.
        unit: of what is measured.
        limit: in that unit; 0 for speeding: the camera's own.
        error: standard uncertainty, hundredths of the unit.
        measured: quantiles beyond the limit, hundredths of the unit.
        vehicle_class: COCO-80 class id.
    """

    kind: str
    article: str
    before: str | None
    band: str
    weight: float
    unit: str
    limit: int
    error: int
    measured: Sequence[int]
    vehicle_class: int


@dataclass(frozen=True, slots=True)
class Mix:
    """All offences.

    Attributes:
        offences: those there are.
        coverage_factor: k; measured - k * error lies beyond the limit.
    """

    offences: Sequence[Offence]
    coverage_factor: float

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], law: Law) -> "Mix":
        """Read and check the content of offences.toml.

        Raises:
            ValueError: an article that the law does not know, or quantiles that do not ascend.
        """
        out = []
        known = {fine.article for fine in law.fines} | law.court
        for entry in data["offence"]:
            offence = Offence(
                entry["kind"],
                entry["article"],
                entry.get("before"),
                entry["band"],
                float(entry["weight"]),
                entry["unit"],
                int(entry["limit"]),
                int(entry["error"]),
                [int(value) for value in entry["measured"]],
                int(entry.get("vehicle_class", CAR)),
            )
            for article in (offence.article, offence.before or offence.article):
                if article not in known:
                    raise ValueError(f"offences.toml has {article}, which tariffs.toml does not price")
            if list(offence.measured) != sorted(offence.measured):
                raise ValueError(f"the quantiles of {offence.kind} {offence.article} do not ascend")
            out.append(offence)
        return cls(out, float(data["coverage_factor"]))
