"""Streets: the load of the violations benchmarks, cameras that look where the test city's look, in heavy traffic.

The outlooks and what is drawn for each are the test city's, in its shares (a test holds them equal); the traffic is
heavier: every camera sees ten boxes in each of five frames a second, where the city's see 11 boxes a second on average.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from schemas.messages import (
    Calibration,
    Camera,
    PlateCandidate,
    Scene,
    Signal,
    SignalState,
    Tracks,
    VotedPlate,
    Zone,
)
from tests.unit.processors.rules.street import CAR, EPOCH_US, PERSON, Seen, camera, second

#: Frames a second, and tracks in each.
SAMPLES: Final = 5
CARS: Final = 6
BUS: Final = 5
#: Traffic: metres a second, and the way after which another vehicle comes, metres.
SPEED_MPS: Final = 12.0
LAP_M: Final = 80.0
#: Where the stop line lies before the camera, metres.
LINE_M: Final = 30.0
#: Signals and people hold the traffic for the first half of each cycle; in the other half it drives three laps.
HALF_CYCLE_S: Final = 20
#: Lanes' middles, metres to the east of the camera; traffic comes towards it, to the south.
LANES_M: Final = (-3.5, 0.0, 3.5)
KERB_M: Final = -6.5
#: A frame's feet err by so much, metres.
NOISE_M: Final = 0.15
SECOND_US: Final = 1_000_000


class View(StrEnum):
    """What a camera looks at; the test city's outlooks, parted by what is drawn for their rules."""

    YARD = "speed, the exit of a yard"
    LINE = "speed, a solid middle line, no lorries"
    BUS_LANE = "speed, a bus lane, a solid middle line"
    SHOULDER = "speed, a hard shoulder"
    SIGNALS = "an approach with signals"
    GIVE_WAY = "an approach without signals"
    CROSSING = "a crossing with signals"
    UNSIGNALLED = "a crossing without signals"
    RAIL = "a level crossing"
    STOP = "a bus stop and its sidewalk"
    SQUARE = "a square"
    ENTRANCE = "an entrance"
    WASTE = "a waste site"


#: Cameras of each kind among forty.
SHARES: Final[Mapping[View, int]] = {
    View.YARD: 5,
    View.LINE: 2,
    View.BUS_LANE: 2,
    View.SHOULDER: 3,
    View.SIGNALS: 4,
    View.GIVE_WAY: 2,
    View.CROSSING: 2,
    View.UNSIGNALLED: 1,
    View.RAIL: 1,
    View.STOP: 3,
    View.SQUARE: 7,
    View.ENTRANCE: 4,
    View.WASTE: 4,
}
#: One view a street; streets take turns over the cameras.
VIEWS: Final[Sequence[View]] = tuple(view for view, count in SHARES.items() for _ in range(count))
#: Views of places off the road: people, and two vehicles that stand.
OFF_ROAD: Final = frozenset({View.SQUARE, View.ENTRANCE, View.WASTE})
#: Views whose traffic is held for half of the time.
HELD: Final = frozenset({View.SIGNALS, View.CROSSING, View.UNSIGNALLED, View.RAIL})
#: Views in whose seconds signals are told.
SIGNALLED: Final = frozenset({View.SIGNALS, View.CROSSING, View.RAIL})
#: Views that read plates.
PLATES: Final = frozenset({View.YARD, View.LINE, View.BUS_LANE, View.SHOULDER, View.SIGNALS, View.GIVE_WAY, View.RAIL})


def watching(view: View, camera_id: str) -> Camera:
    """Return the registry entry of a camera with a view: calibrated, its picture 1000 x 1000 pixels from above."""
    seen_from = Calibration(3, "survey", [0.1, 0, -50, 0, -0.1, 100, 0, 0, 1], 1000, 1000, 0.12, 0.01)
    speed = view in {View.YARD, View.LINE, View.BUS_LANE, View.SHOULDER}
    entry = camera(
        *_zones(view), camera_id=camera_id, calibration=seen_from, speed_limit_kmh=None if view in OFF_ROAD else 60.0,
        capabilities=["incidents", "speed"] if speed else ["incidents"],
    )  # fmt: skip
    enforcement = view not in {View.SQUARE, View.ENTRANCE}
    return replace(entry, analysis=replace(entry.analysis, enforcement=enforcement))


def _area(
    name: str, kind: str, east: tuple[float, float], north: tuple[float, float], heading: float | None, **limits: float
) -> Zone:
    """Return an upright rectangle of the ground, metres, as a zone of the picture."""
    (left, right), (low, high) = ((10.0 * (x + 50.0) for x in east), (10.0 * (100.0 - y) for y in north))
    return Zone(name, kind, [left, high, right, high, right, low, left, low], heading, limits)


