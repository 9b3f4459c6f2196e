"""What a finding can be recomputed from: checkpoints before it, detections since, registry entries, schemas. Pure.

Kept with the evidence as lineage.json, message by message as Kafka held them, so that `vigil replay` needs neither
Kafka nor a schema registry.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.wire import UnknownSchemaError
from sinks.evidence import verify

FORMAT: Final = "vigil-lineage/1"
NAME: Final = "lineage.json"
#: Where the recomputation starts.
CHECKPOINT: Final = "checkpoint"
FIRST_MESSAGE: Final = "first message"
WITHIN: Final = "checkpoint within the track's life"
NOWHERE: Final = "nowhere"


class LineageError(ValueError):
    """A lineage cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as Kafka held it.

    Attributes:
        partition, offset: where.
        value: its bytes, framed.
    """

    partition: int
    offset: int
    value: bytes

    def to_json(self) -> dict[str, Any]:
        """Return it for the file."""
        text = base64.b64encode(self.value).decode()
        return {
            "partition": self.partition,
            "offset": self.offset,
            "sha256": verify.sha256(self.value),
            "value_base64": text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Kept":
        """Read what to_json wrote.

        Raises:
            LineageError: its digest does not fit.
        """
        value = base64.b64decode(data["value_base64"], validate=True)
        if verify.sha256(value) != data["sha256"]:
            raise LineageError(f"message at {data['partition']}:{data['offset']} is not the one whose SHA-256 it names")
        return cls(int(data["partition"]), int(data["offset"]), value)


@dataclass(frozen=True, slots=True)
class StageStart:
    """Where one stage starts.

    Attributes:
        stage: tracking, incidents, violations.
        version: of the core that made the finding; None: no checkpoint names it.
        checkpoint: its state; None: it had none yet.
        stamp: (epoch_us, sequence) of the last group in that state; None likewise.
    """

    stage: str
    version: str | None
    checkpoint: Kept | None = None
    stamp: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """All of it.

    Attributes:
        topic: the finding's topic, without prefix.
        camera_id: its camera.
        start: CHECKPOINT, FIRST_MESSAGE, WITHIN or NOWHERE.
        note: what a reader must know of the start; may be empty.
        finding: the finding's own message.
        stages: tracking, then the stage that found.
        registry: registry entries that the detections name.
        detections: messages of the camera since the start, in order, up to the one that led to the finding.
        schemas: writer schemas of all of them, by id.
    """

    topic: str
    camera_id: str
    start: str
    note: str
    finding: Kept
    stages: Sequence[StageStart]
    registry: Sequence[Kept]
    detections: Sequence[Kept]
    schemas: Mapping[int, str]

    def to_bytes(self) -> bytes:
        """Return the file."""
        return verify.canonical({
            "format": FORMAT,
            "topic": self.topic,
            "camera_id": self.camera_id,
            "start": self.start,
            "note": self.note,
            "finding": self.finding.to_json(),
            "stages": [
                {
                    "stage": one.stage,
                    "version": one.version,
                    "stamp": None if one.stamp is None else list(one.stamp),
                    "checkpoint": None if one.checkpoint is None else one.checkpoint.to_json(),
                }
                for one in self.stages
            ],
            "registry": [one.to_json() for one in self.registry],
            "detections": [one.to_json() for one in self.detections],
            "schemas": {str(number): text for number, text in sorted(self.schemas.items())},
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lineage":
        """Read what to_bytes wrote.

        Raises:
            LineageError: it is damaged, or of another format.
        """
        try:
            value = json.loads(data)
            if value["format"] != FORMAT:
                raise LineageError(f"format {value['format']!r}, this version reads {FORMAT!r}")
            stages = [
                StageStart(
                    one["stage"],
                    one["version"],
                    None if one["checkpoint"] is None else Kept.from_json(one["checkpoint"]),
                    None if one["stamp"] is None else (one["stamp"][0], one["stamp"][1]),
                )
                for one in value["stages"]
            ]
            return cls(
                value["topic"],
                value["camera_id"],
                value["start"],
                value["note"],
                Kept.from_json(value["finding"]),
                stages,
                [Kept.from_json(one) for one in value["registry"]],
                [Kept.from_json(one) for one in value["detections"]],
                {int(number): text for number, text in value["schemas"].items()},
            )
        except (ValueError, KeyError, TypeError, IndexError, binascii.Error) as error:
            if isinstance(error, LineageError):
                raise
            raise LineageError(f"it is no lineage any more: {type(error).__name__}: {error}") from error


class KeptSchemaIds:
    """Schema ids as a lineage keeps them; nothing else is known.

    Args:
        lineage: whose.
    """

    def __init__(self, lineage: Lineage) -> None:
        self._schemas = lineage.schemas

    def id_for(self, topic: str) -> int:
        """Refuse: a lineage is read, never written with.

        Raises:
            UnknownSchemaError: always.
        """
        raise UnknownSchemaError(f"a lineage registers no schema of {topic}")

    def text_of(self, schema_id: int) -> str:
        """Return the schema text of an id.

        Raises:
            UnknownSchemaError: the lineage does not keep it.
        """
        try:
            return self._schemas[schema_id]
        except KeyError:
            raise UnknownSchemaError(f"the lineage keeps no schema of id {schema_id}") from None
