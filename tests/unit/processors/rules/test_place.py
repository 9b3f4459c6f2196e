"""The registry decides where a rule applies and with which numbers; what cannot be used is named, not obeyed."""

import math
from dataclasses import dataclass, replace

import pytest

from processors.rules.place import MOST_ZONES, Place
from processors.rules.places import Places
from schemas.messages import RuleSetting
from tests.unit.processors.rules.street import Cameras, camera, zone


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a rule that exists only here."""

    dwell_s: float = 60.0
    ratio: float = 0.5


def scopes(*args: object, **kwargs: object) -> list[tuple[str, float, float]]:
    """Return where the rule `test` applies: zone, dwell, ratio."""
    place = Place(camera(*args, **kwargs))  # type: ignore[arg-type]
    found = place.zone_scopes("test", Settings, frozenset({"lane"}), frozenset({"trigger"}))
    return [(s.zone_id or "", s.settings.dwell_s, s.settings.ratio) for s in found]


def test_a_zones_number_goes_before_the_cameras_before_the_default() -> None:
    """And the number that names the rule goes before the plain one."""
    zones = [
        zone("plain", "lane"),
        zone("own", "lane", dwell_s=20),
        replace(zone("named", "lane"), limits={"dwell_s": 20.0, "test.dwell_s": 7.0}),
    ]
    assert scopes(*zones) == [("plain", 60, 0.5), ("own", 20, 0.5), ("named", 7, 0.5)]
    assert scopes(*zones, rules={"test": {"dwell_s": 45.0, "ratio": 0.9}}) == [
        ("plain", 45, 0.9),
        ("own", 20, 0.9),
        ("named", 7, 0.9),
    ]


def test_kind_trigger_and_switch_decide_where_a_rule_applies() -> None:
    """By kind or by trigger; a limit named like the rule switches it on or off; ignored zones never."""
    zones = [
        zone("lane", "lane"),
        zone("lane off", "lane", test=0),
        zone("square", "square"),
        zone("square on", "square", test=1),
        zone("square triggered", "square", trigger=3),
        zone("ignored", "ignore", test=1),
    ]
    assert [z for z, _, _ in scopes(*zones)] == ["lane", "square on", "square triggered"]


def test_a_disabled_rule_or_camera_applies_nowhere() -> None:
    """Camera.rules and Camera.enabled are heard."""
    assert scopes(zone("z", "lane"), enabled=False) == []
    off = replace(camera(zone("z", "lane")), rules=[RuleSetting("test", False, {})])
    assert Place(off).zone_scopes("test", Settings, frozenset({"lane"})) == []


def test_impossible_numbers_and_unknown_names_are_named() -> None:
    """The default holds, and the problem says camera, rule, number and what it knows instead."""
    place = Place(camera(zone("z", "lane", dwell_s=math.nan), rules={"test": {"dwel_s": 3.0, "ratio": -1.0}}))
    (scope,) = place.zone_scopes("test", Settings, frozenset({"lane"}))
    assert scope.settings == Settings()
    text = " ".join(place.problems)
    assert "dwell_s = nan" in text
    assert "ratio = -1.0" in text
    assert "no setting dwel_s; it has dwell_s, ratio" in text


@pytest.mark.parametrize("polygon", [(0, 0, 1, 1), (0, 0, 1, 1, 2), (0, 0, 1, 1, math.inf, 3), ()])
def test_a_zone_without_a_polygon_is_left_out_and_named(polygon: tuple[float, ...]) -> None:
    """The other zones stay."""
    place = Place(camera(zone("bad", "lane", polygon), zone("good", "lane")))
    assert [z.zone_id for z in place.zones] == ["good"]
    assert "zone bad is left out" in place.problems[0]


def test_zones_beyond_the_most_are_left_out() -> None:
    """A 64-bit mask holds a camera's zones; more are named."""
    place = Place(camera(*(zone(f"z{i}", "lane") for i in range(MOST_ZONES + 1))))
    assert len(place.zones) == MOST_ZONES
    assert "at most" in place.problems[0]


def test_places_follow_versions() -> None:
    """A version is digested once; another version is another place; an unregistered camera has none."""
    registry = Cameras(camera(), camera(zone("z", "lane"), version=2))
    places = Places()
    first = places.get(registry, "cam-1", 1)
    assert first is places.get(registry, "cam-1", 1)
    second = places.get(registry, "cam-1", 2)
    assert second is not None
    assert len(second.zones) == 1
    assert places.get(registry, "cam-1", 0) is None
    assert places.get(registry, "cam-2", 1) is None
