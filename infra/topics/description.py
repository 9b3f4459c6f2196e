"""One topic in words: what it is for, its fields, its configuration, what it holds, and its last message decoded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Final

from infra.topics.cluster import Cluster
from infra.topics.connection import Connection, TopicsError
from infra.topics.sampling import last_records
from schemas.avro import schema_text
from schemas.codec import MessageCodec
from schemas.messages import MESSAGES
from schemas.registry import RegistrySchemaIds, RegistryUnavailableError
from schemas.topics import TopicSpec, catalogue
from schemas.wire import BadMessageError

#: Items of an array, and characters of a text, that a sample shows.
MOST_ITEMS: Final = 8
MOST_CHARACTERS: Final = 400


@dataclass(frozen=True, slots=True)
class FieldDoc:
    """One field of a schema.

    Attributes:
        path: its name, with those of the records around it.
        type: its type in short.
        doc: what it means.
    """

    path: str
    type: str
    doc: str


@dataclass(frozen=True, slots=True)
class PartitionBounds:
    """What one partition holds: offsets from `first` to before `end`."""

    partition: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Description:
    """One topic.

    Attributes:
        name: name with prefix.
        doc: what one message is.
        key: what the message key is.
        partitioned_like: topic (with prefix) whose placement it shares, or None.
        fields: the fields of its schema, nested ones after their record.
        config: its effective configuration, as far as topics.toml sets it.
        partitions: what each partition holds; empty where the topic is missing.
        sample: the last message, without binary data; None where there is none.
        sample_at: where the sample lies, or why there is none.
    """

    name: str
    doc: str
    key: str
    partitioned_like: str | None
    fields: Sequence[FieldDoc]
    config: Mapping[str, str]
    partitions: Sequence[PartitionBounds]
    sample: Any
    sample_at: str


def describe(connection: Connection, topic: str) -> Description:
    """Return what a topic is and holds.

    Args:
        connection: where Kafka and the registry are.
        topic: its name, with or without prefix.

    Raises:
        TopicsError: there is no such topic in topics.toml, or Kafka is away.
    """
    name = topic.removeprefix(connection.topic_prefix) if topic not in MESSAGES else topic
    if name not in MESSAGES:
        raise TopicsError(f"no topic {topic!r} in topics.toml; it has {', '.join(MESSAGES)}")
    specs = catalogue().specs(connection.topic_prefix, connection.topic_profile)
    spec = next((s for s in specs if s.kind == "messages" and s.topic == name), None)
    if spec is None:
        raise TopicsError(
            f"topic {name} is not under profile {connection.topic_profile}; topics.toml has it under"
            f" {', '.join(catalogue().topics[name].profiles or ())} (VIGIL_TOPIC_PROFILE)"
        )
    schema = json.loads(schema_text(name))
    cluster = Cluster(connection.bootstrap_servers, security=connection.kafka_security)
    found = cluster.observe([spec.name]).get(spec.name)
    config: dict[str, str] = {}
    partitions: list[PartitionBounds] = []
    sample, sample_at = None, "the topic is missing; run 'vigil topics apply'"
    if found is not None:
        config = {key: found.config.get(key, "") for key in spec.config}
        bounds = cluster.bounds([(spec.name, p) for p in range(found.partitions)])
        partitions = [PartitionBounds(p, first, end) for (_, p), (first, end) in sorted(bounds.items())]
        sample, sample_at = _sample(connection, spec, partitions)
    return Description(
        name=spec.name,
        doc=schema["doc"],
        key=catalogue().topics[name].key,
        partitioned_like=spec.like,
        fields=tuple(field_docs(schema)),
        config=config,
        partitions=tuple(partitions),
        sample=sample,
        sample_at=sample_at,
    )


def _sample(connection: Connection, spec: TopicSpec, partitions: Sequence[PartitionBounds]) -> tuple[Any, str]:
    starts = [(spec.name, p.partition, max(p.first, p.end - 1), p.end) for p in partitions]
    records = last_records(
        connection.bootstrap_servers, connection.kafka_security, starts, catalogue().limits.largest_message_bytes
    )
    if not records:
        return None, "the topic is empty"
    last = max(records, key=lambda r: r.created_at_ms)
    where = f"{last.topic}/{last.partition}@{last.offset}, key {(last.key or b'').decode(errors='replace')!r}"
    codec = MessageCodec(RegistrySchemaIds.connect(connection.schema_registry_url, connection.topic_prefix))
    try:
        return shown(codec.decode(spec.topic, last.value or b"")), where
    except (BadMessageError, RegistryUnavailableError) as error:
        return None, f"{where} cannot be decoded: {error}"


def shown(value: Any) -> Any:
    """Return a message as plain data for a person: bytes by their number, long arrays and texts cut."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: shown(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value if len(value) <= MOST_CHARACTERS else f"{value[:MOST_CHARACTERS]}... ({len(value)} characters)"
    if isinstance(value, Mapping):
        return {key: shown(v) for key, v in value.items()}
    if isinstance(value, Sequence):
        items = [shown(v) for v in value[:MOST_ITEMS]]
        return items if len(value) <= MOST_ITEMS else [*items, f"... {len(value)} in all"]
    return value


def field_docs(schema: Any, path: str = "") -> list[FieldDoc]:
    """Return the documented fields of a record schema and of the records in it, each type's fields once."""
    return _field_docs(schema, path, set())


def _field_docs(schema: Any, path: str, seen: set[str]) -> list[FieldDoc]:
    out = []
    for field in schema["fields"]:
        where = f"{path}{field['name']}"
        out.append(FieldDoc(where, short_type(field["type"]), field.get("doc", "")))
        record, mark = _inner_record(field["type"], "")
        if record is not None and record["name"] not in seen:
            seen.add(record["name"])
            out += _field_docs(record, f"{where}{mark}.", seen)
    return out


def _inner_record(schema: Any, mark: str) -> tuple[dict[str, Any] | None, str]:
    if isinstance(schema, list):
        return next((r for s in schema if (r := _inner_record(s, mark))[0] is not None), (None, mark))
    if isinstance(schema, dict):
        if schema["type"] == "record":
            return schema, mark
        if schema["type"] in {"array", "map"}:
            return _inner_record(schema.get("items", schema.get("values")), f"{mark}[]")
    return None, mark


def short_type(schema: Any) -> str:
    """Return an Avro type in one or two words."""
    if isinstance(schema, list):
        return " or ".join(short_type(s) for s in schema)
    if isinstance(schema, str):
        return schema.rpartition(".")[2]
    kind = schema["type"]
    if kind == "array":
        return f"array of {short_type(schema['items'])}"
    if kind == "map":
        return f"map of {short_type(schema['values'])}"
    if kind == "enum":
        return f"{schema['name']} ({' '.join(schema['symbols'])})"
    if kind == "record":
        return str(schema["name"])
    return f"{short_type(kind)} ({schema['logicalType']})" if "logicalType" in schema else short_type(kind)
