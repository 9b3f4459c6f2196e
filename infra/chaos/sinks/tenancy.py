"""A run's own topics, schemas and database on a stack that many runs share."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # the library's stubs leave its own names out
    AdminClient,
    NewTopic,
)

from infra.chaos.sinks.shapes import SHAPES
from infra.settings import ROOT, Settings
from infra.topics.subjects import Subjects
from schemas.avro import schema_text
from schemas.topics import catalogue

REQUEST_S: Final = 60.0
#: Topics whose values are written or read in a run, and so need their schema.
WITH_SCHEMA: Final = (*SHAPES, "dead-letters")
#: `frames` has no table, changelogs belong to stages.
NOT_OF_THE_SINK: Final = "frames"


class TenancyError(RuntimeError):
    """A run's topics or tables could not be made or removed."""


class Tenancy:
    """Topics and tables of one run.

    Args:
        settings: the stack, with the run's topic prefix and database.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._specs = [
            spec
            for spec in catalogue().specs(settings.topic_prefix, settings.topic_profile)
            if spec.kind == "messages" and spec.topic != NOT_OF_THE_SINK
        ]
        self._admin = AdminClient({
            "bootstrap.servers": settings.bootstrap_servers,
            "reconnect.backoff.max.ms": 500,
            "log_level": 0,
        })  # fmt: skip

    @property
    def partitions(self) -> int:
        """Partitions of each topic that messages are made for."""
        return next(spec.partitions for spec in self._specs if spec.topic in SHAPES)

    @property
    def dead_letter_partitions(self) -> int:
        """Partitions of dead-letters."""
        return next(spec.partitions for spec in self._specs if spec.topic == "dead-letters")

    def make(self) -> Mapping[str, int]:
        """Make topics, schemas and tables; return the schema ids by topic without prefix.

        Raises:
            TenancyError: Kafka or ClickHouse refused something, or did not answer.
            TopicsError: the registry did.
        """
        migration = subprocess.Popen(
            [sys.executable, "-m", "infra.cli", "migrate"],
            cwd=ROOT,
            env={**os.environ, **self._settings.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            topics = [
                NewTopic(spec.name, num_partitions=spec.partitions, replication_factor=1, config=dict(spec.config))
                for spec in self._specs
            ]
            for future in self._admin.create_topics(topics, operation_timeout=REQUEST_S).values():
                try:
                    future.result(REQUEST_S)
                except KafkaException as error:
                    # an admin client that lost the first answer asks again
                    if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                        raise TenancyError(f"topics {self._settings.topic_prefix}*: {error}") from error
            subjects = Subjects(self._settings.schema_registry_url)
            prefix = self._settings.topic_prefix
            ids = {topic: subjects.register(f"{prefix}{topic}-value", schema_text(topic)) for topic in WITH_SCHEMA}
        finally:
            said, _ = migration.communicate(timeout=REQUEST_S)
        if migration.returncode:
            raise TenancyError(f"vigil migrate: {said[-2000:]}")
        return ids

    def remove(self) -> None:
        """Remove topics and tables.

        Raises:
            TenancyError: Kafka refused it, or did not answer.
            clickhouse_connect.driver.exceptions.Error: ClickHouse did.
        """
        client = self.client(database=False)
        try:
            client.command(f"DROP DATABASE IF EXISTS `{self._settings.clickhouse_database}` SYNC")
        finally:
            client.close()
        for future in self._admin.delete_topics([s.name for s in self._specs], operation_timeout=REQUEST_S).values():
            try:
                future.result(REQUEST_S)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise TenancyError(f"topics {self._settings.topic_prefix}*: {error}") from error

    def client(self, *, database: bool = True) -> Client:
        """Return a client straight to ClickHouse, past the proxy."""
        return clickhouse_connect.get_client(
            host=self._settings.host,
            port=self._settings.clickhouse_port,
            username=self._settings.clickhouse_user,
            password=self._settings.clickhouse_password.get_secret_value(),
            database=self._settings.clickhouse_database if database else "__default__",
            autogenerate_session_id=False,
        )
