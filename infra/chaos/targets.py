"""What can be killed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Target:
    """One process of the chain.

    Attributes:
        name: its name on the command line and in the report.
        child: the stack's child that it is, or belongs to.
        group: its consumer group without prefix; None: it has none.
    """

    name: str
    child: str
    group: str | None = None

    @property
    def is_stub(self) -> bool:
        """True for Triton's Python stub, a process below Triton's own."""
        return self.name != self.child


#: By name; the chain's own processes first, then the servers.
TARGETS: Final[Mapping[str, Target]] = {
    target.name: target
    for target in (
        Target("producers", "producers"),
        Target("perception", "perception", "perception"),
        Target("tracking", "tracking", "tracking"),
        Target("incidents", "incidents", "incidents"),
        Target("violations", "violations", "violations"),
        Target("clickhouse-sink", "clickhouse-sink", "clickhouse-sink"),
        Target("kafka", "kafka"),
        Target("triton", "triton"),
        Target("triton-stub", "triton"),
        Target("clickhouse", "clickhouse"),
    )
}
