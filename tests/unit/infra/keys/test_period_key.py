"""A key seals the same plate the same way, opens only its own seals, and names itself without telling."""

import pytest

from infra.keys.period import PeriodError, first_day, last_day, period_of
from infra.keys.period_key import PeriodKey, SealBrokenError

SECRET = bytes(range(32))
KEY = PeriodKey("2024-q3", SECRET)


def test_what_was_sealed_opens_to_the_same_plate() -> None:
    """With the key and the track it was sealed for; nonce and tag add 28 bytes."""
    sealed = KEY.seal("123ABC02", "K-1-a")
    assert KEY.open(sealed, "K-1-a") == "123ABC02"
    assert len(sealed) == 12 + len("123ABC02") + 16


def test_a_replay_gives_the_same_bytes() -> None:
    """The nonce comes from the content; another plate or another track has another one."""
    sealed = KEY.seal("123ABC02", "a")
    assert sealed == PeriodKey("2024-q3", SECRET).seal("123ABC02", "a")
    nonces = {sealed[:12], KEY.seal("123ABC03", "a")[:12], KEY.seal("123ABC02", "b")[:12]}
    assert len(nonces) == 3


@pytest.mark.parametrize("other", [PeriodKey("2024-q3", bytes(32)), PeriodKey("2024-q4", SECRET)])
def test_another_key_opens_nothing_and_shares_no_vehicle(other: PeriodKey) -> None:
    """Another secret, and the same secret of another period."""
    with pytest.raises(SealBrokenError, match="does not open"):
        other.open(KEY.seal("123ABC02", "a"), "a")
    assert other.vehicle_key("123ABC02") != KEY.vehicle_key("123ABC02")
    assert other.fingerprint != KEY.fingerprint


def test_a_seal_moved_to_another_track_or_altered_does_not_open() -> None:
    """Each is refused, also bytes that are too short for any seal."""
    sealed = KEY.seal("123ABC02", "a")
    altered = bytes([*sealed[:-1], sealed[-1] ^ 1])
    for bad, track in ((sealed, "b"), (altered, "a"), (b"", "a"), (sealed[:13], "a")):
        with pytest.raises(SealBrokenError):
            KEY.open(bad, track)


def test_a_key_never_shows_its_secret() -> None:
    """Neither as text nor in the error of a wrong length."""
    assert SECRET.hex() not in repr(KEY)
    with pytest.raises(ValueError, match="has 3 bytes, expected 32"):
        PeriodKey("2024-q3", b"abc")


def test_periods_are_quarters_by_the_citys_clocks() -> None:
    """Almaty was at UTC+6 until 2024-03-01 and is at UTC+5 since; the last instant of a quarter is its own."""
    first_us = 1_719_774_000_000_000  # 2024-07-01 00:00:00 at UTC+5
    assert (period_of(first_us - 1), period_of(first_us)) == ("2024-q2", "2024-q3")
    assert [str(last_day(f"2024-q{n}")) for n in (1, 2, 3, 4)] == [
        "2024-03-31",
        "2024-06-30",
        "2024-09-30",
        "2024-12-31",
    ]
    assert str(first_day("2024-q4")) == "2024-10-01"


@pytest.mark.parametrize("name", ["2024-q5", "2024", "../2024-q1", "2024-q1/x", ""])
def test_what_is_no_period_is_refused(name: str) -> None:
    """So that a period can never name another file."""
    with pytest.raises(PeriodError, match="expected a quarter"):
        first_day(name)
