"""The city's tables in a stage's memory: the newest entry of each vehicle, at most so many, and no plate as a key."""

from processors.leads.vehicle_table import VehicleTable
from processors.stage_core import Record
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds
from tests.unit.processors.leads.town import CAR, OTHER, entry


def test_the_newest_entry_of_each_vehicle_is_kept() -> None:
    """A later entry takes the place of the earlier; beyond the most, vehicles are left out and counted."""
    ids = FixedSchemaIds()
    ids.add(schema_text(VehicleTable.TOPIC))
    codec = MessageCodec(ids)
    table = VehicleTable(codec, most_vehicles=2)
    entries = [
        entry(CAR), entry(CAR, make="Lada"), entry("123ABC02"), entry(OTHER), entry("c3" * 32), entry("plate"),
    ]  # fmt: skip
    for number, one in enumerate(entries):
        table.add(one.vehicle_key, Record(one, 0, number, 0), codec.encode(VehicleTable.TOPIC, one))
    assert table.get(CAR) == entry(CAR, make="Lada")
    assert table.get(OTHER) == entry(OTHER)
    assert table.get("c3" * 32) is None
    assert (len(table), table.left_out) == (2, 1)
