"""Circumstances: what the stage saw around an offence, for the grounds. Plain data, part of the stage's state."""

from dataclasses import dataclass, fields
from typing import Any

from schemas.messages import PhaseSource, Signal


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was to be seen around one measurement of one vehicle.

    Attributes:
        motion_ratio: share of the picture that changed in the second of the measurement; None: no scene measurements.
        watched_s: looked-at seconds behind the level of the picture's sharpness.
        jumped_at_us: when the view last jumped, microseconds since the Unix epoch; 0: not since it is watched.
        signals_known: the junction's controller was heard, or a signal head was seen.
        signals: (group, state, since_us, who told it, what its head shows beside a controller's state, whether the head
            showed an impossible order) of each signal group.
        closing_gap_m: free distance to the vehicle behind that would collide first, metres; None: none closes in.
        closing_s: time to that collision, seconds.
        placed: the vehicle and its neighbours have positions on the ground, so that one behind would have been seen.
        others_alike: other vehicles of the camera with an offence of the same kind shortly before.
        plates: (reading, probability) of the plate's readings, the best first; empty: unread. A reading is the HMAC
            of its text under its period's key; the text itself where the stage has no keys.
        plate_reads: readings behind them.
        plate_elsewhere: another track of the same second has the same best reading.
        plate_track_id: the track that these readings were voted on; empty: unread.
        same_at_us: time of an earlier violation of the same kind, zone and plate; 0: none.
        same_ratio: the lower of both plates' probabilities.
        same_reads: the lower number of readings of both.
        same_elsewhere: one of both plates was another track's best reading in the same second.
        same_together: both tracks were in view at once, or may have been: the plate is another's on one of them.
        register: digest of the register of exempt vehicles that was asked; empty: none.
        services: for each of `plates` whose vehicle it is in that register; empty: nobody's.
    """

    motion_ratio: float | None = None
    watched_s: int = 0
    jumped_at_us: int = 0
    signals_known: bool = False
    signals: tuple[tuple[str, str, int, str, str, bool], ...] = ()
    closing_gap_m: float | None = None
    closing_s: float | None = None
    placed: bool = False
    others_alike: int = 0
    plates: tuple[tuple[str, float], ...] = ()
    plate_reads: int = 0
    plate_elsewhere: bool = False
    plate_track_id: str = ""
    same_at_us: int = 0
    same_ratio: float = 0.0
    same_reads: int = 0
    same_elsewhere: bool = False
    same_together: bool = False
    register: str = ""
    services: tuple[str, ...] = ()

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [getattr(self, field.name) for field in fields(self)]

    @classmethod
    def unpack(cls, plain: list[Any]) -> "Circumstances":
        """Return what `pack` gave."""
        values = dict(zip((field.name for field in fields(cls)), plain, strict=True))
        values["signals"] = tuple(_signal(*one) for one in values["signals"])
        values["plates"] = tuple((text, ratio) for text, ratio in values["plates"])
        values["services"] = tuple(values["services"])
        return cls(**values)


def _signal(
    group: str,
    state: str,
    since_us: int,
    source: str = PhaseSource.CONTROLLER.value,
    seen: str = Signal.UNKNOWN.value,
    failed: bool = False,  # noqa: FBT001, FBT002
) -> tuple[str, str, int, str, str, bool]:
    """Return one signal group from plain data; earlier states have its first three values alone."""
    return group, state, since_us, source, seen, failed
