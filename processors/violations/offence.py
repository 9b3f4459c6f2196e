"""Offence: one measurement of one vehicle whose whole tolerance interval lies beyond the limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from processors.rules.sight import Sight
from processors.violations.circumstances import Circumstances
from schemas.messages import ClockSource, PhaseSource


@dataclass(frozen=True, slots=True)
class Offence:
    """What a rule measured in one camera-second.

    Attributes:
        track_id: the vehicle's track.
        vehicle_class: COCO-80 class id.
        zone_id: the zone; None: the whole view.
        since_us: when the condition began, microseconds since the Unix epoch.
        at_us: when this was measured.
        measured: the measured quantity.
        error: its standard uncertainty, same unit.
        limit: the limit, same unit.
        unit: the unit.
        confidence_factor: k; measured - k * error lies beyond the limit.
        excess: how far measured - k * error lies beyond the limit: chooses the articles.
        worth: how good the measurement is; a track's best one is proposed.
        measures: further measurements, named with units.
        summary: one sentence for people.
        onset: pictures of the begin.
        sight: pictures of this measurement.
        clock_source: origin of its capture time.
        registry_version: registry entry used.
        calibration_version: calibration used.
        calibration_method: how that calibration was obtained.
        model_version: detection model.
        middle: pictures between the two, where a rule shows three (a line not yet reached, reached, passed).
        seen: what the stage saw around it; rules leave it to the stage.
        signal_source: who told the signal's phase that it rests on; None: it rests on none.
    """

    track_id: str
    vehicle_class: int
    zone_id: str | None
    since_us: int
    at_us: int
    measured: float
    error: float
    limit: float
    unit: str
    confidence_factor: float
    excess: float
    worth: float
    measures: Mapping[str, float]
    summary: str
    onset: Sight
    sight: Sight
    clock_source: ClockSource
    registry_version: int
    calibration_version: int
    calibration_method: str
    model_version: str
    middle: Sight | None = None
    seen: Circumstances = field(default_factory=Circumstances)
    signal_source: PhaseSource | None = None

    @property
    def shown_track_id(self) -> str:
        """The track that shows the vehicle in the latest picture: a stay is named by its first track."""
        return self.sight.track_ids[0] if self.sight.track_ids else self.track_id

    def with_plate_of(self, other: "Offence") -> "Offence":
        """Return this with what was read of the plate in another measurement of its vehicle, where that is surer."""
        if not other.seen.plates or (self.seen.plates and self.seen.plates[0][1] >= other.seen.plates[0][1]):
            return self
        seen = replace(
            self.seen,
            plates=other.seen.plates,
            plate_reads=other.seen.plate_reads,
            plate_elsewhere=other.seen.plate_elsewhere,
            plate_track_id=other.seen.plate_track_id,
            register=other.seen.register,
            services=other.seen.services,
        )
        return replace(self, seen=seen)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        values = (getattr(self, one.name) for one in fields(self))
        return [value.pack() if isinstance(value, Sight | Circumstances) else value for value in values]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Offence":
        """Return what `pack` gave; earlier states lack signal_source."""
        names = [one.name for one in fields(cls)]
        whole = [*plain, None] if len(plain) == len(names) - 1 else plain
        values = dict(zip(names, whole, strict=True))
        values["onset"], values["sight"] = Sight(*values["onset"]), Sight(*values["sight"])
        values["middle"] = Sight(*values["middle"]) if values["middle"] is not None else None
        values["seen"] = Circumstances.unpack(values["seen"])
        values["signal_source"] = PhaseSource(values["signal_source"]) if values["signal_source"] is not None else None
        values["clock_source"] = ClockSource(values["clock_source"])
        return cls(**values)
