"""Thresholds: the numbers of grounds.toml, checked as they are read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

FILE: Final = "grounds.toml"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What grounds.toml says; its comments give the sources.

    Attributes:
        step_factor: change of sharpness, as a factor, that is a jump of the view.
        step_s: looked-at seconds in a row in which it must be so.
        level_s: time constant of the level, looked-at seconds.
        settled_s: looked-at seconds before a level counts.
        remember_s: how long a jump is held against offences, seconds.
        motion_ratio: share of the picture that changes at once when the camera moves.
        signal_kinds: rules whose offence hangs on a signal's colour.
        flashing_kinds: of them, those whose signal forbids by flashing.
        stuck_s: duration of one state from which a signal is taken for stuck, seconds.
        not_manoeuvres: rules whose offence nobody is forced into from behind or waved into.
        time_to_collision_s: below which a vehicle behind forces, seconds.
        vehicle_length_m: between two foot points, metres.
        aside_m: sideways distance within which a vehicle is behind, metres.
        turn_deg: angle within which two vehicles drive alike, degrees.
        others: other vehicles that do the same, from which on somebody may direct them.
        within_s: time within which they do, seconds.
        owner_ratio: least probability of a plate's best reading.
        owner_margin_ratio: its least lead over the next.
        duplicate_s: time within which the same offence is one, seconds.
        duplicate_ratio: least probability of both plates to drop the later.
        duplicate_reads: least number of readings of both plates to drop the later.
        emergency_ratio: least probability of a plate of the register of exempt vehicles to drop.
        emergency_reads: least number of its readings to drop.
    """

    step_factor: float
    step_s: int
    level_s: int
    settled_s: int
    remember_s: float
    motion_ratio: float
    signal_kinds: frozenset[str]
    flashing_kinds: frozenset[str]
    stuck_s: float
    not_manoeuvres: frozenset[str]
    time_to_collision_s: float
    vehicle_length_m: float
    aside_m: float
    turn_deg: float
    others: int
    within_s: float
    owner_ratio: float
    owner_margin_ratio: float
    duplicate_s: float
    duplicate_ratio: float
    duplicate_reads: int
    emergency_ratio: float
    emergency_reads: int

    @classmethod
    def from_text(cls, text: str) -> "Thresholds":
        """Read the TOML text.

        Raises:
            ValueError: a table or number is missing, or is not above 0; says which.
        """
        tables = tomllib.loads(text)
        moved, signal, forced = (
            _Table(tables, name) for name in ("camera_moved", "signal_failure", "forced_manoeuvre")
        )
        waved, owner, twice = (_Table(tables, name) for name in ("directed_by_officer", "plate_owner", "duplicate"))
        exempt = _Table(tables, "emergency_vehicle")
        return cls(
            step_factor=moved.number("step_factor"),
            step_s=round(moved.number("step_s")),
            level_s=round(moved.number("level_s")),
            settled_s=round(moved.number("settled_s")),
            remember_s=moved.number("remember_s"),
            motion_ratio=moved.number("motion_ratio"),
            signal_kinds=signal.names("kinds"),
            flashing_kinds=signal.names("flashing_kinds"),
            stuck_s=signal.number("stuck_s"),
            not_manoeuvres=forced.names("not_manoeuvres"),
            time_to_collision_s=forced.number("time_to_collision_s"),
            vehicle_length_m=forced.number("vehicle_length_m"),
            aside_m=forced.number("aside_m"),
            turn_deg=forced.number("turn_deg"),
            others=round(waved.number("others")),
            within_s=waved.number("within_s"),
            owner_ratio=owner.number("least_ratio"),
            owner_margin_ratio=owner.number("margin_ratio"),
            duplicate_s=twice.number("within_s"),
            duplicate_ratio=twice.number("least_ratio"),
            duplicate_reads=round(twice.number("least_reads")),
            emergency_ratio=exempt.number("least_ratio"),
            emergency_reads=round(exempt.number("least_reads")),
        )


class _Table:
    """One table of the file, with errors that name the place."""

    def __init__(self, tables: Mapping[str, Any], name: str) -> None:
        self._name = name
        table = tables.get(name)
        if not isinstance(table, dict):
            raise ValueError(  # noqa: TRY004  a fault of the file, as all others are
                f"{FILE} has no table [{name}]; each ground has its own, see the file that ships with Vigil"
            )
        self._table: Mapping[str, Any] = table

    def number(self, key: str) -> float:
        """Return a number above 0."""
        value = self._table.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ValueError(f"{FILE}, [{self._name}]: {key} is {value!r}; expected a number above 0")
        return float(value)

    def names(self, key: str) -> frozenset[str]:
        """Return a list of rules' names."""
        value = self._table.get(key)
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise ValueError(f"{FILE}, [{self._name}]: {key} is {value!r}; expected a list of rules' names")
        return frozenset(value)


@cache
def thresholds() -> Thresholds:
    """Return the thresholds that ship with Vigil."""
    return Thresholds.from_text((resources.files(__package__) / FILE).read_text(encoding="utf-8"))
