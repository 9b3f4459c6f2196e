"""How long evidence is locked: nobody can delete or change it before, and never longer than the law lets it be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from schemas.topics import catalogue
from sinks.evidence.object_store import StoreRefusedError

DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class LockSettings:
    """Locks by kind of finding.

    Attributes:
        days: of each topic whose evidence is locked, days from the event on; one that is not here is not locked. What
            the law lets be kept is the topic's retention (schemas/topics.toml); a longer lock is refused.
    """

    days: Mapping[str, int] = field(default_factory=dict)

    def check(self, *, store_locks: bool) -> None:
        """Refuse what cannot be or must not be.

        Args:
            store_locks: the store can lock.

        Raises:
            StoreRefusedError: says what to change.
        """
        for topic, days in self.days.items():
            legal = catalogue().topics[topic].retention_hours // 24
            if not 0 < days <= legal:
                raise StoreRefusedError(
                    f"evidence of {topic} is to be locked for {days} days; expected 1 to {legal}, for that long"
                    " schemas/topics.toml lets it be kept: change VIGIL_EVIDENCE_LOCK_"
                    f"{topic.upper()}_DAYS, or leave it out"
                )
        if self.days and not store_locks:
            raise StoreRefusedError(
                "evidence is to be locked, and a folder cannot lock: set VIGIL_EVIDENCE_STORE to s3://BUCKET/PREFIX"
                " with a bucket that was made with object lock, or leave VIGIL_EVIDENCE_LOCK_* out"
            )

    def until_us(self, topic: str, at_us: int, now_us: int) -> int | None:
        """Return until when evidence of an event is locked; None: not, or that time has passed.

        Args:
            topic: the finding's.
            at_us: when it was, microseconds since the Unix epoch: the law counts from there, whenever it is stored.
            now_us: the time.
        """
        days = self.days.get(topic)
        if days is None:
            return None
        until_us = at_us + days * DAY_US
        return until_us if until_us > now_us else None

    def log_until_us(self, now_us: int) -> int | None:
        """Return until when an entry of the log is locked: as long as any case beside it. It holds digests alone."""
        return now_us + max(self.days.values()) * DAY_US if self.days else None
