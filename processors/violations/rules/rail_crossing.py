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
from processors.violations.rails_stand import RailsStand

ENTRY, STAND = CrossingEntry(), RailsStand()


@dataclass(slots=True)
class Watched:
    """What is remembered of a camera's rail crossings.

    Attributes:
        lines: who is near their stop lines, and what the signals showed.
        stands: who stands on the rails, or is just passing.
    """

    lines: LineWatch = field(default_factory=LineWatch)
    stands: list[Stand] = field(default_factory=list)


class RailCrossing:
    """Two acts of one article: each vehicle is proposed once, by the one that lies further beyond its limit."""

    kind: ClassVar[str] = KIND
    defaults: ClassVar[type[Settings]] = Settings
    version: ClassVar[str] = "rail_crossing/1"

    def initial(self) -> Watched:
        """Nobody is near."""
        return Watched()

    def observe(self, state: Watched, second: Second, place: Place) -> tuple[Watched, Sequence[Offence]]:
        """Return who entered on the closed signal, and who has stood on the rails for too long."""
        if not place.scopes(self.kind, level_crossings):
            return state, ()
        state.lines, entered = ENTRY.observe(state.lines, second, place)
        state.stands, stood = STAND.observe(state.stands, second, place)
        return state, [*entered, *stood]

    def pack(self, state: Watched) -> Any:
        """Return the state as plain data."""
        return [state.lines.pack(), STAND.pack(state.stands)]

    def unpack(self, plain: Any) -> Watched:
        """Return the state from what `pack` gave."""
        lines, stands = plain
        return Watched(LineWatch.unpack(lines), STAND.unpack(stands))
