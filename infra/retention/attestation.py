"""Attestation: a quarter's key is held against the plates that it sealed while these are still in the tables."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Protocol

from infra.keys.period import first_day, last_day
from infra.keys.period_key import PeriodKey, SealBrokenError
from infra.retention.destruction_log import ATTESTED, DestructionLog, Entry
from infra.retention.retention_rules import RetentionError
from schemas.topics import catalogue

#: Sealed plates that are opened to prove that this is the key that closes them.
SAMPLE: Final = 100


class Sealed(Protocol):
    """Where sealed plates are."""

    def counts(self, period: str) -> Mapping[str, int]:
        """Return rows that a period's key leads back to a plate, by table."""

    def sample(self, period: str, most: int) -> Sequence[tuple[str, bytes]]:
        """Return at most so many (track, sealed plate) of a period, always the same ones."""


def attest_until(period: str) -> date:
    """Return the last day on which all violations of a quarter are there: its first day's go as their topic lets them.

    The table keeps them a few days longer.

    Raises:
        PeriodError: no such period.
    """
    return first_day(period) + timedelta(hours=catalogue().topics["violations"].retention_hours)


def attested(log: DestructionLog, period: str) -> Entry | None:
    """Return the newest entry by which a quarter's key was held against its plates; None: it was not.

    Raises:
        RetentionError: the log is not whole.
    """
    found = [entry for entry in log.entries() if entry.step == ATTESTED and entry.period == period]
    return found[-1] if found else None


def attest(key: PeriodKey, log: DestructionLog, sealed: Sealed, on: date, at: str, by: str) -> Mapping[str, Any] | None:
    """Open a sample of a quarter's plates with its key and write to the log that they opened.

    A quarter without a sealed plate is attested too, as long as all of its violations would be there.

    Args:
        key: the quarter's.
        log: takes the entry.
        sealed: where what the key sealed is.
        on: today, by the city's calendar.
        at: now, ISO 8601 in UTC.
        by: who has it done.

    Returns:
        The entry's facts; None: nothing is left to hold the key against, and nothing was written.

    Raises:
        RetentionError: the quarter is not over, or a plate does not open: another key sealed it.
    """
    if on <= last_day(key.period):
        raise RetentionError(f"{key.period} lasts until {last_day(key.period)}; attest its key when it is over")
    sample = sealed.sample(key.period, SAMPLE)
    opened = opened_by(key, sample)
    if opened < len(sample):
        raise RetentionError(
            f"{len(sample) - opened} of {len(sample)} plates of {key.period} do not open with key {key.fingerprint}:"
            " another key sealed them; restore it from the office's copy while an officer needs them"
        )
    if not sample and on > attest_until(key.period):
        return None
    facts = {"rows": dict(sealed.counts(key.period)), "sampled": len(sample), "opened": opened}
    log.append(ATTESTED, key.period, key.fingerprint, at, by, facts)
    return facts


def opened_by(key: PeriodKey, sample: Sequence[tuple[str, bytes]]) -> int:
    """Return how many of some sealed plates a key opens; none of them is kept."""
    count = 0
    for track_id, sealed in sample:
        try:
            key.open(sealed, track_id)
        except SealBrokenError:
            continue
        count += 1
    return count
