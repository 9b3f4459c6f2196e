"""The city as it is built: the same for a seed, fit for the product's registry, of Almaty's numbers at full size."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from producers.registry_file import parse
from producers.simulator.cameras import ENFORCING
from producers.simulator.city import City, build_city
from producers.simulator.city_files import city_document, registry_document, write_city
from producers.simulator.districts import DISTRICTS
from producers.simulator.outlook import Outlook
from producers.simulator.sites import PRIVATE_SITES, PUBLIC_SITES, place_sites, site_count
from producers.simulator.streets import StreetClass, build_streets
from schemas.messages import Owner


@pytest.fixture(scope="module")
def city() -> City:
    """A city of 60 cameras."""
    return build_city(101, 60)


def test_a_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    """Both files are equal in every run of a seed and size; another seed makes another city."""
    first = [path.read_bytes() for path in write_city(build_city(101, 20), tmp_path / "a")]
    again = [path.read_bytes() for path in write_city(build_city(101, 20), tmp_path / "b")]
    other = [path.read_bytes() for path in write_city(build_city(102, 20), tmp_path / "c")]
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_the_registry_is_what_the_product_imports(city: City) -> None:
    """`vigil cameras import` takes every entry without a word, and reads back the entries that the run stamps."""
    entries, problems = parse(json.dumps(registry_document(city)), Path(), is_json=True)
    assert list(problems) == []
    assert [entry.camera.camera_id for entry in entries] == [camera.camera_id for camera in city.cameras]
    for entry, camera in zip(entries, city.cameras, strict=True):
        assert list(entry.camera.zones) == list(camera.entry.zones)
        assert entry.camera.calibration == camera.entry.calibration


def test_the_registry_knows_nothing_of_the_truth(city: City) -> None:
    """The survey's homography is wrong by the known error: the city file has both, the registry the wrong one alone."""
    registry = {entry["camera_id"]: entry for entry in registry_document(city)["cameras"]}
    for camera in city_document(city)["cameras"]:
        stated = registry[camera["camera_id"]]["calibration"]["homography"]
        assert stated != camera["true_homography"]
        assert any(abs(part) > 0 for part in camera["survey_error"].values())


def test_every_camera_sees_what_it_watches(city: City) -> None:
    """Each has at least one zone, in the picture; speed cameras enforce; approaches name their junction."""
    for camera in city.cameras:
        assert camera.entry.zones, camera.camera_id
        assert camera.entry.analysis.enforcement is (camera.outlook in ENFORCING)
        if camera.outlook is Outlook.APPROACH:
            node = int(city.streets.edge_to[camera.edge])
            assert (camera.entry.junction_id is not None) == (node in city.programmes)


def test_crossings_are_drawn_where_a_junction_is_in_view(city: City) -> None:
    """Every camera before a junction has the crossing as a zone; approaches have the stop line and their lanes, too."""
    for camera in city.cameras:
        kinds = Counter(zone.kind for zone in camera.entry.zones)
        assert (kinds["crossing"] == 1) is (camera.outlook in {Outlook.APPROACH, Outlook.CROSSING})
        if camera.outlook is Outlook.APPROACH:
            assert kinds["stop_line"] == 1
            assert kinds["turn_lane"] == city.streets.edge_lanes[camera.edge]
        if camera.outlook is Outlook.WASTE:
            assert kinds["waste_site"] == 1


def test_a_section_is_as_long_as_the_road_between_its_cameras(city: City) -> None:
    """Both cameras name it with one length: that between the places that both see at one distance ahead of them."""
    assert city.sections
    for number, section in city.sections.items():
        entry, last = city.cameras[section.entry_camera], city.cameras[number]
        assert city.streets.edge_to[entry.edge] == city.streets.edge_from[last.edge]
        assert city.streets.direction(entry.edge) == pytest.approx(city.streets.direction(last.edge))
        near = [
            city.streets.point(camera.edge, camera.areas["carriageway"].along_m[1], 0.0) for camera in (entry, last)
        ]
        assert section.length_m == pytest.approx(np.hypot(near[1][0] - near[0][0], near[1][1] - near[0][1]), abs=0.02)
        for camera, kind in ((entry, "section_start"), (last, "section_end")):
            zones = [zone for zone in camera.entry.zones if zone.kind == kind]
            assert any(zone.limits["section"] == section.number for zone in zones)
            assert all(zone.limits["section_length_m"] > 100.0 for zone in zones)


def test_full_size_has_almatys_sites() -> None:
    """45,200 cameras stand at 616 public sites and 240 private ones, in all eight districts."""
    count = site_count(45_200)
    assert count == PUBLIC_SITES + PRIVATE_SITES == 856
    sites = place_sites(101, build_streets(101, 38, 30), count)
    assert Counter(site.owner for site in sites) == {Owner.PUBLIC: 616, Owner.PRIVATE: 240}
    assert {site.district for site in sites} == {name for name, _, _ in DISTRICTS}
    assert len({site.node for site in sites}) == count


def test_the_network_has_almatys_shape() -> None:
    """A grid that rises to the south, boulevards with bus lanes, a ring road on its border that is faster."""
    streets = build_streets(101, 9, 8)
    south, north = streets.node_y_m.argmin(), streets.node_y_m.argmax()
    assert streets.node_z_m[south] > streets.node_z_m[north]
    assert set(streets.edge_class.tolist()) == set(map(int, StreetClass))
    assert (streets.bus_lane == (streets.edge_class == StreetClass.BOULEVARD)).all()
    ring = streets.edge_class == StreetClass.RING
    assert streets.edge_limit_kmh[ring].min() > streets.edge_limit_kmh[~ring].max()
    assert (streets.edge_from[0::2] == streets.edge_to[1::2]).all()
    lengths = np.array([streets.length_m(edge) for edge in range(len(streets.edge_from))])
    assert (lengths >= 240.0).all()


@pytest.mark.parametrize("cameras", [0, 60_000])
def test_an_impossible_size_is_refused(cameras: int) -> None:
    """The sentence says what was asked and what can be."""
    with pytest.raises(ValueError, match=f"{cameras} cameras; expected 1 to"):
        build_city(1, cameras)
