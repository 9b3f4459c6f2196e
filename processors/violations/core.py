"""The violations stage: tracks in, proposed violations out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from processors.rules.articles import LawTable, law
from processors.rules.at_work import AtWork
from processors.rules.place import Place
from processors.rules.places import Places
from processors.rules.rule import Rule, discover
from processors.rules.rule_states import RuleStates, as_json
from processors.rules.second import Second
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.state_format import body_of
from processors.violations import rules as rules_package
from processors.violations.circumstances import Circumstances
from processors.violations.docket import Docket, DocketSettings, Pending
from processors.violations.exculpations import exculpations_of
from processors.violations.exculpations.thresholds import thresholds
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.offence import Offence
from processors.violations.plate_memory import readable
from processors.violations.plate_seal import PlateSeal, SealedPlate
from processors.violations.twins import twins
from processors.violations.watch import Watch
from schemas.messages import Owner, Tracks, Violation

#: First byte of a state's bytes.
FORMAT = 6
#: Time without a message after which nothing that is pending is waited for.
LOST_US = 10_000_000


@dataclass(slots=True)
class CameraViolations:
    """What the stage remembers of one camera.

    Attributes:
        rules: states of its rules, and the time they have seen.
        docket: vehicles whose best measurement may still come, and those decided.
        watch: what may excuse an offence and is seen over more than one second.
        plates: sealed plates of the vehicles that wait, by the track that each was voted on and is sealed for.
    """

    rules: RuleStates
    docket: Docket
    watch: Watch
    plates: dict[str, SealedPlate] = field(default_factory=dict)


class ViolationsCore:
    """Runs every violation rule over each camera's seconds and proposes each vehicle's best measurement once.

    Args:
        rules: the rules; default: every rule in processors/violations/rules.
        settings: when a violation is decided.
        table: the articles; default: those that ship with Vigil.
        seal: seals plates; None: every vehicle stays under its track.
        exempt: the city's register of emergency vehicles; None: it has given none.
    """

    name = "violations"
    source = "tracks"

    def __init__(
        self,
        rules: Sequence[Rule[Any, Offence]] | None = None,
        settings: DocketSettings | None = None,
        table: LawTable | None = None,
        seal: PlateSeal | None = None,
        exempt: ExemptVehicles | None = None,
    ) -> None:
        self.rules: Sequence[Rule[Any, Offence]] = discover(rules_package) if rules is None else rules
        self.settings = settings or DocketSettings()
        self.table = table or law()
        self._seal = seal
        self._exempt = exempt
        self.version = "violations/6 " + " ".join(rule.version for rule in self.rules)
        self.limits = thresholds()
        self._places = Places()
        self._at_work = AtWork(self.rules)

    def stamp(self, message: Tracks) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Tracks) -> tuple[str, int] | None:
        """Return the registry version that the message was made with."""
        return (message.camera_id, message.registry_version) if message.registry_version > 0 else None

    def initial(self, key: str) -> CameraViolations:
        """Return the state of a camera without violations."""
        del key
        return CameraViolations(RuleStates.fresh(self.rules), Docket(), Watch())

    def to_bytes(self, state: CameraViolations) -> bytes:
        """Serialise a state: a format byte and JSON."""
        return bytes([FORMAT]) + as_json(
            [
                state.rules.pack(self.rules),
                state.docket.pack(),
                state.watch.pack(),
                {track: sealed.pack() for track, sealed in state.plates.items()},
            ]
        )

    def from_bytes(self, key: str, data: bytes) -> CameraViolations:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        states, docket, watch, plates = orjson.loads(body_of(data, FORMAT, f"state of camera {key}"))
        return CameraViolations(
            RuleStates.unpack(states, self.rules),
            Docket.unpack(docket),
            Watch.unpack(watch),
            {track: SealedPlate.unpack(plain) for track, plain in plates.items()},
        )

    async def advance(
        self, batch: Sequence[KeyBatch[Tracks, CameraViolations]], registry: Registry
    ) -> Sequence[KeyResult[CameraViolations]]:
        """Apply one batch; a message whose arrays do not fit together is refused."""
        return [self._advance_key(work, registry) for work in batch]

    def _advance_key(self, work: KeyBatch[Tracks, CameraViolations], registry: Registry) -> KeyResult[CameraViolations]:
        state = work.state
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            tracks = record.message
            place = self._places.get(registry, tracks.camera_id, tracks.registry_version)
            try:
                second = Second(tracks, place) if place is not None else None
            except ValueError as error:
                refusals.append(Refusal(number, str(error)))
                continue
            for entry in self.decided(state, tracks, second):
                violation = self.message_of(entry, record, place, self._sealed(state, entry.best))
                outputs.append(Output("violations", violation.violation_id, violation, False))
        return KeyResult(state, outputs, refusals)

    def decided(self, state: CameraViolations, tracks: Tracks, second: Second | None) -> list[Pending]:
        """Apply one second to a camera's state, in place; return the violations that are decided with it.

        Args:
            state: the camera's state.
            tracks: the message.
            second: the same as its rules see it; None where the camera is not registered.
        """
        seen, docket, watch = state.rules, state.docket, state.watch
        out: list[Pending] = []
        if state.plates:  # those of vehicles decided in earlier seconds have served
            waiting = {entry.best.seen.plate_track_id for entry in docket.pending.values()}
            state.plates = {track: sealed for track, sealed in state.plates.items() if track in waiting}
        if seen.ends_us and (
            tracks.epoch_us != seen.epoch_us or not -LOST_US < tracks.captured_at_us - seen.ends_us < LOST_US
        ):
            # Tracks end with the connection: no better measurement will come.
            out += docket.all(self.settings)
            seen.forget(self.rules)
        if second is not None:
            watch.see(second, self.limits, self._seal, self._exempt)
            if docket.pending or docket.lately:
                docket.join(twins(second, docket.watched()), self.settings)
            offences = self._offences(state, second)
            if offences:
                out += docket.enter(offences, self.settings)
            if docket.pending and (tracks.plates or offences):
                for entry in docket.pending.values():
                    best = entry.best
                    read = watch.read(best, best.seen, self._seal)
                    if read is not best.seen:
                        latest = replace(best, seen=self._known(read, best))
                        carried = best.seen.plate_track_id != best.shown_track_id
                        entry.best = latest.with_plate_of(best) if carried else latest
                self._keep_plates(state)
            if docket.pending or docket.decided or docket.lately:
                out += docket.due(second, self.settings)
        for entry in out:
            entry.best = watch.open(entry.kind, entry.best, self.limits)
        seen.epoch_us, seen.ends_us = tracks.epoch_us, tracks.captured_at_us + tracks.duration_us
        return out

    def _offences(self, state: CameraViolations, second: Second) -> list[tuple[str, str, Offence]]:
        """Return what the rules measured in a second: kind, version, and the offence with what was seen around it."""
        seen, docket, watch = state.rules, state.docket, state.watch
        offences: list[tuple[str, str, Offence]] = []
        rules = self._at_work.at(second.place)
        seen.shown_to(rules)
        for rule in rules:
            seen.of[rule.kind], found = rule.observe(seen.of[rule.kind], second, second.place)
            for one in found or ():
                # What the docket will not keep needs no look around.
                if docket.better(rule.kind, one):
                    around = watch.around(rule.kind, one, second, self.limits, self._seal)
                    offences.append((rule.kind, rule.version, replace(one, seen=self._known(around, one))))
                else:
                    offences.append((rule.kind, rule.version, one))
        return offences

    def _known(self, seen: Circumstances, offence: Offence) -> Circumstances:
        """Return circumstances with what the register of exempt vehicles says of the plate, and readings under the key.

        The state outlives the key of the offence's period. Readings are compared from here on, never shown: that of one
        text is the same all through a period. A period without a key leaves none, so nothing is known of the plate.
        """
        if self._exempt is not None:
            services = tuple(self._exempt.service_of(text, offence.at_us) or "" for text, _ in seen.plates)
            seen = replace(seen, register=self._exempt.digest, services=services)
        if self._seal is None or not seen.plates:
            return seen
        sealed = [(self._seal.seal(text, offence.track_id, offence.at_us), ratio) for text, ratio in seen.plates]
        kept = tuple((one.vehicle_key, ratio) for one, ratio in sealed if one is not None)
        return (
            replace(seen, plates=kept)
            if kept
            else replace(seen, plates=(), plate_reads=0, plate_elsewhere=False, plate_track_id="")
        )

    def _keep_plates(self, state: CameraViolations) -> None:
        """Seal the plates of vehicles that wait: when one is decided it may be out of view."""
        if self._seal is None:
            return
        for entry in state.docket.pending.values():
            best = entry.best
            if best.seen.plate_track_id != best.shown_track_id:  # another track of the vehicle told it
                continue
            vote = state.watch.plates.vote(best.shown_track_id, self._seal)
            plate = readable(vote) if vote is not None else None
            if plate is None:
                continue
            sealed = self._seal.seal(plate, best.shown_track_id, best.at_us)
            if sealed is not None:
                state.plates[best.shown_track_id] = sealed

    def _sealed(self, state: CameraViolations, best: Offence) -> SealedPlate | None:
        """Return the plate of a decided violation, sealed for its track: it may have been read on another one."""
        read_on = best.seen.plate_track_id
        sealed = state.plates.get(read_on)
        if sealed is None or self._seal is None or read_on == best.track_id:
            return sealed
        plate = self._seal.open(sealed.encrypted, sealed.key_period, read_on)
        return self._seal.seal(plate, best.track_id, best.at_us) if plate is not None else None

    def message_of(
        self, entry: Pending, record: Record[Tracks], place: Place | None, sealed: SealedPlate | None = None
    ) -> Violation:
        """Return the message of a decided violation."""
        tracks, best = record.message, entry.best
        camera = place.camera if place is not None else None
        origin = f"{tracks.camera_id}\n{entry.kind}\n{best.sight.epoch_us}\n{best.track_id}"
        return Violation(
            violation_id=f"{entry.kind}-{hashlib.sha256(origin.encode()).hexdigest()[:20]}",
            kind=entry.kind,
            camera_id=tracks.camera_id,
            site_id=camera.site_id if camera is not None else "",
            district=camera.district if camera is not None else "",
            owner=camera.owner if camera is not None else Owner.PUBLIC,
            epoch_us=best.sight.epoch_us,
            zone_id=best.zone_id,
            track_id=best.track_id,
            vehicle_class=best.vehicle_class,
            occurred_at_us=best.at_us,
            started_at_us=best.since_us,
            measured=best.measured,
            measured_error=best.error,
            limit=best.limit,
            unit=best.unit,
            confidence_factor=best.confidence_factor,
            measures=dict(best.measures),
            articles=self.table.articles(entry.kind, best.excess, best.at_us),
            exculpations=exculpations_of(entry.kind, best),
            vehicle_key=best.track_id if sealed is None else sealed.vehicle_key,
            key_period=None if sealed is None else sealed.key_period,
            plate_encrypted=None if sealed is None else sealed.encrypted,
            summary=best.summary,
            evidence=[
                best.onset.evidence("onset", tracks.camera_id),
                *([best.middle.evidence("middle", tracks.camera_id)] if best.middle is not None else []),
                best.sight.evidence("peak", tracks.camera_id),
            ],
            registry_version=best.registry_version,
            calibration_version=best.calibration_version,
            model_version=best.model_version,
            rule_version=entry.rule_version,
            frames_created_at_ms=tracks.frames_created_at_ms,
            tracks_partition=record.partition,
            tracks_offset=record.offset,
            signal_source=best.signal_source,
        )
