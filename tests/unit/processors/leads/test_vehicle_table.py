"""The city's tables in a stage's memory: the newest entry of each vehicle, at most so many, and no plate as a key."""

import pytest

from processors.leads.vehicle_table import VehicleTable
from processors.stage_core import Record
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds
from tests.unit.processors.leads.town import CAR, OTHER, entry


@pytest.mark.parametrize("again", [False, True])
def test_old_quarters_make_room(again: bool, caplog: pytest.LogCaptureFixture) -> None:  # noqa: FBT001
    """The third quarter's entries drop the first's, with one line; what comes of it again does not come back."""
    table = VehicleTable(codec(), most_vehicles=4)
    sealed = {period: [f"{n}{v}" * 32 for v in "ab"] for n, period in enumerate(("2026-q3", "2026-q4", "2027-q1"))}
    entries = [entry(key, key_period=period) for period, keys in sealed.items() for key in keys]
    for number, one in enumerate([*entries, *(entries[:2] if again else ())]):
        table.add(one.vehicle_key, Record(one, 0, number, 0), codec().encode(VehicleTable.TOPIC, one))
    assert [table.get(one.vehicle_key) for one in entries] == [None, None, *entries[2:]]
    assert (len(table), table.left_out) == (4, 0)
    assert caplog.text.count("under the key of 2026-q3 make room") == 1


def test_the_next_quarter_never_drops_the_present_one() -> None:
    """Of two quarters neither goes; what has no room is counted, and so is what names no quarter."""
    table = VehicleTable(codec(), most_vehicles=2)
    entries = [
        entry(CAR), entry("b1" * 32), entry(OTHER, key_period="2026-q3"), entry("c3" * 32, key_period="zzzz")
    ]  # fmt: skip
    for number, one in enumerate(entries):
        table.add(one.vehicle_key, Record(one, 0, number, 0), codec().encode(VehicleTable.TOPIC, one))
    assert [table.get(one.vehicle_key) for one in entries] == [entries[0], entries[1], None, None]
    assert table.left_out == 2


def codec() -> MessageCodec:
    """Return a codec of entries."""
    ids = FixedSchemaIds()
    ids.add(schema_text(VehicleTable.TOPIC))
    return MessageCodec(ids)


def test_the_newest_entry_of_each_vehicle_is_kept() -> None:
    """A later entry takes the place of the earlier; beyond the most, vehicles are left out and counted."""
    table = VehicleTable(codec(), most_vehicles=2)
    entries = [
        entry(CAR), entry(CAR, make="Lada"), entry("123ABC02"), entry(OTHER), entry("c3" * 32), entry("plate"),
    ]  # fmt: skip
    for number, one in enumerate(entries):
        table.add(one.vehicle_key, Record(one, 0, number, 0), codec().encode(VehicleTable.TOPIC, one))
    assert table.get(CAR) == entry(CAR, make="Lada")
    assert table.get(OTHER) == entry(OTHER)
    assert table.get("c3" * 32) is None
    assert (len(table), table.left_out) == (2, 1)


def test_a_vehicle_that_the_city_takes_out_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    """It is in no table from then on, makes room for another, and may come back; no plate is printed."""
    table = VehicleTable(codec(), most_vehicles=2)
    for number, one in enumerate([entry(CAR), entry(OTHER)]):
        table.add(one.vehicle_key, Record(one, 0, number, 0), codec().encode(VehicleTable.TOPIC, one))
    for key in (CAR, CAR, "123ABC02", "d4" * 32):
        table.remove(key)
    assert (table.get(CAR), table.get(OTHER), len(table)) == (None, entry(OTHER), 1)
    assert "has no sealed key" in caplog.text
    assert "123ABC02" not in caplog.text
    back = entry(CAR, make="Lada")
    table.add(CAR, Record(back, 0, 9, 0), codec().encode(VehicleTable.TOPIC, back))
    assert table.get(CAR) == back
    assert table.left_out == 0
