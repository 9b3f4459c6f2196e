"""A plate that an officer typed is sealed as the violations stage seals it, or refused without being repeated."""

from pathlib import Path
from typing import Final

import pytest

from infra.keys.key_store import KeyStore
from infra.review.corrected_plate import NO_STORE, CorrectedPlate, PlateError, corrected_plate
from infra.review.officers import Officer, OfficerError, Role
from tests.unit.processors.cases.desk import at

READER: Final = Officer("officer-1", frozenset({Role.REVIEWER, Role.PLATES}))
REVIEWER: Final = Officer("officer-2", frozenset({Role.REVIEWER}))
OCCURRED_US: Final = at("2024-05-06T10:00")


@pytest.mark.parametrize("typed", ["123ABC02", "123 abc 02", " 123\u0410\u0412\u042102", "123a\u0432c02\n"])
def test_a_plate_is_sealed_as_the_violations_stage_seals_it(typed: str, tmp_path: Path) -> None:
    """Spaces, small and Cyrillic letters are one plate: the key of the quarter gives its vehicle key, and opens it."""
    store = KeyStore(tmp_path / "keys")
    key = store.create("2024-q2")
    found = corrected_plate(READER, typed, "t1", OCCURRED_US, store)
    assert found == CorrectedPlate(key.vehicle_key("123ABC02"), key.seal("123ABC02", "t1"))
    assert key.open(found.encrypted, "t1") == "123ABC02"


@pytest.mark.parametrize("typed", ["123ABC99", "XY7", "12345678", "123ABC022", "A12345"])
def test_what_has_no_plates_form_is_refused(typed: str, tmp_path: Path) -> None:
    """No such region, too few or many, a scooter's two years early: one sentence; what was typed is not in it."""
    store = KeyStore(tmp_path / "keys")
    store.create("2024-q2")
    with pytest.raises(PlateError, match="the form of no plate") as said:
        corrected_plate(READER, typed, "t1", OCCURRED_US, store)
    assert typed not in str(said.value)


def test_sealing_needs_the_role_the_store_and_the_quarters_key(tmp_path: Path) -> None:
    """Each that is missing is said by its name."""
    store = KeyStore(tmp_path / "keys")
    store.create("2024-q3")
    with pytest.raises(OfficerError, match="this needs plates"):
        corrected_plate(REVIEWER, "123ABC02", "t1", OCCURRED_US, store)
    with pytest.raises(PlateError, match=r"no key of 2024-q2"):
        corrected_plate(READER, "123ABC02", "t1", OCCURRED_US, store)
    with pytest.raises(PlateError) as said:
        corrected_plate(READER, "123ABC02", "t1", OCCURRED_US, None)
    assert str(said.value) == NO_STORE
