"""Tests of the load of the violations benchmarks."""

import random
from collections import Counter

from processors.rules.place import Place
from producers.simulator.city import build_city
from producers.simulator.outlook import Outlook
from tests.benchmarks.stage.streets import SAMPLES, VIEWS, View, traffic, watching

OUTLOOK = {
    View.YARD: Outlook.SPEED,
    View.LINE: Outlook.SPEED,
    View.BUS_LANE: Outlook.SPEED,
    View.SHOULDER: Outlook.SPEED,
    View.SIGNALS: Outlook.APPROACH,
    View.GIVE_WAY: Outlook.APPROACH,
    View.CROSSING: Outlook.CROSSING,
    View.UNSIGNALLED: Outlook.CROSSING,
    View.RAIL: Outlook.RAIL,
    View.STOP: Outlook.STOP,
    View.SQUARE: Outlook.SQUARE,
    View.ENTRANCE: Outlook.ENTRANCE,
    View.WASTE: Outlook.WASTE,
}


def test_cameras_look_where_the_citys_do() -> None:
    """The load has each outlook of the test city as often as the city has it, to a camera in forty."""
    city = build_city(3001, 400)
    shares = Counter(camera.outlook for camera in city.cameras)
    for outlook in Outlook:
        share = sum(OUTLOOK[view] is outlook for view in VIEWS) / len(VIEWS)
        assert abs(share - shares[outlook] / len(city.cameras)) <= 1 / len(VIEWS), outlook


def test_zones_are_those_of_the_city() -> None:
    """Each view has kinds of zone that a camera of its outlook has in the city, and looks for violations if it does."""
    city = build_city(3001, 400)
    for view in View:
        entry = watching(view, "camera")
        kinds = {zone.kind for zone in entry.zones}
        own = [camera.entry for camera in city.cameras if camera.outlook is OUTLOOK[view]]
        assert any(kinds <= {zone.kind for zone in there.zones} for there in own), view
        assert all(there.analysis.enforcement == entry.analysis.enforcement for there in own), view


def test_every_second_is_busy_and_is_taken() -> None:
    """Every second has ten boxes in each of its frames, and no zone or message is refused."""
    for number, view in enumerate(View):
        assert not Place(watching(view, "camera")).problems
        for tracks in traffic(view, number, random.Random(1), 3):
            assert Counter(tracks.box_sample) == dict.fromkeys(range(SAMPLES), 10), view
