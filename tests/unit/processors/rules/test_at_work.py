"""Rules without a scope at a place are left out there, and nobody can tell by what comes out."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from processors.rules.at_work import AtWork
from processors.rules.place import Place
from processors.rules.rule import Rule, discover
from processors.rules.second import Second
from processors.stage_core import KeyBatch, Record
from processors.violations import rules as violation_rules
from processors.violations.core import ViolationsCore
from processors.violations.offence import Offence
from tests.unit.processors.rules.street import Cameras, calibration, camera, car, second, zone

RULES = discover(violation_rules)
ROAD = zone("road", "roadway", heading_deg=180.0)
JUNCTION = [zone("line", "stop_line", heading_deg=180.0), zone("way", "crossing", unsignalled=1.0), ROAD]
SEEN = [car("a", 300, 400, x_m=30.0, y_m=40.0, speed_kmh=90.0, error_kmh=1.0, heading_deg=0.0)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_a_rule_without_a_scope_finds_nothing(rule: Rule[Any, Offence]) -> None:
    """Its state stays what it was: this is what lets the stage leave it out."""
    place = Place(camera(calibration=calibration()))
    state = rule.initial()
    before = rule.pack(state)
    for n in range(3):
        tracks = second(n, SEEN, signals_known=True, box_x_m=[30.0] * 2, box_y_m=[40.0] * 2)
        state, found = rule.observe(state, Second(tracks, place), place)
        assert not found
    if place.is_idle(rule.kind):
        assert rule.pack(state) == before


def test_only_rules_with_a_scope_are_at_work() -> None:
    """From the second second on, the same sequence for all places with the same rules; all rules at first."""
    core, at_work = ViolationsCore(), AtWork(RULES)
    entries = [camera(ROAD, camera_id=name, calibration=calibration(), speed_limit_kmh=60.0) for name in ("a", "b")]
    places = [Place(entry) for entry in entries]
    assert [rule.kind for rule in at_work.at(places[0])] == [rule.kind for rule in core.rules]
    for place in places:
        for rule in RULES:
            rule.observe(rule.initial(), Second(second(0, SEEN), place), place)
    assert [rule.kind for rule in at_work.at(places[0])] == ["speeding", "wrong_way"]
    assert at_work.at(places[0]) is at_work.at(places[1])


def test_a_new_entry_puts_rules_to_work_and_takes_them_out() -> None:
    """A state's bytes are those of a core that never left a rule out, whatever the entry's version."""
    entries = [
        replace(camera(*zones, calibration=calibration(), speed_limit_kmh=60.0), version=version)
        for version, zones in ((1, [ROAD]), (2, JUNCTION), (3, []))
    ]
    registry, core = Cameras(*entries), ViolationsCore()
    state, bare = core.initial("cam-1"), ViolationsCore().initial("cam-1")
    for n, version in enumerate([1, 1, 1, 2, 2, 2, 3, 3, 1, 1]):
        tracks = second(n, SEEN, registry_version=version, box_x_m=[30.0] * 2, box_y_m=[40.0 - n] * 2)
        fresh = ViolationsCore()  # has seen no place yet: it shows the second to all rules
        work = [KeyBatch("cam-1", one, [Record(tracks, 0, n, 0)]) for one in (state, bare)]
        (with_all,) = asyncio.run(fresh.advance([work[1]], registry))
        (with_few,) = asyncio.run(core.advance([work[0]], registry))
        assert core.to_bytes(with_few.state) == fresh.to_bytes(with_all.state), n
        state, bare = with_few.state, fresh.from_bytes("cam-1", fresh.to_bytes(with_all.state))
