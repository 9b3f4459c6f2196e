"""What may be said against a vehicle, and what may not: each rule with the vehicles that it must leave alone."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from processors.leads.bucket import Bucket
from processors.leads.core import LeadsCore
from processors.leads.settings import LeadsSettings
from processors.stage_core import KeyBatch, Record
from schemas.messages import ClockSource, Sighting, VehicleEntry
from tests.unit.processors.leads.town import CAR, OTHER, at, days, entry, law, sighting, town
from tests.unit.processors.rules.street import Cameras

LAPSED = [days("2024-03-01", "2025-02-28"), days("2025-03-01", "2026-03-31")]


def nobody(vehicle_key: str) -> VehicleEntry | None:
    """Return nothing: the city has given no table."""
    del vehicle_key
    return None


def kinds(*sightings: Sighting, **changes: Any) -> list[str]:
    """Return the kinds of the leads that a vehicle with these entries makes."""
    return [lead.kind for lead in town(entry(**changes)).see(*sightings)]


def test_a_vehicle_in_order_makes_no_lead() -> None:
    """Valid to the day, known the day before, one kind, one place."""
    assert kinds(sighting()) == []
    ends = [days("2025-06-01", "2026-04-02")]
    assert kinds(sighting("2026-04-02T23:59:59"), inspection=ends, insurance=ends) == []


def test_a_lapsed_inspection_is_a_lead_with_article_and_price() -> None:
    """Ended on 31 March, seen on 2 April: KoAP 590.9, 5 MRP of 4,325 KZT, and a sentence; the plate is in none."""
    (lead,) = town(entry(inspection=LAPSED)).see(sighting())
    assert (lead.kind, lead.article, lead.amount_kzt) == ("NO_INSPECTION", "KoAP 590.9", 21_625)
    assert lead.summary == "seen on 2026-04-02; the technical inspection ended on 2026-03-31"
    assert lead.measures == {"lapsed_days": 2.0}
    assert (lead.owner_class, lead.make, lead.colour) == ("INDIVIDUAL", "Kia", "white")
    assert [picture.role for picture in lead.evidence] == ["peak"]


@pytest.mark.parametrize(
    ("owner", "kzt"),
    [
        ("INDIVIDUAL", 43_250),
        ("SMALL_BUSINESS", 692_000),
        ("MEDIUM_BUSINESS", 1_730_000),
        ("LARGE_BUSINESS", 4_325_000),
    ],
)
def test_the_owners_class_prices_a_missing_insurance(owner: str, kzt: int) -> None:
    """KoAP 230.2: 10, 160, 400 and 1,000 MRP of 4,325 KZT."""
    (lead,) = town(entry(insurance=[], owner_class=owner)).see(sighting())
    assert (lead.kind, lead.article, lead.amount_kzt, lead.owner_class) == ("NO_INSURANCE", "KoAP 230.2", kzt, owner)
    assert lead.summary == "seen on 2026-04-02; the table has no insurance that began by then"


def test_what_lapsed_and_was_renewed_is_in_order() -> None:
    """Lapsed yesterday, renewed today; and a gap in the past says nothing of today."""
    renewed = [days("2025-04-02", "2026-04-01"), days("2026-04-02", "2027-04-01")]
    assert kinds(sighting(), inspection=renewed, insurance=renewed) == []
    assert kinds(sighting("2026-04-01T12:00:00"), inspection=renewed) == []
    gap = [days("2024-01-01", "2024-12-31"), days("2025-06-01", None)]
    assert kinds(sighting(), insurance=gap) == []


def test_the_days_are_the_citys() -> None:
    """Valid until 2 April: at one minute to midnight in Almaty it is valid, at midnight it is not."""
    ends = [days("2025-06-01", "2026-04-02")]
    assert kinds(sighting("2026-04-02T23:59:00"), insurance=ends) == []
    assert kinds(sighting("2026-04-03T00:00:00"), insurance=ends) == ["NO_INSURANCE"]


@pytest.mark.parametrize("when", ["2026-04-05T00:00:00", "2026-12-31T12:00:00"])
def test_an_old_table_says_nothing(when: str) -> None:
    """Four days after it was drawn, a renewal may not be in it: nobody is suspected; three days after, it counts."""
    assert kinds(sighting(when), inspection=LAPSED, insurance=[], wanted=[days("2026-01-01", None)]) == []
    assert kinds(sighting("2026-04-04T23:59:00"), inspection=LAPSED) == ["NO_INSPECTION"]


def test_a_table_that_was_drawn_later_is_held_against_the_sightings_own_day() -> None:
    """A replay with a newer table finds what held on the day of the sighting."""
    drawn = at("2026-09-01T03:00:00")
    then = [days("2025-04-01", "2026-03-31"), days("2026-08-01", "2027-07-31")]
    assert kinds(sighting(), known_at_us=drawn, insurance=then) == ["NO_INSURANCE"]
    assert kinds(sighting(), known_at_us=drawn, insurance=[days("2026-04-02", "2026-06-30")]) == []


@pytest.mark.parametrize(("when", "found"), [("2026-03-11T23:59:00", []), ("2026-03-12T00:00:00", ["NO_INSPECTION"])])
def test_cameras_may_look_for_inspections_from_12_march_2026(when: str, found: list[str]) -> None:
    """Law 257-VIII: before that day the article is outside what cameras may be used for."""
    known = at("2026-03-10T03:00:00")
    assert kinds(sighting(when), known_at_us=known, inspection=[days("2025-01-01", "2025-12-31")]) == found


def test_a_wanted_vehicle_is_a_lead_without_an_article() -> None:
    """From the day it is wanted until it is found; on any day, for it is no article of cameras."""
    (lead,) = town(entry(wanted=[days("2026-03-20", None)])).see(sighting())
    assert (lead.kind, lead.article, lead.amount_kzt) == ("WANTED", None, None)
    assert lead.summary == "seen on 2026-04-02; wanted since 2026-03-20"
    assert kinds(sighting(), wanted=[days("2026-03-20", "2026-04-01")]) == []
    assert kinds(sighting(), wanted=[days("2026-04-03", None)]) == []


@pytest.mark.parametrize(("when", "owner"), [("2027-01-02T10:00:00", "INDIVIDUAL"), ("2026-04-02T10:00:00", "GIANT")])
def test_what_cannot_be_priced_is_a_lead_all_the_same(when: str, owner: str) -> None:
    """On a day without an MRP, or with a class that nobody knows, the article has no amount; a wanted vehicle stays."""
    known_at_us = at(when) - 86_400_000_000
    found = entry(known_at_us=known_at_us, insurance=[], inspection=[days("2025-06-01", None)], owner_class=owner,
                  wanted=[days("2026-03-20", None)])  # fmt: skip
    core, state = LeadsCore(town(found).entries.get, law()), Bucket()
    work = KeyBatch(CAR[:3], state, [Record(sighting(when), 0, 0, at(when) // 1_000)])
    (result,) = asyncio.run(core.advance([work], Cameras()))
    assert result.refusals == []
    leads = [output.message for output in result.outputs]
    assert [(lead.kind, lead.article, lead.amount_kzt) for lead in leads] == [
        ("NO_INSURANCE", "KoAP 230.2", None), ("WANTED", None, None)
    ]  # fmt: skip


def test_one_lead_a_vehicle_kind_and_day() -> None:
    """Seen four times on one day and once on the next: one lead each; the second vehicle of the bucket has its own."""
    both = town(entry(inspection=LAPSED), entry(OTHER, inspection=LAPSED))
    times = ["2026-04-02T10:00:00", "2026-04-02T10:20:00", "2026-04-02T18:00:00", "2026-04-02T23:59:59"]
    first = [sighting(when, track=f"t{n}") for n, when in enumerate(times)]
    leads = both.see(*first, sighting("2026-04-03T00:00:01", track="t9"), sighting(vehicle_key=OTHER, track="t7"))
    assert [(lead.vehicle_key == CAR, lead.seen_at_us) for lead in leads] == [
        (True, at(times[0])), (True, at("2026-04-03T00:00:01")), (False, at(times[0]))
    ]  # fmt: skip
    assert len({lead.lead_id for lead in leads}) == 3
    assert both.see(*first) == []


@pytest.mark.parametrize(
    ("north_m", "later", "found"),
    [
        (5_000.0, "2026-04-02T10:01:00", True),  # 4.7 km in 60.3 s: 281 km/h
        (5_000.0, "2026-04-02T10:01:30", False),  # 187 km/h along the straight line
        (1_400.0, "2026-04-02T10:00:01", False),  # nearer than what counts as two places
        (30_000.0, "2026-04-02T10:14:00", False),  # 127 km/h
        (30_000.0, "2026-04-02T10:08:00", True),  # 223 km/h
        (60_000.0, "2026-04-02T10:16:00", False),  # beyond the window nothing is remembered
    ],
)
def test_one_plate_at_two_places(north_m: float, later: str, found: bool) -> None:  # noqa: FBT001
    """A lead where no vehicle could have been at both, in whatever order the cameras' messages come."""
    here, there = sighting(), sighting(later, "cam-2", north_m=north_m, track="t2")
    for order in ([here, there], [there, here]):
        leads = town().see(*order)
        assert [lead.kind for lead in leads] == (["FALSE_PLATE"] if found else [])
        for lead in leads:
            assert {picture.camera_id for picture in lead.evidence} == {"cam-1", "cam-2"}
            assert lead.measures["least_speed_kmh"] > 200.0
            assert (lead.article, lead.owner_class, lead.known_at_us) == (None, None, None)


