"""What a rules stage needs to know of the stack, as the command line's settings have it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from processors.stage import StageSettings


class StackSettings(Protocol):
    """The part of the settings that these stages read."""

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses."""

    @property
    def schema_registry_url(self) -> str:
        """The schema registry's Confluent-compatible URL."""

    @property
    def topic_prefix(self) -> str:
        """Prefix of topics and consumer groups."""

    @property
    def kafka_security(self) -> Mapping[str, str]:
        """What librdkafka needs to know of user and TLS; empty: neither."""

    @property
    def data_dir(self) -> Path:
        """Folder for local files."""


def stage_settings(settings: StackSettings, stage: str) -> StageSettings:
    """Return the harness's settings for a stage."""
    return StageSettings(
        bootstrap_servers=settings.bootstrap_servers,
        schema_registry_url=settings.schema_registry_url,
        topic_prefix=settings.topic_prefix,
        datadir=Path(settings.data_dir) / "stages" / stage,
        security=settings.kafka_security,
    )
