"""Destruction: one quarter's key is destroyed, with what it sealed counted before and held against it after.

A key falls due long after the plates that it sealed have left the tables, so it is held against them before, while
they are there: attestation.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.keys.key_store import KeyStore
from infra.keys.period import last_day
from infra.retention.attestation import SAMPLE, Sealed, attested, opened_by
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


def destroy(
    store: KeyStore,
    log: DestructionLog,
    sealed: Sealed,
    due: Due,
    at: str,
    by: str,
    unattested: str | None = None,
) -> Mapping[str, Any]:
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
        unattested: why the key may go though nothing proves that it sealed the quarter's plates; None: it may not.

    Raises:
        RetentionError: the quarter is not due, its sealed plates do not open with this key, or no plate is there any
            more and none was opened with it while they were.
    """
    if not due.is_due:
        raise RetentionError(f"the key of {due.period} is needed until {due.due_on}; nothing is destroyed")
    key = store.key(due.period)
    if key is None:
        raise RetentionError(f"{due.period} has no key any more; 'vigil retention report' says since when")
    sample = sealed.sample(due.period, SAMPLE)
    opened = opened_by(key, sample)
    if opened < len(sample):
        raise RetentionError(
            f"{len(sample) - opened} of {len(sample)} plates of {due.period} do not open with key {key.fingerprint}:"
            " another key sealed them; find it before this one is destroyed"
        )
    proof = attested(log, due.period)
    if proof is not None and proof.fingerprint != key.fingerprint:
        raise RetentionError(
            f"the plates of {due.period} opened with key {proof.fingerprint} on {proof.at}, and the store has"
            f" {key.fingerprint}: find that key before this one is destroyed"
        )
    if proof is None and not sample and unattested is None:
        raise RetentionError(
            f"no plate of {due.period} is in the tables any more, and 'vigil retention attest' was not run while they"
            f" were: nothing proves that key {key.fingerprint} sealed them. Destroy it with --unattested REASON; the"
            " reason stands in the log"
        )
    facts = {
        "rows": dict(sealed.counts(due.period)),
        "sampled": len(sample),
        "opened_before": opened,
        "due_on": due.due_on.isoformat(),
        "attested_by_entry": None if proof is None else proof.number,
        "unattested": unattested if proof is None and not sample else None,
    }
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
        "opened_after": 0 if left is None else opened_by(left, sealed.sample(period, SAMPLE)),
    }
    log.append(DESTROYED, period, fingerprint, at, by, facts)
    return facts


def unfinished(log: DestructionLog) -> Sequence[tuple[str, str]]:
    """Return (period, fingerprint) of destructions that the log announces and does not end."""
    open_ones: dict[str, str] = {}
    for entry in log.entries():
        if entry.step == DESTROYING:
            open_ones[entry.period] = entry.fingerprint
        elif entry.step == DESTROYED:
            open_ones.pop(entry.period, None)
    return list(open_ones.items())