@pytest.mark.parametrize("stale_us", [0, 10 * 86_400_000_000])
def test_one_clock_ahead_blinds_nobody(stale_us: int) -> None:
    """A camera ten days ahead, now or in a state of before: two places are found, and each lead is written once."""
    place = town(entry(inspection=LAPSED))
    place.made_at_ms = at("2026-04-02T10:01:00") // 1_000
    place.states[CAR[:3]] = LeadsCore(nobody, law()).to_bytes(Bucket(at("2026-04-02T10:00:00") + stale_us))
    place.see(sighting("2026-04-12T10:00:00", "cam-9", CAR[:3] + "d" * 61, track="t9"))
    leads = place.see(
        sighting("2026-04-02T10:00:00", track="t1"),
        sighting("2026-04-02T10:00:10", "cam-2", north_m=20_000.0, track="t2"),
        sighting("2026-04-02T10:00:20", "cam-3", track="t3"),
    )
    assert [lead.kind for lead in leads] == ["NO_INSPECTION", "FALSE_PLATE"]


@pytest.mark.parametrize("lag_s", [0, 60, 600, 890])
@pytest.mark.parametrize("apart_s", [10, 400])
def test_a_camera_that_lags_behind_the_others_hides_no_two_places(lag_s: int, apart_s: int) -> None:
    """One plate at two places within `apart_s`, the second told so much later, when others are seen already."""
    begin = at("2026-04-02T10:00:00")
    here = sighting()
    there = replace(sighting(camera_id="cam-2", north_m=40_000.0, track="t2"), seen_at_us=begin + apart_s * 1_000_000)
    other = sighting(camera_id="cam-3", vehicle_key=CAR[:3] + "d" * 61)
    between = [
        replace(other, track_id=f"o{s}", seen_at_us=begin + s * 1_000_000) for s in range(0, apart_s + lag_s, 10)
    ]
    for late in ([there], [here, there]):
        early = [here] if late == [there] else []
        leads = town().see(*early, *between, *late)
        assert [(lead.kind, {one.camera_id for one in lead.evidence}) for lead in leads] == [
            ("FALSE_PLATE", {"cam-1", "cam-2"})
        ]


