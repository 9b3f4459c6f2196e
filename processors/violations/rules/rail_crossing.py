"""Rail crossing: entered against its closed signal, or stood on. Defaults and sources: docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processors.rules.place import Place
from processors.rules.second import Second
from processors.rules.standing import Stand
from processors.violations.crossing_entry import CrossingEntry
from processors.violations.level_crossing import KIND, Settings, level_crossings
from processors.violations.line_watch import LineWatch
from processors.violations.offence import Offence
from processors.violations.rails_stand import LENGTH_M, RailsStand

ENTRY, STAND = CrossingEntry(), RailsStand()
#: Two passings so near to each other, seconds and metres across, by less than a car's length (LENGTH_M) along, are one
#: vehicle's: a detector gives one two boxes now and then, and each has a track. The next vehicle in the lane is farther
#: behind, one beside it farther aside, and a motorcycle is no box of a car.
SAME_S, SAME_M = 0.5, 1.75
#: COCO-80 class of motorcycles; cars, buses and lorries are taken for each other.
MOTORCYCLE = 3
#: Who comes to stand on the rails within so long after one entered in the same lane, seconds, is taken for that one:
#: its track may have broken between. A choice.
THEN_STANDS_S = 15.0
#: Passings that are remembered.
MOST_PASSED = 16


@dataclass(slots=True)
class Watched:
    """What is remembered of a camera's rail crossings.

    Attributes:
        lines: who is near their stop lines, and what the signals showed.
        stands: who stands on the rails, or is just passing.
        passed: who was proposed for entering: zone, instant in microseconds since the Unix epoch, metres across, and
            whether it is a motorcycle.
    """

    lines: LineWatch = field(default_factory=LineWatch)
    stands: list[Stand] = field(default_factory=list)
    passed: list[tuple[str, int, float, bool]] = field(default_factory=list)

    def again(self, entered: Offence) -> bool:
        """Say whether the vehicle of a passing was proposed for it by another track; remember the passing."""
        zone_id, at_us = entered.zone_id or "", entered.at_us
        way = self.lines.ways[zone_id][entered.track_id]
        beyond = next(n for n, look in enumerate(way.looks) if look.along_m >= 0)
        before, on = way.looks[beyond - 1], way.looks[beyond]
        m_a_us = (on.along_m - before.along_m) / (on.at_us - before.at_us)
        across_m, small = on.across_m, entered.vehicle_class == MOTORCYCLE
        known = any(
            (zone, motorcycle) == (zone_id, small)
            and abs(at - at_us) <= SAME_S * 1e6
            and abs(at - at_us) * m_a_us < LENGTH_M
            and abs(across - across_m) <= SAME_M
            for zone, at, across, motorcycle in self.passed
        )
        self.passed = [*self.passed[1 - MOST_PASSED :], (zone_id, at_us, across_m, small)]
        return known

    def came_so(self, stood: Offence, place: Place) -> bool:
        """Say whether who stands on the rails was proposed for entering: that is its case."""
        stand = next(
            one for one in self.stands if (one.first_track_id, one.since_us) == (stood.track_id, stood.since_us)
        )
        crossing = next(s.settings[0] for s in place.scopes(KIND, level_crossings) if s.zone_id == stood.zone_id)
        assert place.ground is not None
        across_m = crossing.line.across_m(*place.ground.point_m(*stand.foot_px))
        return any(
            zone == stood.zone_id
            and 0 <= stood.since_us - at <= THEN_STANDS_S * 1e6
            and abs(across - across_m) <= SAME_M
            for zone, at, across, _ in self.passed
        )


class RailCrossing:
    """Two acts of one article: each vehicle is proposed once, for entering where it did both."""

    kind: ClassVar[str] = KIND
    defaults: ClassVar[type[Settings]] = Settings
    version: ClassVar[str] = "rail_crossing/6"

    def initial(self) -> Watched:
        """Nobody is near."""
        return Watched()

    def observe(self, state: Watched, second: Second, place: Place) -> tuple[Watched, Sequence[Offence]]:
        """Return who entered on the closed signal, and who has stood on the rails for too long."""
        if not place.scopes(self.kind, level_crossings):
            return state, ()
        state.lines, entered = ENTRY.observe(state.lines, second, place)
        state.stands, stood = STAND.observe(state.stands, second, place)
        found = [one for one in entered if not state.again(one)]
        return state, [*found, *(one for one in stood if not state.came_so(one, place))]

    def pack(self, state: Watched) -> Any:
        """Return the state as plain data."""
        return [state.lines.pack(), STAND.pack(state.stands), [list(one) for one in state.passed]]

    def unpack(self, plain: Any) -> Watched:
        """Return the state from what `pack` gave."""
        lines, stands, passed = plain
        return Watched(
            LineWatch.unpack(lines),
            STAND.unpack(stands),
            [(zone, at_us, across_m, small) for zone, at_us, across_m, small in passed],
        )
