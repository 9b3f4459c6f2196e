"""SUMO in a process of its own, run by the Python of .venv-city: it has libsumo and NumPy and nothing of Vigil.

    python sumo_process.py FOLDER START_S

FOLDER holds nodes.xml, edges.xml, connections.xml, types.xml and told.json (sumo_network.py). START_S is the city's
first second, of the Unix epoch. Builds the network, fills the streets, and writes a frame to standard output for each
step whenever a line comes on standard input: int64 count, then int64 [count] numbers of vehicles, ascending, int64
[count] classes, float64 [count, 3]: x and y of the vehicle's middle (m) and where it points (radians clockwise from
north).

One thread, a fixed seed, a fixed step: the same frames each time.
"""

import json
import math
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import libsumo
import numpy as np
from libsumo import constants

#: The streets settle for so long before the first frame.
WARM_UP_S = 90
#: Routes that vehicles choose among: a few for each street, and no more than take seconds to find.
ROUTES_PER_EDGE = 1.5
MOST_ROUTES = 400
#: Vehicles that stand in a deadlock for so long are moved on by SUMO.
TELEPORT_S = 150
#: New vehicles of one step at most.
MOST_NEW = 60
READ = (constants.VAR_POSITION, constants.VAR_ANGLE)


def build(folder: Path, stop_line_m: float) -> Path:
    """Compile the network with netconvert; coordinates stay as they are, and lanes end at the city's stop lines.

    Where a lane ends by itself follows from the junction's shape, so it is compiled once to see that.
    """
    net = compiled(folder, "edges.xml")
    edges = _parsed(folder / "edges.xml")
    gaps = gaps_m(folder, net)
    for edge in edges:
        edge.set("endOffset", f"{max(0.0, stop_line_m - gaps[edge.get('id', '')]):.2f}")
    ET.ElementTree(edges).write(folder / "offset-edges.xml")
    return compiled(folder, "offset-edges.xml")


def compiled(folder: Path, edges: str) -> Path:
    """Compile nodes.xml, connections.xml and a file of edges."""
    import sumo  # noqa: PLC0415  the package that holds the programs

    net = folder / "net.xml"
    arguments = [
        str(Path(sumo.SUMO_HOME) / "bin" / "netconvert"), "-n", str(folder / "nodes.xml"), "-e",
        str(folder / edges), "-x", str(folder / "connections.xml"), "-o", str(net),
        "--offset.disable-normalization", "true", "--no-turnarounds", "true",
        "--junctions.corner-detail", "2", "--tls.default-type", "static", "--no-warnings", "true", "--seed", "1",
    ]  # fmt: skip
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"netconvert ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return net


def gaps_m(folder: Path, net: Path) -> dict[str, float]:
    """Return how far before the middle of its junction each street's lanes end."""
    middle = {
        str(node.get("id")): (float(node.get("x", 0)), float(node.get("y", 0)))
        for node in _parsed(folder / "nodes.xml")
    }
    out = {}
    for edge in _parsed(net).iter("edge"):
        if edge.get("function"):
            continue
        (px, py), (qx, qy) = (tuple(map(float, p.split(",")[:2])) for p in edge[0].get("shape", "").split()[-2:])
        x, y = middle[str(edge.get("to"))]
        out[str(edge.get("id"))] = ((x - qx) * (qx - px) + (y - qy) * (qy - py)) / math.hypot(qx - px, qy - py)
    return out


def _parsed(path: Path) -> ET.Element:
    return ET.parse(path).getroot()  # noqa: S314  this project or netconvert wrote it


class Signals:
    """Sets SUMO's signals from the city's programmes."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._programmes = told["signals"]
        self._links: dict[str, list[int]] = {}
        for name in libsumo.trafficlight.getIDList():
            if name in self._programmes:
                links = libsumo.trafficlight.getControlledLinks(name)
                self._links[name] = [
                    told["groups"].get(link[0][0].rpartition("_")[0], 0) if link else 0 for link in links
                ]
        self._shown: dict[str, str] = {}

    def show(self, at_s: int) -> None:
        """Set the states of a second of the city's clock."""
        for name, links in self._links.items():
            programme = self._programmes[name]
            within = (at_s - programme["offset_s"]) % programme["cycle_s"]
            letters = ["r", "r"]
            for group, phases in enumerate(programme["phases"]):
                for begin, letter in phases:
                    if begin <= within:
                        letters[group] = letter
            state = "".join(letters[group] for group in links)
            if self._shown.get(name) != state:
                libsumo.trafficlight.setRedYellowGreenState(name, state)
                self._shown[name] = state


