"""What warns that a quarter's key was not held against its plates."""

import os
from datetime import date
from pathlib import Path

import pytest

from infra.cli.stage_inputs import days_unattested
from infra.keys.key_store import KeyStore
from infra.keys.period import last_day
from infra.retention.attestation import attest_until
from infra.retention.destruction_log import ATTESTED, DestructionLog
from infra.retention.unattested import attested_keys, unattested_days
from processors.cases.relay.metrics import RelayMetrics

KEYS = {"2026-q1": "aa", "2026-q2": "bb", "2026-q4": "dd"}
TODAY = date(2026, 11, 27)
SAMPLED = {"sampled": 0, "opened": 0}


@pytest.mark.parametrize(
    ("attested", "today", "days"),
    [
        ((), TODAY, 241),
        ((("2026-q1", "aa"),), TODAY, 150),
        ((("2026-q1", "aa"), ("2026-q2", "bb")), TODAY, 0),
        # another key was attested
        ((("2026-q1", "aa"), ("2026-q2", "cc")), TODAY, 150),
        ((), date(2026, 3, 31), 0),
        ((), date(2026, 4, 1), 1),
        # the plates of the first quarter have begun to go
        ((), date(2028, 1, 2), 551),
    ],
)
def test_days_are_counted_from_the_oldest_quarter_that_waits(
    attested: tuple[tuple[str, str], ...], today: date, days: int
) -> None:
    """Of those that are over, not attested with the key that is there, and can be."""
    assert unattested_days(KEYS, attested, today) == days


def test_between_the_alarm_and_the_end_of_the_time_lie_three_months() -> None:
    """The alert that wakes somebody (548 days, infra/alerts/cases.rules.yml) leaves the office time to find a key."""
    left = [(attest_until(period) - last_day(period)).days - 548 for period in ("2026-q1", "2026-q2", "2026-q3")]
    assert all(85 <= days <= 100 for days in left), left


def test_the_relay_shows_what_the_log_beside_its_keys_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked at each scrape; a log that is damaged attests nothing, and without a key store nothing waits."""
    folder = tmp_path / "keys"
    key = KeyStore(folder).create("2026-q3")
    log = DestructionLog(folder / "destroyed.jsonl")
    monkeypatch.setattr("infra.cli.stage_inputs.city_day", lambda: TODAY)
    monkeypatch.delenv("VIGIL_KEY_STORE", raising=False)
    assert days_unattested() is None
    monkeypatch.setenv("VIGIL_KEY_STORE", str(folder))
    metrics = RelayMetrics()

    def shown() -> float | None:
        return metrics.registry.get_sample_value("vigil_keys_unattested_days")

    assert shown() == 0
    waiting = days_unattested()
    assert waiting is not None
    metrics.unattested.set_function(waiting)
    assert shown() == 58
    log.append(ATTESTED, "2026-q3", key.fingerprint, "2026-10-01T00:00:00+00:00", "officer-2", SAMPLED)
    assert attested_keys(log.entries()) == {("2026-q3", key.fingerprint)}
    assert shown() == 0
    whole = log.path.read_bytes()
    log.path.write_bytes(whole.replace(b"officer-2", b"officer-3") + whole)
    assert shown() == 58
    log.path.write_bytes(whole)
    os.chmod(folder / "2026-q3.key", 0o644)  # noqa: PTH101
    assert shown() == float("inf"), "a store that is not safe wakes somebody"
