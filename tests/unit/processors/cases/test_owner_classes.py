"""Whose vehicle it is: read by the relay in the city's tables, carried by each step; KoAP 230.2 is priced by it."""

import pytest

from processors.cases.relay.owner_classes import OwnerClasses
from processors.stage_core import Record
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk
from tests.unit.processors.leads.town import entry


@pytest.mark.parametrize(
    ("owner", "kzt"),
    [(None, 43_250), ("INDIVIDUAL", 43_250), ("SMALL_BUSINESS", 692_000), ("LARGE_BUSINESS", 4_325_000)],
)
def test_an_article_with_figures_of_its_own_is_priced_by_the_class(owner: str | None, kzt: int) -> None:
    """KoAP 230.2 in 2026: 10, 160 and 1,000 MRP of 4,325 KZT; whose class is not known pays what individuals do."""
    desk = Desk()
    case_id = desk.violate("v1", "2026-04-02T10:00", article="KoAP 230.2", kind="no_insurance", owner_class=owner)
    desk.review(case_id, when="2026-04-03T09:00")
    desk.deadline(case_id)
    assert desk.told(case_id) == [("DETECTED", kzt), ("CONFIRMED", kzt), ("ISSUED", kzt)]
    assert {event.owner_class for event in desk.events} == {owner}


def test_other_articles_ask_the_same_of_everybody() -> None:
    """The reference has figures of businesses for KoAP 230.2 alone; the class is told nevertheless."""
    desk = Desk()
    case_id = desk.violate(owner_class="LARGE_BUSINESS")
    assert desk.told(case_id) == [("DETECTED", 36_920)]
    assert desk.events[0].owner_class == "LARGE_BUSINESS"


def test_a_corrected_plate_leaves_the_class_behind() -> None:
    """It was that of the vehicle that the plate had been taken for."""
    desk = Desk()
    case_id = desk.violate(owner_class="LARGE_BUSINESS")
    desk.review(case_id, corrected=OTHER_CAR)
    assert [(event.step.value, event.owner_class) for event in desk.events] == [
        ("DETECTED", "LARGE_BUSINESS"), ("CONFIRMED", None)
    ]  # fmt: skip


@pytest.mark.parametrize("owner", ["GIANT", "individual", "", "123ABC02"])
def test_a_class_that_the_law_does_not_know_is_no_class(owner: str) -> None:
    """A newer relay may send one: the case is opened and priced as of whose class nobody knows, and tells no class."""
    desk = Desk()
    case_id = desk.violate("v1", "2026-04-02T10:00", article="KoAP 230.2", kind="no_insurance", owner_class=owner)
    desk.review(case_id, when="2026-04-03T09:00")
    desk.deadline(case_id)
    assert desk.refused == []
    assert desk.told(case_id) == [("DETECTED", 43_250), ("CONFIRMED", 43_250), ("ISSUED", 43_250)]
    assert {event.owner_class for event in desk.events} == {None}


def test_an_entry_that_is_left_out_is_quoted_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """A plate in the clear, as key or as class, is in no line of the log."""
    owners = OwnerClasses()
    owners.add("", Record(entry("123ABC02"), 0, 0, 0), b"")
    owners.add("", Record(entry(CAR, owner_class="123ABC02"), 0, 1, 0), b"")
    assert caplog.text.count("is left out") == 2
    assert "123ABC02" not in caplog.text


def test_who_was_taken_out_of_the_table_has_no_class(caplog: pytest.LogCaptureFixture) -> None:
    """The next case of the vehicle is priced as of whose class nobody knows; a key that is none is not quoted."""
    owners = OwnerClasses()
    owners.add(CAR, Record(entry(CAR, owner_class="LARGE_BUSINESS"), 0, 0, 0), b"")
    owners.add(OTHER_CAR, Record(entry(OTHER_CAR), 0, 1, 0), b"")
    for key in (CAR, "123ABC02"):
        owners.remove(key)
    assert (owners.get(CAR), owners.get(OTHER_CAR)) == (None, "INDIVIDUAL")
    assert "123ABC02" not in caplog.text


def test_an_old_quarters_classes_make_room() -> None:
    """The third quarter's vehicles are known when the first two have filled what is kept."""
    owners = OwnerClasses(most_vehicles=2)
    keys = {"2026-q3": "a3" * 32, "2026-q4": "a4" * 32, "2027-q1": "b1" * 32}
    for n, (period, key) in enumerate(keys.items()):
        owners.add(key, Record(entry(key, key_period=period), 0, n, 0), b"")
    assert [owners.get(key) for key in keys.values()] == [None, "INDIVIDUAL", "INDIVIDUAL"]


def test_the_relay_keeps_the_newest_class_of_each_vehicle() -> None:
    """Of at most so many vehicles; a track is no vehicle of a table, and a bad entry is left out."""
    owners = OwnerClasses(most_vehicles=2)
    for n, (key, owner) in enumerate(
        [(CAR, "INDIVIDUAL"), (CAR, "SMALL_BUSINESS"), ("123ABC02", "INDIVIDUAL"), (OTHER_CAR, "GIANT"),
         (OTHER_CAR, "LARGE_BUSINESS"), ("c3" * 32, "INDIVIDUAL")]
    ):  # fmt: skip
        owners.add(key, Record(entry(key, owner_class=owner), 0, n, 0), b"")
    assert [owners.get(key) for key in (CAR, OTHER_CAR, "c3" * 32, "cam-1/7/t3")] == [
        "SMALL_BUSINESS", "LARGE_BUSINESS", None, None
    ]  # fmt: skip
