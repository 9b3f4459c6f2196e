"""Vigil's own processes as children of the runner."""

import sys
from collections.abc import Mapping, Sequence

from infra.local.child import ChildSpec
from infra.settings import Settings

SERVERS = ("kafka", "registry", "clickhouse", "triton")
#: What each process needs to be up before it starts, and whether it ends by itself when its work is done.
STAGES: Mapping[str, tuple[Sequence[str], bool]] = {
    "perception": (("kafka", "registry", "triton"), False),
    "tracking": (("kafka", "registry"), False),
    "incidents": (("kafka", "registry"), False),
    "violations": (("kafka", "registry"), False),
    "clickhouse-sink": (("kafka", "registry", "clickhouse"), False),
    "producers": (("kafka", "registry"), True),
}


def stage_specs(settings: Settings, names: Sequence[str], options: Mapping[str, Sequence[str]]) -> Sequence[ChildSpec]:
    """Return the named stages as children.

    Raises:
        KeyError: there is no such stage; names those there are.
    """
    out = []
    for name in names:
        if name not in STAGES:
            raise KeyError(f"no stage {name!r}; there are {', '.join(STAGES)}")
        needs, ends = STAGES[name]
        argv = [sys.executable, "-m", "infra.cli", "run", name, *options.get(name, ())]
        out.append(ChildSpec(name=name, argv=argv, env=settings.environment(), needs=needs, ends=ends))
    return out
