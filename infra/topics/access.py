"""Rights in Kafka: what access.toml asks beside what the brokers have, and making it so."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # the library's stubs leave its own names out
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
)

from infra.topics.cluster import AWAY
from infra.topics.connection import KafkaAwayError, TopicsError
from schemas.access import Resource, Right

REQUEST_S: Final = 20.0
#: What one principal of Kafka's is called before its name.
USER: Final = "User:"
#: Operations that hold others: ALL is every one.
EVERYTHING: Final = "ALL"


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """The difference between what must be and what is.

    Attributes:
        missing: rights that the brokers lack.
        surplus: rights on Vigil's topics and groups that access.toml does not give; each of them is somebody's hole.
    """

    missing: Sequence[Right]
    surplus: Sequence[Right]

    @property
    def pending(self) -> int:
        """How many differences there are."""
        return len(self.missing) + len(self.surplus)


def difference(wanted: Iterable[Right], found: Iterable[Right], prefix: str) -> AccessPlan:
    """Return what is missing, and what is there beyond it on names of a prefix. Pure.

    Args:
        wanted: as access.toml has it.
        found: as the brokers have it; a name that ends with * is one that covers all that begin so.
        prefix: of Vigil's topics and groups.
    """
    must, there = set(wanted), set(found)
    ours = {one for one in there - must if one.name.startswith(prefix) or _covers(one.name, prefix)}
    return AccessPlan(sorted(must - there), sorted(ours))


def _covers(pattern: str, prefix: str) -> bool:
    """Return whether a pattern that ends with * covers a name of the prefix."""
    return pattern.endswith("*") and prefix.startswith(pattern[:-1])


class Rights:
    """The brokers' side of rights.

    Args:
        servers: host:port, separated by commas.
        security: librdkafka's settings of the user who may alter rights.
    """

    def __init__(self, servers: str, security: Mapping[str, str]) -> None:
        self._servers = servers
        self._client = AdminClient({"bootstrap.servers": servers, "log_level": 0, **security})

    def found(self) -> frozenset[Right]:
        """Return the rights that the brokers have on topics and groups.

        Raises:
            TopicsError: there is no authorizer, or this user may not ask.
            KafkaAwayError: Kafka does not answer.
        """
        # a refusal would come as an empty list: so ask first what may be asked, and whether there is anything to ask
        cluster = self._result(self._client.describe_cluster(include_authorized_operations=True))
        if AclOperation.DESCRIBE not in (cluster.authorized_operations or ()):
            raise TopicsError(
                f"Kafka at {self._servers} does not show rights to this user; they are a super user's: set"
                " VIGIL_KAFKA_USER and VIGIL_KAFKA_PASSWORD (docs/access.md)"
            )
        broker = ConfigResource(ResourceType.BROKER, str(cluster.nodes[0].id))
        entries = self._result(self._client.describe_configs([broker])[broker])
        if not entries["authorizer.class.name"].value:
            raise TopicsError(
                f"Kafka at {self._servers} has no authorizer, so everybody may do everything; set"
                " authorizer.class.name and listeners with users in its server.properties (docs/access.md)"
            )
        anything: Any = None  # the library's stubs know no filter that leaves a field open
        every = AclBindingFilter(
            ResourceType.ANY,
            anything,
            ResourcePatternType.ANY,
            anything,
            anything,
            AclOperation.ANY,
            AclPermissionType.ANY,
        )
        return frozenset(_right(one) for one in self._result(self._client.describe_acls(every)) if _is_ours(one))

    def give(self, rights: Sequence[Right]) -> None:
        """Give rights.

        Raises:
            TopicsError, KafkaAwayError: as `found`.
        """
        if rights:
            for future in self._client.create_acls([_binding(one) for one in rights]).values():
                self._result(future)

    def take(self, rights: Sequence[Right]) -> None:
        """Take rights.

        Raises:
            TopicsError, KafkaAwayError: as `found`.
        """
        if rights:
            for future in self._client.delete_acls([_filter(one) for one in rights]).values():
                self._result(future)

    def _result(self, future: "Future[Any]") -> Any:
        try:
            return future.result(REQUEST_S)
        except TimeoutError as error:
            raise KafkaAwayError(self._servers, f"no answer within {REQUEST_S:.0f} s") from error
        except KafkaException as error:
            inner = error.args[0]
            if inner.code() in AWAY:
                raise KafkaAwayError(self._servers, inner.str()) from error
            raise TopicsError(
                f"Kafka at {self._servers} refuses: {inner.str()}; rights are altered by a super user: set"
                " VIGIL_KAFKA_USER and VIGIL_KAFKA_PASSWORD (docs/access.md)"
            ) from error


def _is_ours(binding: Any) -> bool:
    """Return whether a binding lets a user do something with topics or groups."""
    return (
        binding.permission_type == AclPermissionType.ALLOW
        and binding.restype in (ResourceType.TOPIC, ResourceType.GROUP)
        and binding.principal.startswith(USER)
    )


def _right(binding: Any) -> Right:
    name = binding.name
    if binding.resource_pattern_type == ResourcePatternType.PREFIXED:
        name += "*"
    resource: Resource = "TOPIC" if binding.restype == ResourceType.TOPIC else "GROUP"
    return Right(binding.principal.removeprefix(USER), resource, name, binding.operation.name)


def _binding(right: Right) -> Any:
    kind = ResourceType.TOPIC if right.resource == "TOPIC" else ResourceType.GROUP
    operation, allow = AclOperation[right.operation], AclPermissionType.ALLOW
    return AclBinding(kind, right.name, ResourcePatternType.LITERAL, USER + right.user, "*", operation, allow)


def _filter(right: Right) -> Any:
    kind = ResourceType.TOPIC if right.resource == "TOPIC" else ResourceType.GROUP
    operation, allow = AclOperation[right.operation], AclPermissionType.ALLOW
    pattern, name = ResourcePatternType.LITERAL, right.name
    if name.endswith("*") and name != "*":
        pattern, name = ResourcePatternType.PREFIXED, name[:-1]
    any_host: Any = None
    return AclBindingFilter(kind, name, pattern, USER + right.user, any_host, operation, allow)
