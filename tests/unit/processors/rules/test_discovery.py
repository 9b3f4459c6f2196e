"""Adding a rule is one new file: it is found, run, its findings become messages, and old states still load."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from processors.incidents import rules as incident_rules
from processors.incidents.core import IncidentsCore
from processors.rules.rule import discover
from processors.violations import rules as violation_rules
from schemas.messages import IncidentPhase
from tests.unit.processors.rules.street import Cameras, camera, car, play, second, zone

RULE = '''
"""A rule written after the stage."""
from processors.incidents.finding import Finding
from schemas.messages import Severity

class Presence:
    """Anything at all is seen."""
    kind = "presence"
    version = "presence/1"
    def initial(self):
        return {}
    def observe(self, state, second, place):
        if not second.classes:
            return state, ()
        state.setdefault("since_us", second.at_us)
        sight = second.sight([0])
        return state, [Finding("any", None, [second.tracks.track_id[0]], state["since_us"], second.at_us, 1.0, {}, {},
                               Severity.LOW, "Something is there", sight, sight, 2.0)]
    def pack(self, state):
        return state
    def unpack(self, plain):
        return plain
'''


@pytest.fixture
def package(tmp_path: Path) -> Iterator[ModuleType]:
    """An empty package of rules on a path of its own."""
    folder = tmp_path / "later_rules"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Rules."""\n')
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield importlib.import_module("later_rules")
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "later_rules"]:
        del sys.modules[name]


def test_the_rules_that_ship_are_found() -> None:
    """By kind, in order."""
    assert [rule.kind for rule in discover(incident_rules)] == ["crowd", "loitering", "stopped_vehicle"]
    assert [rule.kind for rule in discover(violation_rules)] == [
        "blocked_junction",
        "bus_lane",
        "crossing_parking",
        "double_row",
        "no_entry",
        "no_stopping",
        "oncoming",
        "pedestrian_priority",
        "prohibited_turn",
        "rail_crossing",
        "red_light",
        "shoulder_driving",
        "sidewalk_driving",
        "sidewalk_parking",
        "speeding",
        "stop_line",
        "truck_ban",
        "u_turn",
        "wrong_lane",
        "wrong_way",
    ]


def test_a_dropped_file_is_a_rule(package: ModuleType) -> None:
    """Nothing but the file: its finding opens and closes an incident, and a state from before it loads."""
    before = IncidentsCore(discover(package))
    old = before.to_bytes(before.initial("cam-1"))
    Path(str(package.__file__)).with_name("presence.py").write_text(RULE)
    importlib.invalidate_caches()
    core = IncidentsCore(discover(package))
    assert core.from_bytes("cam-1", old).rules.of == {"presence": {}}
    messages = [second(0, [car("a", 300, 300)]), *(second(n) for n in range(1, 5))]
    steps, _ = play(core, Cameras(camera()), messages)
    assert [(s.kind, s.phase, s.revision) for s in steps] == [
        ("presence", IncidentPhase.OPEN, 1),
        ("presence", IncidentPhase.CLOSE, 2),
    ]


def test_a_rule_of_another_version_starts_afresh(package: ModuleType) -> None:
    """Its old state is not read: the version of a rule covers its state's form."""
    path = Path(str(package.__file__)).with_name("presence.py")
    path.write_text(RULE)
    importlib.invalidate_caches()
    core = IncidentsCore(discover(package))
    _, state = play(core, Cameras(camera(zone("z", "lane"))), [second(0, [car("a", 300, 300)])])
    assert core.from_bytes("cam-1", state).rules.of["presence"] != {}
    rule = core.rules[0]
    type(rule).version = "presence/2"
    assert core.from_bytes("cam-1", state).rules.of["presence"] == {}


def test_half_a_rule_is_refused(package: ModuleType) -> None:
    """A class with a kind that lacks a part of the contract names the part; two rules of one kind are refused."""
    folder = Path(str(package.__file__))
    folder.with_name("half.py").write_text('class Half:\n    kind = "half"\n    version = "1"\n')
    importlib.invalidate_caches()
    with pytest.raises(TypeError, match="initial, observe, pack, unpack"):
        discover(package)
    folder.with_name("half.py").write_text(RULE)
    folder.with_name("presence.py").write_text(RULE)
    del sys.modules["later_rules.half"]
    importlib.invalidate_caches()
    with pytest.raises(ValueError, match="same kind"):
        discover(package)
