"""The schema registry's side: reads subjects, registers schemas, sets compatibility."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from infra.topics.connection import RegistryAwayError, TopicsError
from infra.topics.observed import ObservedSubject
from schemas.registry_client import Schema, SchemaRegistryClient, config_of, is_absent, is_away

T = TypeVar("T")

REQUEST_S: Final = 10


class _AbsentError(Exception):
    """The registry answered that it has no such thing."""


class Subjects:
    """One Confluent-compatible schema registry.

    Args:
        url: its base URL.
    """

    def __init__(self, url: str) -> None:
        config = config_of(url)
        self._url = config["url"]
        self._client = SchemaRegistryClient({**config, "timeout": REQUEST_S, "max.retries": 2})

    def _call(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except Exception as error:
            if is_absent(error):
                raise _AbsentError from error
            if is_away(error):
                raise RegistryAwayError(self._url, error) from error
            raise TopicsError(f"the schema registry at {self._url} refuses: {error}") from error

    def names(self) -> frozenset[str]:
        """Return the subjects there are."""
        return frozenset(self._call(self._client.get_subjects))

    def observe(self, schemas: Mapping[str, str]) -> Mapping[str, ObservedSubject]:
        """Return the state of subjects.

        Args:
            schemas: text of the schema that each subject should hold.
        """
        there = self.names()
        return {s: self._subject(s, text) for s, text in schemas.items() if s in there}

    def _subject(self, subject: str, text: str) -> ObservedSubject:
        numbers = sorted(self._call(lambda: self._client.get_versions(subject)))
        versions = [str(self._call(partial(self._client.get_version, subject, n)).schema.schema_str) for n in numbers]
        try:
            self._call(lambda: self._client.lookup_schema(subject, Schema(text, "AVRO")))
            current = True
        except _AbsentError:
            current = False
        return ObservedSubject(subject, versions, current, self._compatibility(subject))

    def _compatibility(self, subject: str) -> str | None:
        try:
            return str(self._call(lambda: self._client.get_compatibility(subject)))
        except _AbsentError:
            return None

    def register(self, subject: str, text: str) -> int:
        """Register a schema; return its id."""
        return int(self._call(lambda: self._client.register_schema(subject, Schema(text, "AVRO"))))

    def set_compatibility(self, subject: str, level: str) -> None:
        """Set a subject's compatibility level."""
        self._call(lambda: self._client.set_compatibility(subject, level))
