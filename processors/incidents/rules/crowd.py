"""Crowd: more people in a zone than it holds well. Definition, defaults and their sources: docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.incidents.finding import Finding
from processors.rules.place import Place, Scope
from processors.rules.second import PERSON, Second
from processors.rules.sight import Sight
from schemas.messages import Severity


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        max_people: people from which it is a crowd; 0: not by number.
        density_per_m2: people per square metre from which it is a crowd, where the zone's area is known: 1.08, where
            Fruin's level of service E begins; 0: not by density.
        min_people: people below which no density is called a crowd: Fruin's levels describe streams, not groups.
        sustain_s: how long it must hold.
        clear_ratio: share of the limit below which it has ended.
        grace_s: how long it may be missing before the incident ends.
        memory_s: longest time without a look in which it counts as having gone on.
    """

    max_people: float = 0.0
    density_per_m2: float = 1.08
    min_people: float = 10.0
    sustain_s: float = 5.0
    clear_ratio: float = 0.8
    grace_s: float = 15.0
    memory_s: float = 30.0


#: Severity from people per m2 on: Fruin's levels E and F, and the density at which bodies touch.
BY_DENSITY = ((3.57, Severity.CRITICAL), (2.17, Severity.HIGH), (1.08, Severity.MEDIUM), (0.0, Severity.LOW))
#: Severity from multiples of max_people on.
BY_NUMBER = ((2.0, Severity.CRITICAL), (1.5, Severity.HIGH), (1.0, Severity.MEDIUM), (0.0, Severity.LOW))
RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(slots=True)
class Gathering:
    """A zone that holds more than its limit.

    Attributes:
        since_us: when it began to.
        seen_us: when it last did.
        known: whether it has lasted long enough.
        onset: pictures of the begin.
    """

    since_us: int
    seen_us: int
    known: bool
    onset: Sight


class Crowd:
    """Counts people by their foot points in each zone: the median over a second's frames, so one odd frame is none."""

    kind: ClassVar[str] = "crowd"
    version: ClassVar[str] = "crowd/1"

    def initial(self) -> dict[str, Gathering]:
        """No zone is crowded."""
        return {}

    def observe(
        self, state: dict[str, Gathering], second: Second, place: Place
    ) -> tuple[dict[str, Gathering], Sequence[Finding]]:
        """Count people in each zone."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        if PERSON not in second.classes and not state:
            return state, ()
        findings: list[Finding] = []
        for scope in scopes:
            assert scope.zone is not None
            counts = sorted(second.people[scope.index])
            people = counts[len(counts) // 2]
            zone_id = scope.zone.zone_id
            if people or zone_id in state:
                found = self._zone(state, zone_id, people, scope, second)
                if found is not None:
                    findings.append(found)
        if len(state) > len(scopes):
            zones = {scope.zone_id for scope in scopes}
            state = {zone_id: gathering for zone_id, gathering in state.items() if zone_id in zones}
        return state, findings

    def _zone(
        self, state: dict[str, Gathering], zone_id: str, people: int, scope: Scope[Settings], second: Second
    ) -> Finding | None:
        settings = scope.settings
        density = people / scope.area_m2 if scope.area_m2 else None
        by_number = people / settings.max_people if settings.max_people else 0.0
        by_density = 0.0
        if density is not None and settings.density_per_m2 and people >= settings.min_people:
            by_density = density / settings.density_per_m2
        fill = max(by_number, by_density)
        at_us = second.at_us
        gathering = state.get(zone_id)
        if gathering is not None and at_us - gathering.seen_us > settings.memory_s * 1e6:
            del state[zone_id]
            gathering = None
        if gathering is None:
            if fill < 1.0:
                return None
            gathering = state[zone_id] = Gathering(at_us, at_us, False, second.sight(people_in(second, scope)))
        elif fill >= (settings.clear_ratio if gathering.known else 1.0):
            gathering.seen_us = at_us
        else:
            del state[zone_id]
            return self._finding(gathering, people, density, fill, scope, second, "ended") if gathering.known else None
        if at_us - gathering.since_us < settings.sustain_s * 1e6:
            return None
        gathering.known = True
        return self._finding(gathering, people, density, fill, scope, second, None)

    def _finding(
        self,
        gathering: Gathering,
        people: int,
        density: float | None,
        fill: float,
        scope: Scope[Settings],
        second: Second,
        ended: str | None,
    ) -> Finding:
        settings = scope.settings
        measures = {"people": float(people)}
        limits = {}
        severity = Severity.LOW
        text = ""
        if settings.max_people:
            limits["max_people"] = settings.max_people
            severity = next(s for least, s in BY_NUMBER if people / settings.max_people >= least)
        if density is not None and settings.density_per_m2:
            measures["density_per_m2"] = round(density, 4)
            limits["density_per_m2"] = settings.density_per_m2
            if people >= settings.min_people:
                of_density = next(s for least, s in BY_DENSITY if density >= least)
                severity = max(severity, of_density, key=RANK.__getitem__)
            text = f", {density:.2f} per m2"
        lasted_s = (second.at_us - gathering.since_us) / 1e6
        measures["lasted_s"] = round(lasted_s, 1)
        seen = people_in(second, scope)
        return Finding(
            subject=scope.zone_id or "",
            zone_id=scope.zone_id,
            track_ids=[second.tracks.track_id[i] for i in seen],
            since_us=gathering.since_us,
            at_us=second.at_us,
            measure=float(people),
            measures=measures,
            limits=limits,
            severity=severity,
            summary=f"{people} people in zone {scope.zone_id}{text}: {fill:.0%} of its limit, for {lasted_s:.0f} s",
            onset=gathering.onset,
            sight=second.sight(seen),
            grace_s=settings.grace_s,
            ended=ended,
        )

    def pack(self, state: dict[str, Gathering]) -> Any:
        """Return the state as plain data."""
        return {z: [g.since_us, g.seen_us, g.known, g.onset.pack()] for z, g in state.items()}

    def unpack(self, plain: Any) -> dict[str, Gathering]:
        """Return the state from what `pack` gave."""
        return {z: Gathering(since, seen, known, Sight(*onset)) for z, (since, seen, known, onset) in plain.items()}


def people_in(second: Second, scope: Scope[Settings]) -> list[int]:
    """Return the indices of the persons whose latest foot point lies in a zone."""
    masks = second.zone_mask
    return [i for i, c in enumerate(second.classes) if c == PERSON and masks[i] & scope.bit]


def scopes_of(place: Place) -> list[Scope[Settings]]:
    """Return the zones with a number of people, and the squares, sidewalks and crossings whose area is known."""
    if "incidents" not in place.camera.capabilities:
        return []
    found = place.zone_scopes(
        Crowd.kind, Settings, frozenset({"square", "sidewalk", "crossing"}), frozenset({"max_people"})
    )
    return [s for s in found if s.settings.max_people or (s.area_m2 and s.settings.density_per_m2)]
