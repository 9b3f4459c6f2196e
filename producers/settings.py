"""Settings of the producers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from schemas.topics import catalogue


class StackSettings(Protocol):
    """What the producers take from the command line's settings."""

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses."""

    @property
    def schema_registry_url(self) -> str:
        """The schema registry's URL."""

    @property
    def kafka_security(self) -> Mapping[str, str]:
        """What librdkafka needs to know of user and TLS; empty: neither."""

    @property
    def camera_secrets_file(self) -> Path:
        """The file of camera credentials."""

    @property
    def topic_prefix(self) -> str:
        """Prefix of topics."""


@dataclass(frozen=True, slots=True)
class ProducerSettings:
    """Settings of one producer process.

    Attributes:
        bootstrap_servers: Kafka's addresses.
        schema_registry_url: the schema registry's URL.
        topic_prefix: prefix of topics and subjects.
        secrets_file: JSON file of credentials by camera id.
        payload_bytes: most bytes of packets in a group (schemas/topics.toml).
        message_max_bytes: most bytes of a message (schemas/topics.toml).
        open_timeout_s: a source that has not opened by then is down. Cameras answer within 3 s; a probe of a stream
            with a long GOP takes some seconds more.
        stall_s: a live source without a packet for so long is reconnected. Shorter reconnects cameras that only paused.
        keyframe_wait_s: a connection without a keyframe for so long is reconnected. Above the longest GOPs seen (20 s).
        backoff_base_s: first wait before a reconnect.
        backoff_cap_s: longest wait before a reconnect.
        rejected_wait_s: wait before a live source that cannot work as configured is tried again.
        stable_s: a connection that lived so long resets the backoff.
        health_s: interval of camera-health.
        stagger_s: cameras of a process start spread over so long, so that their connections do not come at once.
        lane_groups: groups of one camera on their way to Kafka before its reading blocks.
        queue_kbytes: bound of all cameras' groups on their way to Kafka.
        most_cameras: most cameras in one process; each has a thread.
        most_pixels: largest picture accepted; beyond it one keyframe outgrows a message and a decoder its memory.
        most_clock_error_s: RTCP times further than this from the arrival are not believed: the camera's clock is wrong.
        tail_messages: most messages per partition of `frames` that are looked through for where a file stopped.
        security: what librdkafka needs to know of user and TLS; empty: a listener without both. Never printed.
    """

    bootstrap_servers: str
    schema_registry_url: str
    topic_prefix: str = "vigil."
    secrets_file: Path = Path(".local/stack/camera-secrets.json")
    payload_bytes: int = 900_000
    message_max_bytes: int = 1_048_576
    open_timeout_s: float = 10.0
    stall_s: float = 10.0
    keyframe_wait_s: float = 30.0
    backoff_base_s: float = 1.0
    backoff_cap_s: float = 60.0
    rejected_wait_s: float = 300.0
    stable_s: float = 30.0
    health_s: float = 10.0
    stagger_s: float = 1.0
    lane_groups: int = 8
    queue_kbytes: int = 262_144
    most_cameras: int = 500
    most_pixels: int = 4096 * 2304
    most_clock_error_s: float = 5.0
    tail_messages: int = 5_000
    security: Mapping[str, str] = field(default_factory=dict, repr=False)


def producer_settings(settings: StackSettings) -> ProducerSettings:
    """Return the producers' settings for a stack's."""
    limits = catalogue().limits
    return ProducerSettings(
        bootstrap_servers=settings.bootstrap_servers,
        schema_registry_url=settings.schema_registry_url,
        topic_prefix=settings.topic_prefix,
        secrets_file=settings.camera_secrets_file,
        payload_bytes=limits.frames_payload_bytes,
        message_max_bytes=limits.message_max_bytes,
        security=settings.kafka_security,
    )
