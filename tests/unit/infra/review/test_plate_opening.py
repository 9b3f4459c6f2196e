"""Who sees a sealed plate, and what is said where it stays closed."""

from pathlib import Path
from typing import Final

import pytest

from infra.keys.key_store import KeyStore
from infra.keys.period_key import PeriodKey
from infra.review.officers import Officer, Role
from infra.review.plate_opening import NO_STORE, UNREAD, SealedCasePlate, opened, refusal

PLATE: Final = "123ABC02"
KEY: Final = PeriodKey("2024-q2", bytes(range(32)))
SEALED: Final = SealedCasePlate("t1", "2024-q2", KEY.seal(PLATE, "t1"))
READER: Final = Officer("officer-1", frozenset({Role.REVIEWER, Role.PLATES}))
SENIOR: Final = Officer("officer-2", frozenset({Role.REVIEWER, Role.SENIOR}))


def test_the_role_and_the_quarters_key_open_a_plate() -> None:
    """Both are needed; the role senior alone opens nothing."""
    assert refusal(READER, SEALED, KEY, has_store=True) is None
    assert opened(SEALED, KEY).text == PLATE
    assert "officer-2 lacks the role plates" in str(refusal(SENIOR, SEALED, KEY, has_store=True))


@pytest.mark.parametrize("officer", [READER, SENIOR])
def test_a_plate_that_was_not_read_asks_for_no_key(officer: Officer) -> None:
    """Whoever looks is told to read it in the pictures."""
    assert refusal(officer, SealedCasePlate("t1", None, b""), None, has_store=False) == UNREAD


def test_without_store_or_key_a_sentence_says_what_to_do() -> None:
    """A store that is not named and a quarter whose key is gone are told apart."""
    assert refusal(READER, SEALED, None, has_store=False) == NO_STORE
    said = str(refusal(READER, SEALED, None, has_store=True))
    assert "no key of 2024-q2" in said
    assert "vigil retention report" in said


def test_a_destroyed_key_leaves_the_plate_closed(tmp_path: Path) -> None:
    """What opened yesterday stays closed for every process that starts after the destruction."""
    store = KeyStore(tmp_path / "keys")
    key = store.create("2024-q2")
    plate = SealedCasePlate("t1", "2024-q2", key.seal(PLATE, "t1"))
    assert refusal(READER, plate, store.key("2024-q2"), has_store=True) is None
    store.destroy("2024-q2")
    assert "no key of 2024-q2" in str(refusal(READER, plate, store.key("2024-q2"), has_store=True))


def test_another_key_shows_nothing_and_names_no_plate() -> None:
    """A ciphertext that does not open is said to be one; neither sentence nor value holds the plate."""
    other = PeriodKey("2024-q2", bytes(32))
    shown = opened(SEALED, other)
    assert shown.text is None
    assert "does not open" in shown.note
    assert PLATE not in shown.note
    moved = opened(SealedCasePlate("t2", "2024-q2", SEALED.sealed), KEY)
    assert moved.text is None
