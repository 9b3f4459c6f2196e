"""What a stage process under test is told, as one argument of its command line."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """One process.

    Attributes:
        kind: "hardened": the harness of processors.stage; "stock": the same counting on plain Faust.
        bootstrap: Kafka's addresses.
        prefix: prefix of topics and group.
        datadir: folder for local files.
        instance: static name in the group; None: dynamic membership.
        commit_interval_s: how often offsets are committed, seconds.
        takes_s: how long the core works on a batch, seconds.
        batch_messages: most messages in a batch.
        away_file: while this file is there, the core finds its service away; "" for none.
        breaker_share_ratio: see StageSettings.
    """

    kind: str
    bootstrap: str
    prefix: str
    datadir: str
    instance: str | None = None
    commit_interval_s: float = 0.5
    takes_s: float = 0.0
    batch_messages: int = 50
    away_file: str = ""
    breaker_share_ratio: float = 1.0

    @property
    def group(self) -> str:
        """The consumer group, which is the Faust app id."""
        return self.prefix + ("counting" if self.kind == "hardened" else "stock")

    @property
    def changelog(self) -> str:
        """The changelog topic of the state table."""
        return f"{self.group}-state-changelog"

    def to_argument(self) -> str:
        """Return the job as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_argument(cls, text: str) -> "Job":
        """Return the job that a text describes."""
        return cls(**json.loads(text))
