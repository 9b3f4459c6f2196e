"""How long a quarter has been over whose key was not held against its plates: what warns while it still can be."""

from collections.abc import Collection, Mapping
from datetime import date

from infra.keys.period import last_day
from infra.retention.attestation import attest_until
from infra.retention.destruction_log import ATTESTED, Entry


def attested_keys(entries: Collection[Entry]) -> frozenset[tuple[str, str]]:
    """Return the quarters and fingerprints of keys that were held against their plates."""
    return frozenset((entry.period, entry.fingerprint) for entry in entries if entry.step == ATTESTED)


def unattested_days(keys: Mapping[str, str], attested: Collection[tuple[str, str]], today: date) -> int:
    """Return for how many days the oldest quarter waits for its attestation.

    Args:
        keys: fingerprints of the keys in the store, by quarter.
        attested: quarters and fingerprints that were attested.
        today: by the city's calendar.

    Returns:
        Days since that quarter's last day; 0: none waits. A quarter that can be attested no more does not wait: 'vigil
        retention plan' tells of it, and its destruction wants a reason.
    """
    waiting = [
        (today - last_day(period)).days
        for period, fingerprint in keys.items()
        if last_day(period) < today <= attest_until(period) and (period, fingerprint) not in attested
    ]
    return max(waiting, default=0)