def _zones(view: View) -> list[Zone]:
    if view is View.SQUARE:
        return [_area("square", "square", (-25.0, 25.0), (20.0, 70.0), None, max_people=20.0)]
    if view is View.ENTRANCE:
        return [_area("entrance", "no_loitering", (-8.0, 8.0), (30.0, 50.0), None)]
    if view is View.WASTE:
        containers = _area("containers", "waste_site", (-20.0, 20.0), (20.0, 40.0), None)
        return [_area("access", "no_stopping", (-20.0, 20.0), (40.0, 70.0), None), containers]
    road = (-5.25, 5.25)
    if view is View.RAIL:
        signal = {"signal_group.RAIL": 1.0, "rails_m": 8.0}
        return [_area("rail-crossing", "rail_crossing", road, (LINE_M - 14.0, LINE_M), 180.0, **signal)]
    if view in {View.SIGNALS, View.GIVE_WAY, View.CROSSING, View.UNSIGNALLED}:
        group = {"signal_group.NS": 1.0} if view is View.SIGNALS else {}
        free = {"unsignalled": 1.0} if view in {View.GIVE_WAY, View.UNSIGNALLED} else {}
        sign = {"no_right_turn": 1.0} if view is View.SIGNALS else {}
        junction = view in {View.SIGNALS, View.GIVE_WAY}
        crossing = {**free, "pedestrian_priority": 0.0} if junction else free
        zones = [
            _area("approach", "roadway", road, (LINE_M, 80.0), 180.0, dwell_s=100.0, wrong_way=0.0),
            _area("crossing", "crossing", (-7.0, 7.0), (24.0, 28.0), None, **crossing),
        ]
        if not junction:
            return zones
        return [
            *zones,
            _area("stop-line", "stop_line", road, (28.0, LINE_M), 180.0, **group, **sign),
            _area("junction", "junction", road, (17.2, 24.0), None, **group),
            *(_lane(n) for n in range(3)),
        ]
    solid = float(view in {View.LINE, View.BUS_LANE})
    lorries = {"truck_ban_from_h": 6.0, "truck_ban_to_h": 22.0} if view is View.LINE else {}
    zones = [_area("carriageway", "roadway", road, (15.0, 95.0), 180.0, u_turn=solid, oncoming=solid, **lorries)]
    if view is View.YARD:
        zones.append(_area("yard-exit", "no_entry", (-15.25, -5.25), (60.0, 68.0), 90.0))
    elif view is View.BUS_LANE:
        zones.append(_area("bus-lane", "bus_lane", (-5.25, -1.75), (15.0, 95.0), 180.0))
    elif view is View.SHOULDER:
        zones.append(_area("shoulder", "shoulder", (-7.75, -5.25), (15.0, 95.0), 180.0))
    elif view is View.STOP:
        zones.append(_area("bus-stop", "no_stopping", (-7.75, -5.25), (40.0, 62.0), None))
        zones.append(_area("sidewalk", "sidewalk", (-10.75, -7.75), (40.0, 62.0), None))
    return zones


def _lane(number: int) -> Zone:
    """Return a lane before the stop line, numbered from the right, which is the west."""
    middle = LANES_M[number]
    return _area(
        f"lane-{number}", "turn_lane", (middle - 1.75, middle + 1.75), (LINE_M, 60.0), 180.0,
        lane=float(number), left=float(number == 2), straight=1.0, right=float(number == 0),
    )  # fmt: skip


def traffic(view: View, number: int, rng: random.Random, seconds: int) -> list[Tracks]:
    """Return the seconds of one camera.

    On a road six vehicles come along and two stand at the kerb, one person walks over the road at its crossing, or
    beside it, and one stands. Elsewhere eight people walk about and two vehicles stand.

    Args:
        view: what the camera looks at.
        number: the street; its traffic begins at another point of the cycle.
        rng: draws the noise of the feet.
        seconds: how many.
    """
    phase_s = (7 * number) % (2 * HALF_CYCLE_S)
    return [_second(view, n, phase_s + n, rng) for n in range(seconds)]


