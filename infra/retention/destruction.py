"""Destruction: one quarter's key is destroyed, with what it sealed counted before and held against it after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from infra.keys.key_store import KeyStore
from infra.keys.period import last_day
from infra.keys.period_key import PeriodKey, SealBrokenError
from infra.retention.destruction_log import DESTROYED, DESTROYING, DestructionLog
from infra.retention.retention_rules import RetentionError, RetentionRules


@dataclass(frozen=True, slots=True)
class Due:
    """A quarter whose key is in the store.

    Attributes:
        period: the quarter.
        fingerprint: of its key.
        last_day: of the quarter.
        due_on: first day on which the key is no longer needed.
        source: the rule's, in words.
        is_due: whether that day has come.
    """

    period: str
    fingerprint: str
    last_day: date
    due_on: date
    source: str
    is_due: bool


class Sealed(Protocol):
    """Where sealed plates are."""

    def counts(self, period: str) -> Mapping[str, int]:
        """Return rows with a plate sealed in a period, by table."""

    def sample(self, period: str, most: int) -> Sequence[tuple[str, bytes]]:
        """Return at most so many (track, sealed plate) of a period, always the same ones."""


#: Sealed plates that are opened before the destruction, to prove that this is the key that closes them.
SAMPLE = 100


def plan(store: KeyStore, rules: RetentionRules, on: date) -> Sequence[Due]:
    """Return every quarter that has a key, the oldest first, and whether it is due on a day."""
    out = []
    for period in store.periods():
        key = store.key(period)
        if key is not None:
            due_on = rules.due_on(period)
            source = rules.rule_of(period).source
            out.append(Due(period, key.fingerprint, last_day(period), due_on, source, on >= due_on))
    return out


def destroy(store: KeyStore, log: DestructionLog, sealed: Sealed, due: Due, at: str, by: str) -> Mapping[str, Any]:
    """Destroy one quarter's key; return what the log's last entry says.

    The log says first what is about to go, then that it is gone: after a crash between the two, calling this again, or
    `finish`, ends it.

    Args:
        store: the keys.
        log: takes both entries.
        sealed: where what the key sealed is.
        due: the quarter.
        at: now, ISO 8601 in UTC.
        by: who has it done.

    Raises:
        RetentionError: the quarter is not due, or its sealed plates do not open with this key.
    """
    if not due.is_due:
        raise RetentionError(f"the key of {due.period} is needed until {due.due_on}; nothing is destroyed")
    key = store.key(due.period)
    if key is None:
        raise RetentionError(f"{due.period} has no key any more; 'vigil retention report' says since when")
    sample = sealed.sample(due.period, SAMPLE)
    opened = _opened(key, sample)
    if opened < len(sample):
        raise RetentionError(
            f"{len(sample) - opened} of {len(sample)} plates of {due.period} do not open with key {key.fingerprint}:"
            " another key sealed them; find it before this one is destroyed"
        )
    counts = dict(sealed.counts(due.period))
    facts = {"rows": counts, "sampled": len(sample), "opened_before": opened, "due_on": due.due_on.isoformat()}
    log.append(DESTROYING, due.period, due.fingerprint, at, by, facts)
    return finish(store, log, sealed, due.period, due.fingerprint, at, by)


def finish(
    store: KeyStore, log: DestructionLog, sealed: Sealed, period: str, fingerprint: str, at: str, by: str
) -> Mapping[str, Any]:
    """Remove a key whose destruction the log announces, and say so; also after a crash in between."""
    store.destroy(period)
    left = store.key(period)
    facts = {
        "rows": dict(sealed.counts(period)),
        "key_in_store": left is not None,
        "opened_after": 0 if left is None else _opened(left, sealed.sample(period, SAMPLE)),
    }
    log.append(DESTROYED, period, fingerprint, at, by, facts)
    return facts


def unfinished(log: DestructionLog) -> Sequence[tuple[str, str]]:
    """Return (period, fingerprint) of destructions that the log announces and does not end."""
    open_ones: dict[str, str] = {}
    for entry in log.entries():
        if entry.step == DESTROYING:
            open_ones[entry.period] = entry.fingerprint
        else:
            open_ones.pop(entry.period, None)
    return list(open_ones.items())


def _opened(key: PeriodKey, sample: Sequence[tuple[str, bytes]]) -> int:
    """Return how many of some sealed plates a key opens; none of them is kept."""
    count = 0
    for track_id, sealed in sample:
        try:
            key.open(sealed, track_id)
        except SealBrokenError:
            continue
        count += 1
    return count