def test_a_pair_at_midnight_is_one_lead_in_any_order() -> None:
    """Of the later sighting's day, whichever camera lags."""
    here = sighting("2026-04-02T23:59:50")
    there = sighting("2026-04-03T00:00:10", "cam-2", north_m=40_000.0, track="t2")
    (first,), (second,) = town().see(here, there), town().see(there, here)
    assert first.lead_id == second.lead_id


def test_a_wrong_clock_shows_no_two_places() -> None:
    """A sighting ten minutes ahead of its own message is compared with none; tables still count."""
    place = town(entry(wanted=[days("2026-03-20", None)]))
    place.made_at_ms = at("2026-04-02T10:00:00") // 1_000
    there = sighting("2026-04-02T10:10:01", "cam-2", north_m=60_000.0, track="t2")
    assert [lead.kind for lead in place.see(sighting(), there)] == ["WANTED"]
    place.made_at_ms += 2_000
    assert [lead.kind for lead in place.see(there)] == ["FALSE_PLATE"]


def test_uncertain_clocks_make_the_way_longer() -> None:
    """Arrival times may be off by 1.5 s each: two cameras 1.6 km apart within 22 s are no two vehicles then."""
    own = [sighting(), sighting("2026-04-02T10:00:22", "cam-2", north_m=1_650.0, track="t2")]
    assert [lead.kind for lead in town().see(*own)] == ["FALSE_PLATE"]
    late = [replace(one, clock_source=ClockSource.ARRIVAL) for one in own]
    assert town().see(*late) == []


