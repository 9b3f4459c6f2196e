"""The rights of access.toml: read, checked, and worked out for a prefix. Pure but for reading the file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from schemas.topics import Catalogue, catalogue, changelog_of

Resource = Literal["TOPIC", "GROUP"]
#: Where a Faust app's refused messages go.
DEAD_LETTERS: Final = "dead-letters"


class AccessFileError(ValueError):
    """access.toml says something that cannot be; names the table, what was found and what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that one user may do; as Kafka's ACL it allows it from every host, on exactly this name.

    Attributes:
        user: as the brokers know it, such as review-desk or ANONYMOUS.
        resource: TOPIC or GROUP.
        name: of the resource, with prefix.
        operation: Kafka's, such as READ.
    """

    user: str
    resource: Resource
    name: str
    operation: str


@dataclass(frozen=True, slots=True)
class Principal:
    """One table [principals.NAME]; the comment of access.toml says what each field is.

    Attributes:
        name: name of the table.
        user: user of the brokers.
        reads: topics, without prefix.
        writes: topics, without prefix.
        apps: Faust apps.
        groups: groups that it commits to, without prefix.
        asks: groups that it never commits to, without prefix.
        readers: such groups by their whole names.
        describes: topics and changelogs, without prefix.
    """

    name: str
    user: str
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    apps: Sequence[str] = ()
    groups: Sequence[str] = ()
    asks: Sequence[str] = ()
    readers: Sequence[str] = ()
    describes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """The whole of access.toml, checked against topics.toml.

    Attributes:
        unwritten: topics that nothing writes yet.
        principals: by name, in the file's order.
    """

    unwritten: Sequence[str]
    principals: Mapping[str, Principal]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], topics: Catalogue) -> "Access":
        """Read and check the content of access.toml.

        Raises:
            AccessFileError: an unknown topic, app or field, a user twice, or a production's topic that nobody writes.
        """
        unwritten = tuple(data.get("unwritten", ()))
        _known("unwritten", unwritten, topics.topics)
        names = {field.name for field in fields(Principal)} - {"name"}
        principals = {}
        for name, entry in data.get("principals", {}).items():
            where = f"access.toml, [principals.{name}]"
            strange = sorted(set(entry) - names)
            if strange:
                raise AccessFileError(f"{where}: found {', '.join(strange)}; expected {', '.join(sorted(names))}")
            lists = {key: tuple(value) for key, value in entry.items() if key != "user"}
            principals[name] = found = Principal(name, str(entry.get("user", name)), **lists)
            _known(f"{where}, reads", found.reads, topics.topics)
            _known(f"{where}, writes", found.writes, topics.topics)
            _known(f"{where}, apps", found.apps, topics.apps)
            changelogs = {changelog_of("", app) for app in topics.apps.values()}
            _known(f"{where}, describes", found.describes, {*topics.topics, *changelogs})
        users = [principal.user for principal in principals.values()]
        if len(set(users)) < len(users):
            raise AccessFileError(f"access.toml: found the users {', '.join(users)}; expected each once")
        written = {topic for principal in principals.values() for topic in principal.writes}
        # what a test city alone writes is in no production cluster
        without = [topic.name for topic in topics.topics.values() if not topic.profiles and topic.name not in written]
        if sorted(without) != sorted(unwritten):
            raise AccessFileError(
                f"access.toml: nobody writes {', '.join(without) or 'no topic'}, and unwritten names"
                f" {', '.join(unwritten) or 'none'}; expected a principal for each topic, or its name there"
            )
        return cls(unwritten, principals)

    def rights(self, topics: Catalogue, prefix: str, profile: str) -> frozenset[Right]:
        """Return every right, of the topics that a cluster of a profile has.

        READ and WRITE let a client see a topic too; DESCRIBE_CONFIGS is what a process asks before it starts.
        """
        there = [topic.name for topic in topics.topics_under(profile)]
        out: set[Right] = set()
        for one in self.principals.values():
            topic_rights = {
                "READ": [name for name in one.reads if name in there],
                "WRITE": [name for name in one.writes if name in there],
            }
            described = [name for name in one.describes if name in there or name not in topics.topics]
            for app in (topics.apps[name] for name in one.apps):
                changelog = changelog_of("", app)
                topic_rights["READ"] += [app.source, changelog]
                topic_rights["WRITE"] += [changelog, DEAD_LETTERS]
            for operation, names in topic_rights.items():
                described += names
                out |= {Right(one.user, "TOPIC", prefix + name, operation) for name in names}
            for operation in ("DESCRIBE", "DESCRIBE_CONFIGS"):
                out |= {Right(one.user, "TOPIC", prefix + name, operation) for name in described}
            out |= {Right(one.user, "GROUP", prefix + name, "READ") for name in (*one.groups, *one.apps)}
            out |= {Right(one.user, "GROUP", prefix + name, "DESCRIBE") for name in one.asks}
            out |= {Right(one.user, "GROUP", name, "DESCRIBE") for name in one.readers}
        return frozenset(out)


@cache
def access() -> Access:
    """Return the rights that ship with Vigil.

    Raises:
        AccessFileError: they are not as they must be.
    """
    text = (resources.files("schemas") / "access.toml").read_text(encoding="utf-8")
    return Access.from_toml(tomllib.loads(text), catalogue())


def _known(where: str, names: Sequence[str], known: Any) -> None:
    strange = [name for name in names if name not in known]
    if strange:
        raise AccessFileError(f"{where}: found {', '.join(strange)}; expected names of topics.toml")
