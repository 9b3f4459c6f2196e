"""The schema registry: Apicurio, whose data lives in the stack's Kafka."""

import json
import urllib.request

from infra.local.child import ChildCannotStartError, ChildSpec
from infra.local.class_archive import archive_options
from infra.settings import Settings

COMPATIBILITY = "BACKWARD_TRANSITIVE"
#: Its own topics carry no prefix: another VIGIL_TOPIC_PREFIX on the same data must find the same schemas.
TOPICS = "schema-registry"


def _request(url: str, body: dict[str, str] | None = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "PUT"
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  the stack's own http address
    with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310
        return bytes(answer.read())


def spec(settings: Settings) -> ChildSpec:
    """Return the registry as a child of the runner."""
    base = f"http://{settings.host}:{settings.registry_port}/apis/ccompat/v7"
    jar = next(iter(sorted((settings.cache_dir / "apicurio").glob("**/apicurio-registry-app-*-runner.jar"))), None)

    def ready() -> bool:
        _request(f"{base}/subjects")
        _request(f"{base}/config", {"compatibility": COMPATIBILITY})  # the registry starts at NONE
        return True

    def prepare() -> None:
        if jar is None:
            raise ChildCannotStartError(f"no registry under {settings.cache_dir / 'apicurio'}; run 'make setup'")

    archived = archive_options(settings.cache_dir, "registry")
    options = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *archived]
    return ChildSpec(
        name="registry",
        argv=["java", *options, "-jar", str(jar)],
        env={
            "APICURIO_STORAGE_KIND": "kafkasql",
            "APICURIO_KAFKASQL_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "APICURIO_KAFKASQL_TOPIC": f"{TOPICS}-journal",
            "APICURIO_KAFKASQL_SNAPSHOTS_TOPIC": f"{TOPICS}-snapshots",
            "APICURIO_EVENTS_KAFKA_TOPIC": f"{TOPICS}-events",
            "QUARKUS_HTTP_HOST": settings.host,
            "QUARKUS_HTTP_PORT": str(settings.registry_port),
            "QUARKUS_LOG_LEVEL": "WARN",
        },
        needs=("kafka",) if settings.bootstrap is None else (),
        prepare=prepare,
        ready=ready,
    )
