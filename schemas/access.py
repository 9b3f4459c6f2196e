"""The rights of access.toml: read, checked, and worked out for a prefix. Pure but for reading the file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from schemas.topics import Catalogue, catalogue, changelog_of

Resource = Literal["TOPIC", "GROUP"]
#: Words of access.toml that stand for topics.
UNGUARDED: Final = "unguarded"
GUARDED: Final = "guarded"


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
        groups: groups, without prefix.
        readers: groups that nothing is committed to, by their whole names.
        describes: topics and changelogs, without prefix.
        asks: groups, without prefix.
    """

    name: str
    user: str
    reads: Sequence[str] = ()
    writes: Sequence[str] = ()
    apps: Sequence[str] = ()
    groups: Sequence[str] = ()
    readers: Sequence[str] = ()
    describes: Sequence[str] = ()
    asks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """The whole of access.toml, checked against topics.toml.

    Attributes:
        guarded: topics that only named principals write.
        principals: by name, in the file's order.
    """

    guarded: Sequence[str]
    principals: Mapping[str, Principal]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], topics: Catalogue) -> "Access":
        """Read and check the content of access.toml.

        Raises:
            AccessFileError: an unknown topic, app or field, a user twice, or a guarded topic without a writer.
        """
        guarded = tuple(data.get("guarded", ()))
        _known("guarded", guarded, topics.topics)
        names = {field.name for field in fields(Principal)} - {"name"}
        principals = {}
        for name, entry in data.get("principals", {}).items():
            where = f"access.toml, [principals.{name}]"
            strange = sorted(set(entry) - names)
            if strange:
                raise AccessFileError(f"{where}: found {', '.join(strange)}; expected {', '.join(sorted(names))}")
            lists = {key: tuple(value) for key, value in entry.items() if key != "user"}
            principals[name] = found = Principal(name, str(entry.get("user", name)), **lists)
            _known(f"{where}, reads", found.reads, {*topics.topics, UNGUARDED, GUARDED})
            _known(f"{where}, writes", found.writes, {*topics.topics, UNGUARDED})
            _known(f"{where}, apps", found.apps, topics.apps)
            changelogs = {changelog_of("", app) for app in topics.apps.values()}
            _known(f"{where}, describes", found.describes, {*topics.topics, *changelogs})
        users = [principal.user for principal in principals.values()]
        if len(set(users)) < len(users):
            raise AccessFileError(f"access.toml: found the users {', '.join(users)}; expected each once")
        for topic in guarded:
            if not any(topic in principal.writes for principal in principals.values()):
                raise AccessFileError(f"access.toml: nobody writes the guarded topic {topic}; expected a principal")
        return cls(guarded, principals)

    def rights(self, topics: Catalogue, prefix: str, profile: str) -> frozenset[Right]:
        """Return every right, of the topics that a cluster of a profile has.

        READ and WRITE let a client see a topic too; DESCRIBE_CONFIGS is what a process asks before it starts.
        """
        there = [topic.name for topic in topics.topics_under(profile)]
        out: set[Right] = set()
        for one in self.principals.values():
            topic_rights = {"READ": self._spelled(one.reads, there), "WRITE": self._spelled(one.writes, there)}
            described = list(one.describes)
            for app in (topics.apps[name] for name in one.apps):
                changelog = changelog_of("", app)
                topic_rights["READ"] += [app.source, changelog]
                topic_rights["WRITE"] += [changelog]
            for operation, names in topic_rights.items():
                described += names
                out |= {Right(one.user, "TOPIC", prefix + name, operation) for name in names}
            for operation in ("DESCRIBE", "DESCRIBE_CONFIGS"):
                out |= {Right(one.user, "TOPIC", prefix + name, operation) for name in described}
            out |= {Right(one.user, "GROUP", prefix + name, "READ") for name in (*one.groups, *one.apps)}
            out |= {Right(one.user, "GROUP", prefix + name, "DESCRIBE") for name in one.asks}
            out |= {Right(one.user, "GROUP", name, "DESCRIBE") for name in one.readers}
        return frozenset(out)

    def _spelled(self, names: Sequence[str], there: Sequence[str]) -> list[str]:
        out: list[str] = []
        for name in names:
            if name in (GUARDED, UNGUARDED):
                out += [topic for topic in there if (topic in self.guarded) == (name == GUARDED)]
            elif name in there:
                out.append(name)
        return out


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
