"""Where schema ids come from: a schema registry, or a fixed set for tests without one."""

import hashlib
import json
from typing import Protocol

from schemas.avro import schema_text
from schemas.registry_client import Schema, SchemaRegistryClient, config_of, is_absent, is_away
from schemas.wire import UnknownSchemaError


class RegistryUnavailableError(ConnectionError):
    """The registry did not answer; try again, nothing is wrong with the message."""


class SchemaNotRegisteredError(LookupError):
    """A subject lacks the schema that this version of Vigil writes; `vigil topics apply` registers it."""


class SchemaIds(Protocol):
    """Resolves schema ids, both ways."""

    def id_for(self, topic: str) -> int:
        """Return the id under which this version's schema of a topic (without prefix) is registered.

        Raises:
            SchemaNotRegisteredError: the subject lacks it.
            RegistryUnavailableError: the registry did not answer.
        """

    def text_of(self, schema_id: int) -> str:
        """Return the schema text of an id.

        Raises:
            UnknownSchemaError: the registry holds no such id.
            RegistryUnavailableError: the registry did not answer.
        """


class RegistrySchemaIds:
    """Schema ids from a Confluent-compatible registry under TopicNameStrategy. Nothing is registered here."""

    def __init__(self, client: SchemaRegistryClient, topic_prefix: str) -> None:
        self._client = client
        self._prefix = topic_prefix

    @classmethod
    def connect(cls, url: str, topic_prefix: str) -> "RegistrySchemaIds":
        """Make a client for a registry's URL; no request is sent yet."""
        return cls(SchemaRegistryClient({**config_of(url), "timeout": 10}), topic_prefix)

    def id_for(self, topic: str) -> int:
        """Return the id of this version's schema of a topic; see SchemaIds."""
        subject = f"{self._prefix}{topic}-value"
        try:
            found = self._client.lookup_schema(subject, Schema(schema_text(topic), "AVRO"))
        except Exception as error:
            if is_absent(error):
                raise SchemaNotRegisteredError(
                    f"subject {subject} lacks schemas/{topic}.avsc; run 'vigil topics apply'"
                ) from error
            if is_away(error):
                raise RegistryUnavailableError(f"looking up {subject}: {error}") from error
            raise
        if found.schema_id is None:
            raise RegistryUnavailableError(f"looking up {subject}: the registry's answer has no schema id")
        return int(found.schema_id)

    def text_of(self, schema_id: int) -> str:
        """Return the schema text of an id; see SchemaIds."""
        try:
            text = self._client.get_schema(schema_id).schema_str
        except Exception as error:
            if is_absent(error):
                raise UnknownSchemaError(f"the registry holds no schema of id {schema_id}") from error
            if is_away(error):
                raise RegistryUnavailableError(f"schema id {schema_id}: {error}") from error
            raise
        if text is None:
            raise UnknownSchemaError(f"the registry's schema of id {schema_id} is empty")
        return str(text)


class FixedSchemaIds:
    """Schema ids derived from the schemas' own text; for unit tests and for work without a registry."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}

    def add(self, text: str) -> int:
        """Add a schema text and return its id, 31 bits of its SHA-256."""
        digest = hashlib.sha256(json.dumps(json.loads(text), sort_keys=True).encode()).digest()
        schema_id = int.from_bytes(digest[:4], "big") >> 1
        self._texts[schema_id] = text
        return schema_id

    def id_for(self, topic: str) -> int:
        """Return the id of this version's schema of a topic; see SchemaIds."""
        return self.add(schema_text(topic))

    def text_of(self, schema_id: int) -> str:
        """Return the schema text of an id; see SchemaIds."""
        try:
            return self._texts[schema_id]
        except KeyError:
            raise UnknownSchemaError(f"the registry holds no schema of id {schema_id}") from None
