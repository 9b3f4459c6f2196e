"""StandingRule: what the rules on standing vehicles share; each says where and what proves its offence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.ground import Ground
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.standing import Stand, follow
from processors.violations.enforced import enforced_scopes
from processors.violations.offence import Offence


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        dwell_s: how long a vehicle may stand, seconds: 60, above which nobody is merely let in or out (the i-LIDS
            parked vehicle's minute).
        coverage_k: standing time - k * error must lie beyond dwell_s.
        min_inside_ratio: share of the looks at which the vehicle must have been in the zone.
        min_looks: seconds in which it must have been seen there.
        same_place_iou: overlap of a box with the place where it came to stand, from which on it stands.
        occlusion_s: how long it may be out of sight, looked for or not.
    """

    dwell_s: float = 60.0
    coverage_k: float = 1.96
    min_inside_ratio: float = 0.8
    min_looks: float = 20.0
    same_place_iou: float = 0.5
    occlusion_s: float = 15.0


class StandingRule:
    """Proposes vehicles that have stood in a zone for longer than is allowed by the whole tolerance interval."""

    #: Kinds of zone it applies in; in `prefers`' zones a vehicle is first looked for.
    zone_kinds: ClassVar[frozenset[str]]
    prefers: ClassVar[frozenset[str]] = frozenset()
    #: Its settings' defaults.
    defaults: ClassVar[type[Settings]] = Settings
    #: COCO-80 classes of vehicles that it asks.
    vehicles: ClassVar[frozenset[int]] = MOTOR_VEHICLES
    #: Where, in words.
    where: ClassVar[str]
    #: What `dwell_s` is left for, in words.
    left_for: ClassVar[str] = "getting in or out"
    kind: ClassVar[str]

    def initial(self) -> list[Stand]:
        """Nobody stands."""
        return []

    def observe(self, state: list[Stand], second: Second, place: Place) -> tuple[list[Stand], Sequence[Offence]]:
        """Follow who stands; return those who have stood too long."""
        scopes = place.scopes(self.kind, self.scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t = second.tracks
        ground = place.ground
        if place.calibration is None or ground is None or t.calibration_version != place.calibration.version:
            return state, ()
        index = {t.track_id[i]: i for i, c in enumerate(t.track_class) if c in self.vehicles}
        if not index and not state:
            return state, ()
        by_zone = {scope.zone_id: scope for scope in scopes}
        settings = scopes[0].settings

        def zone_of(i: int) -> str | None:
            scope = next((s for s in scopes if self.touches(i, second, s, ground)), None)
            return scope.zone_id if scope is not None else None

        known = [stand for stand in state if stand.zone_id in by_zone]
        kept, here = follow(known, second, index, zone_of, settings.same_place_iou, settings.occlusion_s)
        offences = []
        for n, i in here.items():
            offence = self._judge(kept[n], kept, i, second, by_zone[kept[n].zone_id], place, ground)
            if offence is not None:
                offences.append(offence)
        return kept, offences

    def touches(self, i: int, second: Second, scope: Scope[Settings], ground: Ground) -> bool:
        """Say whether a vehicle is in a zone: by its foot point."""
        del ground
        return bool(second.zone_mask[i] & scope.bit)

    def proof(
        self, stand: Stand, stands: Sequence[Stand], scope: Scope[Settings], place: Place, ground: Ground
    ) -> Mapping[str, float] | None:
        """Return further measurements that prove the offence; None where they do not."""
        del stand, stands, scope, place, ground
        return {}

    def _judge(
        self,
        stand: Stand,
        stands: Sequence[Stand],
        i: int,
        second: Second,
        scope: Scope[Settings],
        place: Place,
        ground: Ground,
    ) -> Offence | None:
        settings, t = scope.settings, second.tracks
        stood_s = (second.at_us - stand.since_us) / 1e6
        # It came up to a look before it was first seen and was seen last a look ago at most: uniform, at both ends.
        error_s = math.sqrt(2.0 / 12.0) * second.step_us / 1e6
        excess = stood_s - settings.coverage_k * error_s - settings.dwell_s
        if (
            excess <= 0
            or stand.hits < settings.min_looks
            or stand.inside < settings.min_inside_ratio * stand.hits
            or place.calibration is None
        ):
            return None
        proof = self.proof(stand, stands, scope, place, ground)
        if proof is None:
            return None
        return Offence(
            track_id=stand.first_track_id,
            vehicle_class=t.track_class[i],
            zone_id=stand.zone_id,
            since_us=stand.since_us,
            at_us=second.at_us,
            measured=round(stood_s, 1),
            error=round(error_s, 1),
            limit=settings.dwell_s,
            unit="s",
            confidence_factor=settings.coverage_k,
            excess=round(excess, 1),
            worth=round(excess, 1),
            measures={
                "standing_s": round(stood_s, 1),
                "looks": float(stand.hits),
                "inside_ratio": round(stand.inside / stand.hits, 3),
                **proof,
            },
            summary=f"Stood {self.where} (zone {stand.zone_id}) for {stood_s:.0f} s; "
            f"{settings.dwell_s:.0f} s are taken for {self.left_for}",
            onset=stand.onset,
            sight=second.sight_of(i),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=place.calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: list[Stand]) -> Any:
        """Return the state as plain data."""
        return [stand.pack() for stand in state]

    def unpack(self, plain: Any) -> list[Stand]:
        """Return the state from what `pack` gave."""
        return [Stand.unpack(one) for one in plain]

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return the zones of a calibrated enforcement camera in which it applies."""
        found = enforced_scopes(place, cls.kind, cls.defaults, cls.zone_kinds)
        return sorted(found, key=lambda s: s.zone is None or s.zone.kind not in cls.prefers)
