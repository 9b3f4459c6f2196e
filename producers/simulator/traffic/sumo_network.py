"""The city's streets as SUMO's plain XML, and what its process is told of signals and demand. Pure but for writing."""

from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from producers.simulator.city import City
from producers.simulator.junction_lanes import arms, links
from producers.simulator.motions import BUS, CAR, MOTORCYCLE, SIZES_M, TRUCK
from producers.simulator.signals import GROUPS, group_of
from producers.simulator.streets import LANE_M, STOP_LINE_M, StreetClass
from schemas.messages import Signal

#: Vehicles on a kilometre of lane, by class of street: the density that is kept up. 20 a kilometre is dense flow.
PER_LANE_KM: Final = {StreetClass.STREET: 4.0, StreetClass.BOULEVARD: 6.0, StreetClass.RING: 7.0}
#: Junctions above which a city is large.
LARGE_NODES: Final = 300
#: SUMO's class, and the share of vehicles, of each class of ours.
VEHICLES: Final = {
    CAR: ("passenger", 0.90),
    TRUCK: ("truck", 0.05),
    BUS: ("bus", 0.03),
    MOTORCYCLE: ("motorcycle", 0.02),
}
#: How drivers take the limit: mean, spread, least and greatest share. Nobody reaches the offence's 10 km/h above 80.
SPEED_FACTOR: Final = "normc(0.97,0.07,0.75,1.10)"
#: SUMO's letters for states of a signal.
LETTERS: Final = {Signal.GREEN: "G", Signal.AMBER: "y", Signal.RED: "r", Signal.RED_AMBER: "u"}


def step_us(city: City) -> int:
    """Return the step of the simulation, microseconds: a large city's is coarser, or one core could not keep up."""
    return 500_000 if len(city.streets.node_x_m) <= LARGE_NODES else 1_000_000


def write_network(city: City, folder: Path) -> dict[str, Any]:
    """Write nodes, edges, connections and vehicle types; return what the process of SUMO is told beside them."""
    streets = city.streets
    nodes = ["<nodes>"]
    for node in range(len(streets.node_x_m)):
        # where no signal stands drivers still take turns, see City.turns
        control = "traffic_light"
        x, y, z = (float(v[node]) for v in (streets.node_x_m, streets.node_y_m, streets.node_z_m))
        nodes.append(f'<node id="{node}" x="{x}" y="{y}" z="{z}" type="{control}"/>')
    edges = ["<edges>"]
    for edge in range(len(streets.edge_from)):
        lanes = int(streets.edge_lanes[edge])
        head = (
            f'<edge id="{edge}" from="{int(streets.edge_from[edge])}" to="{int(streets.edge_to[edge])}"'
            f' numLanes="{lanes}" width="{LANE_M}" speed="{float(streets.edge_limit_kmh[edge]) / 3.6:.4f}"'
        )
        if streets.bus_lane[edge]:
            others = "".join(f'<lane index="{n}" disallow="pedestrian"/>' for n in range(1, lanes))
            edges.append(f'{head}><lane index="0" allow="bus"/>{others}</edge>')
        else:
            edges.append(f'{head} disallow="pedestrian"/>')
    # Left to itself netconvert lets lanes lead where the city's signs say that they do not.
    ways = ["<connections>"]
    for edge in range(len(streets.edge_from)):
        ways += [
            f'<connection from="{edge}" to="{link.edge}" fromLane="{link.lane}" toLane="{link.into}"/>'
            for link in links(streets, edge)
        ]
    types = ["<routes>"]
    for kind, (name, _) in VEHICLES.items():
        length, width, _height = (float(v) for v in SIZES_M[kind])
        types.append(
            f"<vType id={quoteattr(str(kind))} vClass={quoteattr(name)} length={quoteattr(str(length))}"
            f' width={quoteattr(str(width))} speedFactor="{SPEED_FACTOR}" sigma="0.3"/>'
        )
    for name, lines, end in (
        ("nodes", nodes, "</nodes>"),
        ("edges", edges, "</edges>"),
        ("connections", ways, "</connections>"),
        ("types", types, "</routes>"),
    ):
        (folder / f"{name}.xml").write_text("\n".join([*lines, end]) + "\n", encoding="ascii")
    return {
        "seed": city.seed,
        "stop_line_m": STOP_LINE_M,
        "step_s": step_us(city) / 1e6,
        "vehicles": _population(city),
        "shares": {str(kind): share for kind, (_, share) in VEHICLES.items()},
        "lengths": {str(kind): float(SIZES_M[kind][0]) for kind in VEHICLES},
        "groups": {str(edge): group_of(*streets.direction(edge)) for edge in range(len(streets.edge_from))},
        "no_trucks": [str(edge) for edge in range(len(streets.edge_from)) if streets.truck_ban_h(edge) is not None],
        "no_turns": [
            [str(edge), str(arms(streets, edge)[sign.side])] for edge, sign in sorted(streets.turn_signs.items())
        ],
        "truck": str(TRUCK),
        "car": str(CAR),
        "signals": {
            str(node): {
                "cycle_s": programme.cycle_s,
                "offset_s": programme.offset_s,
                "phases": [
                    [[begin, LETTERS[signal]] for begin, signal in programme.phases(group)]
                    for group in range(len(GROUPS))
                ],
            }
            for node, programme in sorted({**city.programmes, **city.turns}.items())
        },
    }


def _population(city: City) -> int:
    """Return how many vehicles are kept on the streets."""
    streets = city.streets
    total = 0.0
    for edge in range(len(streets.edge_from)):
        lanes = int(streets.edge_lanes[edge]) - int(streets.bus_lane[edge])
        total += PER_LANE_KM[StreetClass(int(streets.edge_class[edge]))] * lanes * streets.length_m(edge) / 1000.0
    return round(total)