class Demand:
    """Keeps the streets filled with vehicles on seeded routes."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._random = random.Random(told["seed"])  # noqa: S311  a simulation's
        self._wanted = told["vehicles"]
        self._kinds = list(told["shares"])
        self._shares = list(told["shares"].values())
        self._truck, self._car = told["truck"], told["car"]
        self._born = 0
        self.kind_of: dict[str, int] = {}
        self._routes: list[str] = []
        self._without_trucks: set[str] = set()
        closed = set(told["no_trucks"])
        forbidden = {(begin, end) for begin, end in told["no_turns"]}
        edges = sorted(told["groups"], key=int)
        wanted = min(MOST_ROUTES, max(12, round(ROUTES_PER_EDGE * len(edges))))
        for _ in range(wanted * 4):
            if len(self._routes) >= wanted:
                break
            begin, end = self._random.sample(edges, 2)
            found = libsumo.simulation.findRoute(begin, end, self._kinds[0]).edges
            # traffic keeps to signs at any hour, as lorries do
            if len(found) >= 2 and not forbidden.intersection(pairwise(found)):
                name = f"r{len(self._routes)}"
                libsumo.route.add(name, found)
                self._routes.append(name)
                if closed.intersection(found):
                    self._without_trucks.add(name)

    def fill(self, *, anywhere: bool = False) -> None:
        """Add vehicles up to the number that is wanted."""
        there = libsumo.vehicle.getIDCount() + len(libsumo.simulation.getPendingVehicles())
        for _ in range(self._wanted - there if anywhere else min(MOST_NEW, self._wanted - there)):
            self._born += 1
            name = str(self._born)
            kind = self._random.choices(self._kinds, self._shares)[0]
            route = self._random.choice(self._routes)
            if kind == self._truck and route in self._without_trucks:
                kind = self._car
            libsumo.vehicle.add(
                name,
                route,
                typeID=kind,
                departLane="best_prob" if anywhere else "best",
                departPos="random_free" if anywhere else "base",
                departSpeed="0" if anywhere else "max",
            )
            self.kind_of[name] = int(kind)


def frame(demand: Demand, lengths: dict[int, float]) -> bytes:
    """Return the vehicles of now as a frame."""
    for name in libsumo.simulation.getDepartedIDList():
        libsumo.vehicle.subscribe(name, READ)
    for name in libsumo.simulation.getArrivedIDList():
        demand.kind_of.pop(name, None)
    rows = []
    for name, values in libsumo.vehicle.getAllSubscriptionResults().items():
        x, y = values[READ[0]]
        rows.append((int(name), demand.kind_of[name], x, y, values[READ[1]]))
    rows.sort()
    if not rows:
        return np.int64(0).tobytes()
    table = np.array(rows, np.float64)
    kind = table[:, 1].astype(np.int64)
    angle = np.radians(table[:, 4])
    half = np.array([lengths[k] for k in kind.tolist()]) / 2
    # SUMO's position is the middle of the front
    place = np.column_stack([table[:, 2] - half * np.sin(angle), table[:, 3] - half * np.cos(angle), angle])
    return b"".join(
        (np.int64(len(rows)).tobytes(), table[:, 0].astype(np.int64).tobytes(), kind.tobytes(), place.tobytes())
    )


def main(folder: Path, start_s: int) -> None:
    """Serve frames until standard input ends."""
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    arguments = [
        "sumo", "-n", str(build(folder, told["stop_line_m"])), "-r", str(folder / "types.xml"),
        "--step-length", str(told["step_s"]),
        "--seed", str(told["seed"] % 2**31), "--no-step-log", "true", "--no-warnings", "true", "--threads", "1",
        "--time-to-teleport", str(TELEPORT_S), "--collision.action", "none", "--max-depart-delay", "30",
    ]  # fmt: skip
    libsumo.start(arguments)
    signals, demand = Signals(told), Demand(told)
    lengths = {int(kind): length for kind, length in told["lengths"].items()}
    steps = round(1 / told["step_s"])
    number = -WARM_UP_S * steps
    demand.fill(anywhere=True)
    out, held = sys.stdout.buffer, b""
    for _ in range(WARM_UP_S * steps):
        held = _advance(number, steps, start_s, signals, demand, lengths)
        number += 1
    for _line in sys.stdin:
        out.write(held)
        out.flush()
        held = _advance(number, steps, start_s, signals, demand, lengths)
        number += 1
    libsumo.close()


def _advance(
    number: int, steps: int, start_s: int, signals: Signals, demand: Demand, lengths: dict[int, float]
) -> bytes:
    if number % steps == 0:
        signals.show(start_s + math.floor(number / steps))
        demand.fill()
    libsumo.simulationStep()
    return frame(demand, lengths)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
