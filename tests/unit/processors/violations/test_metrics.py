"""What the violations stage counts: each proposal by kind, each ground by outcome; the core is untouched."""

from typing import Final

from prometheus_client import CollectorRegistry

from processors.violations.core import ViolationsCore
from processors.violations.metrics import CountedViolations, ViolationMetrics
from tests.unit.processors.rules.street import Cameras, calibration, camera, car, play, second, zone

ROAD: Final = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())


def test_grounds_are_counted_by_outcome() -> None:
    """The counters add up to the grounds in the messages, which are those of the core alone, byte for byte."""
    messages = [second(n, [car("a", 500, 500, speed_kmh=95.0, error_kmh=2.0)] if n < 2 else []) for n in range(4)]
    registry = CollectorRegistry()
    counted = CountedViolations(ViolationsCore(), ViolationMetrics(registry))
    assert (counted.name, counted.source, counted.version) == ("violations", "tracks", ViolationsCore().version)
    found = play(counted, Cameras(ROAD), messages)
    assert found == play(ViolationsCore(), Cameras(ROAD), messages)
    (violation,) = found[0]
    assert registry.get_sample_value("vigil_violations_proposed_total", {"kind": "speeding"}) == 1
    assert registry.get_sample_value("vigil_violations_sealed_total") == 0
    for one in violation.exculpations:
        labels = {"kind": "speeding", "ground": one.ground, "outcome": one.outcome}
        assert registry.get_sample_value("vigil_violations_grounds_total", labels) == 1
