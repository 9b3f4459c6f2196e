"""TurnSigns: which turns the signs at an approach forbid and when, from the limits of its stop line's zone. Pure."""

from typing import Final, NamedTuple

from processors.rules.place import Place
from processors.violations.sign_times import SignTimes, times_of
from schemas.messages import Zone

#: Limits of a zone of kind stop_line: the turn to that side is forbidden (1); whether buses must keep to it, too (1).
LEFT: Final = "no_left_turn"
RIGHT: Final = "no_right_turn"
BUSES: Final = "no_turn_buses"
#: What the names of those begin with that say between which hours (both, or neither: always) and on which days.
SIGN: Final = "no_turn"
#: The rule that holds turns against them.
KIND: Final = "prohibited_turn"
#: COCO-80 classes of a bus and of what is easily taken for one, a lorry: left out where buses may turn.
BUS_OR_LIKE_ONE: Final = frozenset({5, 7})


class TurnSigns(NamedTuple):
    """The signs at an approach.

    Attributes:
        left: the turn to the left is forbidden.
        right: that to the right is.
        times: when they hold.
        buses: vehicles on a route must keep to them, too.
    """

    left: bool
    right: bool
    times: SignTimes
    buses: bool

    def forbid(self, side: str, since_us: int, at_us: int, hours_margin_s: float) -> bool:
        """Say whether a turn is surely forbidden.

        Args:
            side: "left" or "right".
            since_us: when it began, microseconds since the Unix epoch.
            at_us: when it was seen last, likewise.
            hours_margin_s: by which the clock may be wrong, seconds.
        """
        margin_us = round(hours_margin_s * 1e6)
        return self._name(side) and self.times.hold_throughout(since_us, at_us, margin_us)

    def may_forbid(self, side: str, since_us: int, at_us: int, hours_margin_s: float) -> bool:
        """Say whether a turn may be forbidden; arguments as of `forbid`."""
        margin_us = round(hours_margin_s * 1e6)
        return self._name(side) and self.times.may_hold(since_us, at_us, margin_us)

    def bind(self, vehicle_class: int) -> bool:
        """Say whether vehicles of a class, COCO-80's, must keep to them."""
        return self.buses or vehicle_class not in BUS_OR_LIKE_ONE

    def _name(self, side: str) -> bool:
        return self.left if side == "left" else self.right


def turn_signs_of(place: Place, zone: Zone) -> TurnSigns | None:
    """Return the signs at the approach whose stop line a zone is; None where none is named.

    None as well where `prohibited_turn` is not in force there: nobody holds a turn against them. Where one of the two
    hours is missing or is none, both are equal, or a day is none, the signs are left out, and `place.problems` says so:
    a sign that holds at an unknown time proves nothing.
    """
    limits = zone.limits
    left, right = limits.get(LEFT, 0.0) != 0, limits.get(RIGHT, 0.0) != 0
    if not (left or right) or not place.in_force(KIND, zone, frozenset({"stop_line"})):
        return None
    times = times_of(place, zone, SIGN, "its turn signs are", always=True)
    return None if times is None else TurnSigns(left, right, times, limits.get(BUSES, 0.0) != 0)
