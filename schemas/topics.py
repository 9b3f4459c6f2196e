"""The topics of topics.toml: read, checked, and worked out for a profile and prefix. Pure but for reading the file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from schemas.messages import MESSAGES

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
FOR_EVER: Final = -1
#: The message key of topics whose records keep the key of the record they come from; its placement is not checked.
ANY_KEY: Final = "original"
COMPRESSIONS: Final = ("uncompressed", "lz4", "zstd", "producer")
#: Framing, field overheads and the header of a record batch, beside the packets of a frames message (bytes).
FRAMES_OVERHEAD_BYTES: Final = 65_536
#: A segment is closed after a tenth of the retention, so a record outlives its retention by at most that.
SEGMENTS_PER_RETENTION: Final = 10
#: Kafka's own default for segment.ms, the longest that is used here.
LONGEST_SEGMENT_MS: Final = 7 * DAY_MS
#: Small segments let the cleaner reach a changelog's recent part, which is what a restarted stage reads.
CHANGELOG_SEGMENT_BYTES: Final = 64 * 1024 * 1024

Kind = Literal["messages", "changelog", "registry"]


class TopicsFileError(ValueError):
    """topics.toml says something that cannot be; names the table, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Size limits, all from one place.

    Attributes:
        frames_payload_bytes: most bytes of packets in one frames message.
        message_max_bytes: most bytes of a record batch in every topic but dead-letters.
        dead_letter_overhead_bytes: what a dead letter has on top of the message in it.
    """

    frames_payload_bytes: int
    message_max_bytes: int
    dead_letter_overhead_bytes: int

    @property
    def largest_message_bytes(self) -> int:
        """Largest record batch of any topic: what broker, producers, replicas and consumers must let through."""
        return self.message_max_bytes + self.dead_letter_overhead_bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """How big a cluster is.

    Attributes:
        name: name of the profile.
        replication: replicas of each partition.
        min_insync_replicas: replicas that must have a record before it counts as written.
        partitions: partitions of every topic but dead-letters.
        dead_letter_partitions: partitions of dead-letters.
    """

    name: str
    replication: int
    min_insync_replicas: int
    partitions: int
    dead_letter_partitions: int


@dataclass(frozen=True, slots=True)
class Topic:
    """One table [topics.NAME].

    Attributes:
        name: name without prefix; its schema is schemas/NAME.avsc.
        key: what the message key is.
        retention_hours: hours a record is kept, -1 for ever.
        retention_bytes: most bytes kept of each partition, by profile; empty: no limit.
        compression: compression.type of the topic.
        partitioned_like: topic whose partition count and placement this one shares; None: placed by its own key.
        profiles: the only profiles that have the topic; None: all have it.
        compacted: the newest record of each key is kept, older ones go; needs retention_hours = -1.
    """

    name: str
    key: str
    retention_hours: int
    retention_bytes: Mapping[str, int]
    compression: str
    partitioned_like: str | None
    profiles: Sequence[str] | None = None
    compacted: bool = False

    @property
    def keyed(self) -> bool:
        """True where murmur2 of the key decides the partition."""
        return self.key != ANY_KEY

    def under(self, profile: str) -> bool:
        """Return whether a cluster of this profile has the topic."""
        return self.profiles is None or profile in self.profiles


@dataclass(frozen=True, slots=True)
class App:
    """One table [apps.NAME]: a Faust app and the table whose changelog it needs.

    Attributes:
        name: name of the app; its consumer group and Faust id is `<prefix>NAME`.
        source: topic it reads, without prefix.
        table: name of its table.
    """

    name: str
    source: str
    table: str


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic as a cluster must have it.

    Attributes:
        name: name with prefix.
        kind: a topic of messages, the changelog of a Faust table, or one that the registry makes for itself: of
            that only the configuration counts, and only where it is there.
        topic: name without prefix (of a changelog: the app's source).
        partitions: number of partitions.
        replication: replicas of each partition.
        config: topic configuration, as Kafka's own texts.
        keyed: True where the partition is murmur2 of the key; False for dead letters.
        subject: registry subject of its values, or None.
        like: topic (with prefix) whose partition count it must share, or None.
    """

    name: str
    kind: Kind
    topic: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    keyed: bool
    subject: str | None
    like: str | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole of topics.toml, checked.

    Attributes:
        limits: size limits.
        profiles: by name.
        topics: by name, in the file's order.
        apps: by name, in the file's order.
        registry_topics: topics in which the registry keeps its schemas; their names take no prefix.
    """

    limits: Limits
    profiles: Mapping[str, Profile]
    topics: Mapping[str, Topic]
    apps: Mapping[str, App]
    registry_topics: Sequence[str]

    def profile(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            TopicsFileError: there is none of this name.
        """
        try:
            return self.profiles[name]
        except KeyError:
            known = ", ".join(self.profiles)
            raise TopicsFileError(f"no profile {name!r} in topics.toml; it has {known} (VIGIL_TOPIC_PROFILE)") from None

    def topics_under(self, profile: str) -> Sequence[Topic]:
        """Return the topics that a cluster of a profile has, in the file's order."""
        return tuple(topic for topic in self.topics.values() if topic.under(profile))

    def partitions(self, topic: str, profile: str) -> int:
        """Return the number of partitions of a topic (name without prefix) in a profile."""
        entry = self.topics[topic]
        if entry.partitioned_like is not None:
            return self.partitions(entry.partitioned_like, profile)
        sizes = self.profile(profile)
        return sizes.partitions if entry.keyed else sizes.dead_letter_partitions

    def max_message_bytes(self, topic: str) -> int:
        """Return max.message.bytes of a topic (name without prefix)."""
        return self.limits.message_max_bytes if self.topics[topic].keyed else self.limits.largest_message_bytes

    def specs(self, prefix: str, profile: str) -> Sequence[TopicSpec]:
        """Return every topic that a cluster of a profile must have: of messages, changelogs, the registry's own.

        Faust's leader topics are not among them: the harness sets `topic_disable_leader`, so no app makes or reads one.

        Raises:
            TopicsFileError: there is no such profile.
        """
        sizes = self.profile(profile)
        messages = [self._messages_spec(topic, prefix, sizes) for topic in self.topics_under(profile)]
        changelogs = [self._changelog_spec(app, prefix, sizes) for app in self.apps.values()]
        return (*messages, *changelogs, *(_registry_spec(name, name, sizes) for name in self.registry_topics))

    def _messages_spec(self, topic: Topic, prefix: str, sizes: Profile) -> TopicSpec:
        retention_ms = FOR_EVER if topic.retention_hours == FOR_EVER else topic.retention_hours * HOUR_MS
        segment_ms = (
            LONGEST_SEGMENT_MS
            if retention_ms == FOR_EVER
            else min(LONGEST_SEGMENT_MS, retention_ms // SEGMENTS_PER_RETENTION)
        )
        return TopicSpec(
            name=prefix + topic.name,
            kind="messages",
            topic=topic.name,
            partitions=self.partitions(topic.name, sizes.name),
            replication=sizes.replication,
            config={
                "cleanup.policy": "compact" if topic.compacted else "delete",
                "retention.ms": str(retention_ms),
                "retention.bytes": str(topic.retention_bytes.get(sizes.name, FOR_EVER)),
                "segment.ms": str(segment_ms),
                "max.message.bytes": str(self.max_message_bytes(topic.name)),
                "compression.type": topic.compression,
                "min.insync.replicas": str(sizes.min_insync_replicas),
                "message.timestamp.type": "CreateTime",
            },
            keyed=topic.keyed,
            subject=subject_of(prefix, topic.name),
            like=None if topic.partitioned_like is None else prefix + topic.partitioned_like,
        )

    def _changelog_spec(self, app: App, prefix: str, sizes: Profile) -> TopicSpec:
        return TopicSpec(
            name=changelog_of(prefix, app),
            kind="changelog",
            topic=app.source,
            partitions=self.partitions(app.source, sizes.name),
            replication=sizes.replication,
            config={
                "cleanup.policy": "compact",
                "segment.bytes": str(CHANGELOG_SEGMENT_BYTES),
                "max.message.bytes": str(self.limits.message_max_bytes),
                "compression.type": "lz4",
                "min.insync.replicas": str(sizes.min_insync_replicas),
                "message.timestamp.type": "CreateTime",
            },
            keyed=True,
            subject=None,
            like=prefix + app.source,
        )


def _registry_spec(name: str, topic: str, sizes: Profile) -> TopicSpec:
    config = {"cleanup.policy": "delete", "retention.ms": str(FOR_EVER), "retention.bytes": str(FOR_EVER)}
    return TopicSpec(name, "registry", topic, 1, sizes.replication, config, keyed=False, subject=None, like=None)


def subject_of(prefix: str, topic: str) -> str:
    """Return the registry subject of a topic's values (TopicNameStrategy)."""
    return f"{prefix}{topic}-value"


def group_of(prefix: str, app: str) -> str:
    """Return the consumer group, and Faust id, of an app."""
    return prefix + app


def changelog_of(prefix: str, app: App) -> str:
    """Return the changelog topic of an app's table, as Faust names it."""
    return f"{group_of(prefix, app.name)}-{app.table}-changelog"


@cache
def catalogue() -> Catalogue:
    """Return the shipped schemas/topics.toml.

    Raises:
        TopicsFileError: it says something that cannot be.
    """
    return parse_catalogue((resources.files("schemas") / "topics.toml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """Read and check the text of a topics.toml.

    Raises:
        TopicsFileError: not TOML, unknown keys, values of another type, references to what is not there, cycles.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TopicsFileError(f"topics.toml is not TOML: {error}") from error
    _known("", data, {"limits", "profiles", "topics", "apps", "registry"})
    limits = _limits(_table(data, "limits"))
    profiles = {n: _profile(n, t) for n, t in _tables(data, "profiles").items()}
    topics = {n: _topic(n, t, profiles) for n, t in _tables(data, "topics").items()}
    apps = {n: _app(n, t, topics) for n, t in _tables(data, "apps").items()}
    _check_likes(topics)
    registry = _table(data, "registry")
    _known("[registry]", registry, {"topics"})
    names = registry.get("topics")
    if not isinstance(names, list) or not all(isinstance(n, str) and n for n in names):
        raise TopicsFileError(f"[registry] topics is {names!r}; expected a list of names")
    missing = sorted(set(MESSAGES) ^ set(topics))
    if missing:
        raise TopicsFileError(
            f"[topics] and schemas.messages.MESSAGES differ in {', '.join(missing)}; both name every topic"
        )
    return Catalogue(limits, profiles, topics, apps, tuple(names))


def _limits(table: dict[str, Any]) -> Limits:
    limits = Limits(**_integers("[limits]", table, Limits))
    needed = limits.frames_payload_bytes + FRAMES_OVERHEAD_BYTES
    if limits.message_max_bytes < needed:
        raise TopicsFileError(
            f"[limits] message_max_bytes is {limits.message_max_bytes}; frames_payload_bytes and the"
            f" {FRAMES_OVERHEAD_BYTES} bytes around it need at least {needed}"
        )
    return limits


def _profile(name: str, table: dict[str, Any]) -> Profile:
    where = f"[profiles.{name}]"
    profile = Profile(name=name, **_integers(where, table, Profile, without={"name"}))
    if profile.min_insync_replicas > profile.replication:
        raise TopicsFileError(
            f"{where} min_insync_replicas is {profile.min_insync_replicas}, above replication {profile.replication}:"
            " nothing could be written"
        )
    return profile


def _topic(name: str, table: dict[str, Any], profiles: Mapping[str, Profile]) -> Topic:
    where = f"[topics.{name}]"
    _known(where, table, {f.name for f in fields(Topic)} - {"name"})
    key = _text(where, table, "key")
    hours = table.get("retention_hours")
    if not isinstance(hours, int) or isinstance(hours, bool) or (hours < 1 and hours != FOR_EVER):
        raise TopicsFileError(f"{where} retention_hours is {hours!r}; expected hours from 1 on, or -1 for ever")
    sizes = table.get("retention_bytes", {})
    if not isinstance(sizes, dict):
        raise TopicsFileError(
            f"{where} retention_bytes is {sizes!r}; expected a table of profile = bytes of a partition"
        )
    _known(f"{where} retention_bytes", sizes, set(profiles))
    for profile, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool) or (size < 1 and size != FOR_EVER):
            raise TopicsFileError(f"{where} retention_bytes.{profile} is {size!r}; expected bytes, or -1 for no limit")
    compression = table.get("compression", "producer")
    if compression not in COMPRESSIONS:
        raise TopicsFileError(f"{where} compression is {compression!r}; expected one of {', '.join(COMPRESSIONS)}")
    like = table.get("partitioned_like")
    if like is not None and not isinstance(like, str):
        raise TopicsFileError(f"{where} partitioned_like is {like!r}; expected a topic's name")
    only = table.get("profiles")
    if only is not None and (not isinstance(only, list) or not only or not set(only) <= set(profiles)):
        known = ", ".join(profiles)
        raise TopicsFileError(f"{where} profiles is {only!r}; expected a list of profiles of this file: {known}")
    compacted = table.get("compacted", False)
    if not isinstance(compacted, bool) or (compacted and hours != FOR_EVER):
        raise TopicsFileError(
            f"{where} compacted is {compacted!r} with retention_hours {hours}; expected true with retention_hours"
            " = -1, or false"
        )
    return Topic(name, key, hours, dict(sizes), compression, like, None if only is None else tuple(only), compacted)


def _app(name: str, table: dict[str, Any], topics: Mapping[str, Topic]) -> App:
    where = f"[apps.{name}]"
    _known(where, table, {"source", "table"})
    app = App(name, _text(where, table, "source"), _text(where, table, "table"))
    if app.source not in topics:
        raise TopicsFileError(f"{where} source is {app.source!r}, which is no topic of this file")
    return app


def _check_likes(topics: Mapping[str, Topic]) -> None:
    for topic in topics.values():
        way = [topic.name]
        here = topic
        while here.partitioned_like is not None:
            like = here.partitioned_like
            if like not in topics:
                raise TopicsFileError(
                    f"[topics.{here.name}] partitioned_like is {like!r}, which is no topic of this file"
                )
            if like in way:
                raise TopicsFileError(
                    f"[topics.{topic.name}] partitioned_like goes in a circle: {' -> '.join([*way, like])}"
                )
            only = topics[like].profiles
            if only is not None and here.profiles != only:
                raise TopicsFileError(
                    f"[topics.{here.name}] is partitioned_like {like}, which is only under"
                    f" {', '.join(only)}; give both the same profiles"
                )
            if topics[like].key != here.key:
                raise TopicsFileError(
                    f"[topics.{here.name}] is partitioned_like {like} but keyed by {here.key},"
                    f" not by {topics[like].key}"
                )
            way.append(like)
            here = topics[like]


def _known(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise TopicsFileError(
            f"{where or 'topics.toml'} has unknown {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )


def _table(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = data.get(name)
    if not isinstance(table, dict) or not table:
        raise TopicsFileError(f"topics.toml lacks [{name}]")
    return table


def _tables(data: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    tables = _table(data, name)
    for key, value in tables.items():
        if not isinstance(value, dict):
            raise TopicsFileError(f"[{name}] {key} is {value!r}; expected a table [{name}.{key}]")
    return tables


def _text(where: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise TopicsFileError(f"{where} {key} is {value!r}; expected a text")
    return value


def _integers(
    where: str, table: Mapping[str, Any], cls: type, without: frozenset[str] | set[str] = frozenset()
) -> dict[str, int]:
    names = {f.name for f in fields(cls)} - without
    _known(where, table, names)
    for name in sorted(names):
        value = table.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise TopicsFileError(f"{where} {name} is {value!r}; expected a whole number from 1 on")
    return {name: table[name] for name in names}