def test_a_motorcycle_where_a_car_is_registered() -> None:
    """Two cameras must say so, none the contrary, and vans, lorries and buses are no other kind than cars."""
    bikes = [sighting(f"2026-04-02T10:0{n}:00", f"cam-{n}", track=f"t{n}", vehicle_class=3) for n in (1, 2)]
    assert kinds(*bikes) == ["FALSE_PLATE"]
    assert kinds(bikes[0]) == []
    assert kinds(bikes[0], replace(bikes[1], camera_id="cam-1")) == []
    assert kinds(sighting("2026-04-02T10:00:30"), *bikes) == []
    assert kinds(*bikes, vehicle_class="motorcycle") == []
    assert kinds(*(replace(one, vehicle_class=7) for one in bikes)) == []
    assert town().see(*bikes) == []


def test_a_sighting_that_comes_again_changes_nothing() -> None:
    """The same track of the same connection, at another offset, is the same sighting."""
    place = town(entry(vehicle_class="motorcycle"))
    one = sighting()
    assert place.see(one, one, one) == []
    state = LeadsCore(place.entries.get, law()).from_bytes(CAR[:3], place.states[CAR[:3]])
    assert len(state.seen[CAR]) == 1


def test_the_state_is_bounded() -> None:
    """Sightings leave with the window, leads after two days, vehicles and sightings beyond the most leave first."""
    settings = LeadsSettings(most_waiting=3, most_vehicles=4)
    core, state = LeadsCore(nobody, law(), settings), Bucket()
    for n in range(40):
        key = f"a1b{n % 8:061x}"
        one = sighting(f"2026-04-02T10:00:{n:02}", f"cam-{n}", key, track=f"t{n}")
        core.told(state, Record(one, 0, n, one.seen_at_us // 1_000))
        assert len(state.seen) <= 4
        assert all(len(of) <= 3 for of in state.seen.values())
    core.told(
        state, Record(sighting("2026-04-05T10:00:00", vehicle_key=CAR), 0, 99, at("2026-04-05T10:00:01") // 1_000)
    )
    assert list(state.seen) == [CAR]
    assert state.told == {}


def test_a_sighting_that_is_none_is_refused() -> None:
    """A plate in the clear as a key, or another bucket's vehicle, becomes a dead letter that says why."""
    core = LeadsCore(nobody, law())
    records = [
        Record(sighting(vehicle_key="123ABC02"), 0, 0, 0),
        Record(sighting(vehicle_key="f" * 64), 0, 1, 0),
        Record(sighting(), 0, 2, at("2026-04-02T10:00:01") // 1_000),
    ]
    (result,) = asyncio.run(core.advance([KeyBatch(CAR[:3], Bucket(), records)], Cameras()))
    assert [refusal.record for refusal in result.refusals] == [0, 1]
    assert "of 8 characters; expected 64 hex digits" in result.refusals[0].error
    assert "123ABC02" not in result.refusals[0].error
    assert list(result.state.seen) == [CAR]
