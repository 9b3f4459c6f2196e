"""Vigil's own processes as children of the runner."""

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.child import ChildSpec
from infra.settings import Settings

#: What each process needs to be up before it starts, and whether it ends by itself when its work is done.
STAGES: Mapping[str, tuple[Sequence[str], bool]] = {
    "perception": (("kafka", "registry", "triton"), False),
    "tracking": (("kafka", "registry"), False),
    "incidents": (("kafka", "registry"), False),
    "violations": (("kafka", "registry"), False),
    "passages": (("kafka", "registry"), False),
    "sections": (("kafka", "registry"), False),
    "sightings": (("kafka", "registry"), False),
    "leads": (("kafka", "registry"), False),
    "cases-relay": (("kafka", "registry"), False),
    "cases": (("kafka", "registry"), False),
    "deadlines": (("kafka", "registry"), False),
    "clickhouse-sink": (("kafka", "registry", "clickhouse"), False),
    "sink-audit": (("kafka", "clickhouse"), False),
    "evidence": (("kafka", "registry"), False),
    "producers": (("kafka", "registry"), True),
}
#: Stages that write nothing unless they can seal plates: they do not start without a key store (VIGIL_KEY_STORE).
NEED_KEYS: frozenset[str] = frozenset({"sightings"})


@dataclass(frozen=True, slots=True)
class StageProcess:
    """One of Vigil's own processes, as `vigil run STAGE` starts it.

    Attributes:
        stage: its name in STAGES.
        arguments: further arguments of its command line.
        env: environment variables added to the stack's own; written to a file of the data folder, so no secrets.
        name: its name in status and logs, where one stage runs several times; default: the stage's.
    """

    stage: str
    arguments: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        """Fill the default name.

        Raises:
            ValueError: there is no such stage; names those there are.
        """
        if self.stage not in STAGES:
            raise ValueError(f"no stage {self.stage!r}; there are {', '.join(STAGES)}")
        if not self.name:
            object.__setattr__(self, "name", self.stage)

    def to_json(self) -> dict[str, Any]:
        """Return what from_json reads."""
        return {"stage": self.stage, "arguments": list(self.arguments), "env": dict(self.env), "name": self.name}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "StageProcess":
        """Read what to_json wrote."""
        return cls(data["stage"], tuple(data["arguments"]), dict(data["env"]), data["name"])


def stage_spec(settings: Settings, stage: StageProcess, servers: Collection[str]) -> ChildSpec:
    """Return a stage as a child; it needs those of its servers that the local stack runs."""
    needs, ends = STAGES[stage.stage]
    return ChildSpec(
        name=stage.name,
        argv=[sys.executable, "-m", "infra.cli", "run", stage.stage, *stage.arguments],
        env={**settings.environment(), **stage.env},
        needs=[name for name in needs if name in servers],
        ends=ends,
    )
