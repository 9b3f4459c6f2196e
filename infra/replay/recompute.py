"""Runs the installed cores over a finding's lineage and holds what they find against what was recorded. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from infra.replay.difference import Difference, differences
from processors.incidents.core import IncidentsCore
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import PlateSeal
from schemas.codec import MessageCodec, decode_datum, encode_datum
from schemas.messages import Camera, Checkpoint, Detections, Incident, Tracks, Violation
from schemas.wire import BadMessageError
from sinks.evidence.lineage import NOWHERE, KeptSchemaIds, Lineage, LineageError, StageStart

#: Other findings of the recomputation that are named where the recorded one is not among them.
MOST_OTHERS: Final = 8


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """A version that made the finding and is not installed.

    Attributes:
        what: tracking, incidents, violations, or a rule.
        recorded, installed: versions.
    """

    what: str
    recorded: str
    installed: str

    def __str__(self) -> str:
        return f"{self.what} {self.recorded!r} made it, {self.installed!r} is installed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a recomputation came to.

    Attributes:
        reached: a finding of the same id, and of the same revision, was found.
        differences: fields that differ.
        others: ids of other findings of the same kind, where it was not reached.
        groups: detections messages that were gone through.
        unreadable: those that could not be decoded or were refused, as the stage refused them.
    """

    reached: bool
    differences: Sequence[Difference]
    others: Sequence[str]
    groups: int
    unreadable: int

    @property
    def same(self) -> bool:
        """Whether the same finding was reached, bit for bit."""
        return self.reached and not self.differences


@dataclass(slots=True)
class KeptRegistry:
    """The registry entries of a lineage as a core sees them."""

    entries: Mapping[tuple[str, int], Camera]

    def latest(self, camera_id: str) -> Camera | None:
        """Return the newest entry of a camera."""
        versions = [version for camera, version in self.entries if camera == camera_id]
        return self.entries[camera_id, max(versions)] if versions else None

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return one version of a camera's entry."""
        return self.entries.get((camera_id, version))


