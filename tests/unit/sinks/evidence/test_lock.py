"""How long evidence is locked: from the event on, never beyond what the law lets be kept."""

import pytest

from schemas.topics import catalogue
from sinks.evidence.lock import DAY_US, LockSettings
from sinks.evidence.object_store import StoreRefusedError

NOW_US = 1_790_000_000_000_000


def test_a_lock_counts_from_the_event_and_is_none_once_it_is_over() -> None:
    """Evidence that is stored late is not locked longer; a kind without a setting is not locked."""
    lock = LockSettings({"violations": 10})
    assert lock.until_us("violations", NOW_US - 3 * DAY_US, NOW_US) == NOW_US + 7 * DAY_US
    assert lock.until_us("violations", NOW_US - 11 * DAY_US, NOW_US) is None
    assert lock.until_us("incidents", NOW_US, NOW_US) is None
    assert LockSettings({"violations": 10, "incidents": 3}).log_until_us(NOW_US) == NOW_US + 10 * DAY_US
    assert LockSettings().log_until_us(NOW_US) is None


@pytest.mark.parametrize("topic", ["incidents", "violations"])
def test_a_lock_beyond_the_legal_retention_is_refused(topic: str) -> None:
    """At the legal retention it is allowed; a day more, or none at all, is said with the setting's name."""
    legal = catalogue().topics[topic].retention_hours // 24
    LockSettings({topic: legal}).check(store_locks=True)
    for days in (legal + 1, 0, -1):
        with pytest.raises(StoreRefusedError, match=f"VIGIL_EVIDENCE_LOCK_{topic.upper()}_DAYS"):
            LockSettings({topic: days}).check(store_locks=True)


def test_a_folder_cannot_lock() -> None:
    """That is said before anything is written; without a lock a folder is fine."""
    LockSettings().check(store_locks=False)
    with pytest.raises(StoreRefusedError, match="a folder cannot lock"):
        LockSettings({"incidents": 1}).check(store_locks=False)
