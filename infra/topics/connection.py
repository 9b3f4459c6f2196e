"""What the topics' commands need of the settings, and the errors of what they talk to."""

from collections.abc import Mapping
from typing import Protocol


class Connection(Protocol):
    """Where Kafka and the registry are, and which names and sizes to use; infra.settings.Settings has all of it."""

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses, host:port separated by commas."""

    @property
    def kafka_security(self) -> Mapping[str, str]:
        """What librdkafka needs to know of user and TLS; empty: neither."""

    @property
    def schema_registry_url(self) -> str:
        """The registry's Confluent-compatible URL."""

    @property
    def topic_prefix(self) -> str:
        """Prefix of topics, groups and subjects."""

    @property
    def topic_profile(self) -> str:
        """Profile of topics.toml."""


class TopicsError(RuntimeError):
    """Something the operator must settle: a refusal, or a service that is away; the text says what to do."""


class KafkaAwayError(TopicsError):
    """Kafka did not answer."""

    def __init__(self, servers: str, reason: object) -> None:
        super().__init__(
            f"Kafka at {servers} does not answer ({reason}); start the stack with 'vigil up', see 'vigil status',"
            " or set VIGIL_BOOTSTRAP to where Kafka is"
        )


class RegistryAwayError(TopicsError):
    """The schema registry did not answer."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(
            f"the schema registry at {url} does not answer ({reason}); start the stack with 'vigil up', see"
            " 'vigil status', or set VIGIL_REGISTRY_URL to where the registry is"
        )