def _second(view: View, n: int, at_s: int, rng: random.Random) -> Tracks:
    places = [_places(view, at_s + sample / SAMPLES) for sample in range(SAMPLES)]
    # Who leaves within the second is another track from the next one on.
    names = [name for name, *_ in places[0]]
    held = view in HELD and at_s % (2 * HALF_CYCLE_S) < HALF_CYCLE_S
    seen, boxes = [], []
    for i, name in enumerate(names):
        _, coco, x, y, drives = places[-1][i]
        moves = drives and not held
        walks = coco == PERSON and drives
        speed = SPEED_MPS * 3.6 + rng.uniform(-1.0, 1.0) if moves and not walks else 4.7 if walks else 0.4
        heading = 180.0 + rng.uniform(-2.0, 2.0) if moves and not walks else 90.0 if walks else None
        track = f"camera/{EPOCH_US}/{name}"
        first_us = EPOCH_US + max(0, n - 4) * SECOND_US
        seen.append(Seen(track, coco, (0, 0, 1, 1), round(x, 2), round(y, 2), speed, 1.5, heading, first_us, 20))
    for sample in range(SAMPLES):
        for i in range(len(names)):
            _, coco, x, y, _ = places[sample][i]
            noisy = x + rng.uniform(-NOISE_M, NOISE_M), y + rng.uniform(-NOISE_M, NOISE_M)
            boxes.append((*noisy, *_box(coco, *noisy)))
    x_m, y_m, x1, y1, x2, y2 = ([round(edge, 2) for edge in column] for column in zip(*boxes, strict=True))
    voted = [
        VotedPlate(i, [PlateCandidate(f"{100 + i}ABC{n % 17:02d}", 0.97), PlateCandidate(f"{100 + i}A8C02", 0.02)], 6)
        for i in range(2 if n % 2 else 1)
    ]
    return replace(
        second(n, seen, samples=SAMPLES),
        box_x_m=x_m, box_y_m=y_m, box_x1_px=x1, box_y1_px=y1, box_x2_px=x2, box_y2_px=y2,
        plates=voted if view in PLATES else [],
        scene=Scene(0.02, 90.0 + rng.uniform(-1, 1), 50.0, 480.0 + rng.uniform(-10, 10)),
        signals_known=view in SIGNALLED,
        signals=_signals(view, n, at_s) if view in SIGNALLED else [],
    )  # fmt: skip


def _places(view: View, at_s: float) -> list[tuple[str, int, float, float, bool]]:
    """Return who is where at an instant: name, class, metres to the east and north, and whether it goes anywhere."""
    if view in OFF_ROAD:
        people = [
            (f"p{k}.{int(at_s) // 60}", PERSON, (5.0 * k + 1.3 * at_s) % 50.0 - 25.0, 25.0 + 5.0 * k, True)
            for k in range(8)
        ]
        return [*people, *((f"s{k}", CAR, 12.0 * k - 6.0, 55.0, False) for k in range(2))]
    cycles, in_cycle = divmod(at_s, 2 * HALF_CYCLE_S)
    driven_s = cycles * HALF_CYCLE_S + max(0.0, in_cycle - HALF_CYCLE_S) if view in HELD else at_s
    out: list[tuple[str, int, float, float, bool]] = []
    for k in range(CARS):
        lane = k % 3
        # Held, they stand before the line one behind the other: a cycle's drive is a whole number of laps.
        ahead = LINE_M + 3.0 + 12.0 * (k // 3) + 2.0 * lane
        lap, along = divmod(driven_s * SPEED_MPS + 95.0 - ahead, LAP_M)
        coco = BUS if view is View.BUS_LANE and lane == 0 else CAR
        out.append((f"{k}.{int(lap)}", coco, LANES_M[lane], 95.0 - along, True))
    out += [(f"s{k}", CAR, KERB_M, 44.0 + 12.0 * k, False) for k in range(2)]
    crosses = view in {View.SIGNALS, View.CROSSING, View.UNSIGNALLED}
    walker = min(in_cycle * 1.3, 14.0) - 7.0
    out.append(("walks", PERSON, walker if crosses else -9.5, 26.0 if crosses else 20.0 + at_s * 1.3 % 70.0, True))
    out.append(("waits", PERSON, -8.5, 27.0, False))
    return out


def _box(coco: int, x_m: float, y_m: float) -> tuple[float, float, float, float]:
    """Return the box of who stands at a place, pixels: 1.8 by 4.5 m for a car, 2.5 by 12 for a bus."""
    wide, deep = {PERSON: (6.0, 17.0), BUS: (25.0, 120.0)}.get(coco, (18.0, 45.0))
    x, y = 10.0 * (x_m + 50.0), 10.0 * (100.0 - y_m)
    return x - wide / 2, y - deep, x + wide / 2, y


def _signals(view: View, n: int, at_s: int) -> list[SignalState]:
    """Return the phases in force: the traffic's is red for the first half of each cycle, the other street's green.

    A level crossing has one group, which is closed for that half.
    """
    in_cycle = at_s % (2 * HALF_CYCLE_S)
    red = in_cycle < HALF_CYCLE_S
    since_us = EPOCH_US + (n - in_cycle % HALF_CYCLE_S) * SECOND_US
    if view is View.RAIL:
        return [SignalState("RAIL", Signal.FLASHING if red else Signal.GREEN, since_us)]
    own, other = (Signal.RED, Signal.GREEN) if red else (Signal.GREEN, Signal.RED)
    return [SignalState("EW", other, since_us), SignalState("NS", own, since_us)]