@dataclass(slots=True)
class Recomputation:
    """One finding's.

    Args:
        lineage: what it is recomputed from.
        seal: the keys that sealed its plate; None: a finding with a sealed plate differs in it.
        exempt: the register of exempt vehicles that it was held against; None or another: a finding differs in it.

    Raises:
        LineageError: a message of it cannot be read.
    """

    lineage: Lineage
    seal: PlateSeal | None = None
    exempt: ExemptVehicles | None = None
    recorded: Incident | Violation = field(init=False)
    _codec: MessageCodec = field(init=False)
    _tracking: TrackingCore = field(init=False, default_factory=TrackingCore)
    _stage: Any = field(init=False)
    _registry: KeptRegistry = field(init=False)

    def __post_init__(self) -> None:
        """Read the finding and the registry."""
        self._codec = MessageCodec(KeptSchemaIds(self.lineage))
        violations = self.lineage.topic != "incidents"
        self._stage = ViolationsCore(seal=self.seal, exempt=self.exempt) if violations else IncidentsCore()
        try:
            self.recorded = self._codec.decode(self.lineage.topic, self.lineage.finding.value)
            cameras = [self._codec.decode("cameras", one.value) for one in self.lineage.registry]
        except BadMessageError as error:
            raise LineageError(f"the finding or a registry entry cannot be read: {error}") from error
        self._registry = KeptRegistry({(one.camera_id, one.version): one for one in cameras})

    def other_versions(self) -> list[OtherVersion]:
        """Return what made the finding and is not installed; empty: the installed cores are those that made it."""
        out = []
        for one in self.lineage.stages:
            installed = self._core(one).version
            if one.version is not None and one.version != installed:
                out.append(OtherVersion(one.stage, one.version, installed))
        rules = {rule.kind: rule.version for rule in self._stage.rules}
        rule = rules.get(self.recorded.kind, "none")
        if rule != self.recorded.rule_version:
            out.append(OtherVersion(f"rule {self.recorded.kind}", self.recorded.rule_version, rule))
        return out

    async def run(self) -> Outcome:
        """Recompute.

        Raises:
            LineageError: the lineage has no start, or a state or a registry entry that these cores need is not in it.
        """
        if self.lineage.start == NOWHERE:
            raise LineageError(self.lineage.note)
        camera_id = self.lineage.camera_id
        try:
            state, own = (self._state(one) for one in self.lineage.stages)
        except (ValueError, BadMessageError) as error:
            raise LineageError(f"a checkpoint cannot be read: {error}") from error
        stamp, own_stamp = (one.stamp or (-1, -1) for one in self.lineage.stages)
        found: list[Incident | Violation] = []
        unreadable = 0
        for kept in self.lineage.detections:
            try:
                message: Detections = self._codec.decode("detections", kept.value)
            except BadMessageError:
                unreadable += 1
                continue
            if self._tracking.stamp(message) <= stamp:
                continue
            stamp = self._tracking.stamp(message)
            record = Record(message, kept.partition, kept.offset, message.frames_created_at_ms)
            result = self._apply(KeyBatch(camera_id, state, [record]))
            state = result.state
            unreadable += len(result.refusals)
            for output in result.outputs:
                tracks = _through_kafka("tracks", output.message)
                if self._stage.stamp(tracks) <= own_stamp:
                    continue
                own_stamp = self._stage.stamp(tracks)
                own, findings = await self._find(camera_id, own, tracks)
                found += findings
        return self._judge(found, len(self.lineage.detections), unreadable)

    def _core(self, start: StageStart) -> Any:
        return self._tracking if start.stage == self._tracking.name else self._stage

    def _state(self, start: StageStart) -> Any:
        core = self._core(start)
        if start.checkpoint is None:
            return core.initial(self.lineage.camera_id)
        message: Checkpoint = self._codec.decode("checkpoints", start.checkpoint.value)
        return core.from_bytes(self.lineage.camera_id, message.state)

    def _apply(self, batch: KeyBatch[Detections, Any]) -> Any:
        try:
            return self._tracking.apply([batch], self._registry)[0]
        except LookupError as error:
            raise LineageError(f"the lineage lacks a registry entry: {error}") from error

    async def _find(self, camera_id: str, state: Any, tracks: Tracks) -> tuple[Any, list[Incident | Violation]]:
        # its coordinates in `tracks` are taken over from the finding: no recomputation gives them
        place = (self.recorded.tracks_partition, self.recorded.tracks_offset)
        record = Record(tracks, *place, tracks.frames_created_at_ms)
        (result,) = await self._stage.advance([KeyBatch(camera_id, state, [record])], self._registry)
        return result.state, [output.message for output in result.outputs if output.topic == self.lineage.topic]

    def _judge(self, found: Sequence[Incident | Violation], groups: int, unreadable: int) -> Outcome:
        same = [one for one in found if _identity(one) == _identity(self.recorded)]
        if not same:
            others = [" @".join(map(str, _identity(one))) for one in found if one.kind == self.recorded.kind]
            return Outcome(False, [], others[:MOST_OTHERS], groups, unreadable)
        recomputed = _through_kafka(self.lineage.topic, same[0])
        differing = list(differences(self.recorded, recomputed))
        if not differing and encode_datum(self.lineage.topic, recomputed) != encode_datum(
            self.lineage.topic, self.recorded
        ):
            differing = [Difference("bytes", "as kept", "other bytes of equal values")]
        return Outcome(True, differing, [], groups, unreadable)


def _identity(message: Incident | Violation) -> tuple[str, int]:
    if isinstance(message, Incident):
        return message.incident_id, message.revision
    return message.violation_id, 1


def _through_kafka(topic: str, message: Any) -> Any:
    """Return a message as the next stage reads it: numbers have the widths of the schema."""
    return decode_datum(topic, encode_datum(topic, message))
