"""Settings of the command line and the local stack: environment variables VIGIL_*, then vigil.toml, then defaults."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

#: The root of the checkout: what set-up makes lies below it.
ROOT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Where everything is.

    The ports are the local stack's; each address can be overridden by itself, which is how production points Vigil at
    its own Kafka, registry, Triton and ClickHouse.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="VIGIL_", toml_file="vigil.toml", frozen=True, extra="forbid"
    )

    data_dir: Path = Field(Path(".local/stack"), description="folder of the local stack's data and logs")
    cache_dir: Path = Field(ROOT / ".cache", description="folder that set-up fills")
    host: str = Field("127.0.0.1", description="address the local stack binds: 127.0.0.1 or localhost")
    kafka_port: int = 29092
    kafka_controller_port: int = 29093
    registry_port: int = 28081
    triton_http_port: int = 28000
    triton_grpc_port: int = 28001
    triton_metrics_port: int = 28002
    clickhouse_port: int = 28123

    kafka_user: str | None = Field(None, description="user at the brokers; default: none, listeners without passwords")
    kafka_password: SecretStr = SecretStr("")
    kafka_mechanism: str = Field("SCRAM-SHA-512", description="SASL mechanism; PLAIN only under TLS or in tests")
    kafka_ca: Path | None = Field(None, description="file of the authority of the brokers' TLS; default: no TLS")

    topic_prefix: str = Field("vigil.", description="prefix of topics, consumer groups and subjects")
    topic_profile: str = Field("local", description="profile of schemas/topics.toml")

    bootstrap: str | None = Field(None, description="Kafka's addresses; default: the local stack")
    registry_url: str | None = Field(None, description="schema registry (Confluent's API); default: the local stack")
    triton_url: str | None = Field(None, description="Triton's gRPC address, host:port; default: the local stack")
    clickhouse_url: str | None = Field(None, description="ClickHouse's HTTP address; default: the local stack's front")
    clickhouse_user: str = "default"
    clickhouse_password: SecretStr = SecretStr("")
    clickhouse_database: str = "vigil"
    triton_models: Path = Field(ROOT / "infra/triton/models", description="Triton's model repository")
    camera_secrets: Path | None = Field(
        None, description="file of camera credentials; default: data_dir/camera-secrets.json"
    )
    evidence_store: str | None = Field(
        None, description="evidence's object store: a folder, or s3://BUCKET/PREFIX; default: data_dir/evidence"
    )
    evidence_key: Path | None = Field(
        None, description="file of the key that signs evidence; default: data_dir/evidence-key.pem"
    )
    evidence_gap_timeout_s: float = Field(
        60.0,
        description="how long evidence waits for a second that does not come, beyond its time; in a backlog for longer",
    )
    evidence_lock_incidents_days: int | None = Field(
        None, description="how long evidence of incidents is locked in S3, from the event on; default: not"
    )
    evidence_lock_violations_days: int | None = Field(
        None, description="how long evidence of violations is locked in S3, from the event on; default: not"
    )
    evidence_leads: str = Field(
        "NO_INSPECTION NO_INSURANCE WANTED FALSE_PLATE",
        description="kinds of leads of which pictures are kept, with spaces between; empty: of none",
    )
    review_officers: Path | None = Field(
        None, description="file of officers who review cases, and their roles; default: data_dir/officers.toml"
    )
    second_review_key: Path | None = Field(
        None, description="file with the secret by which cases for two officers are chosen; for the stage cases alone"
    )
    key_store: Path | None = Field(
        None, description="folder of the plates' keys, outside any repository; default: none, plates stay unread"
    )
    retention_log: Path | None = Field(
        None,
        description="file of the log of what was destroyed; default: destroyed.jsonl beside the keys, else in data_dir",
    )
    exempt_vehicles: Path | None = Field(
        None, description="CSV of emergency vehicles: plate,service,valid_from,valid_to; default: none is known"
    )
    kafka_heap: str = "768m"
    kafka_session_ms: int = Field(
        9000, description="how long the local broker counts as alive after it was killed; it serves again only then"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments go before the environment, the environment before vigil.toml."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @cached_property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses."""
        return self.bootstrap or f"{self.host}:{self.kafka_port}"

    @cached_property
    def kafka_security(self) -> dict[str, str]:
        """What librdkafka needs to know of user and TLS; empty without both. Holds the password: never log it."""
        out: dict[str, str] = {}
        if self.kafka_ca is not None:
            out["ssl.ca.location"] = str(self.kafka_ca)
        if self.kafka_user is not None:
            out["sasl.mechanism"] = self.kafka_mechanism
            out["sasl.username"] = self.kafka_user
            out["sasl.password"] = self.kafka_password.get_secret_value()
        kind = ("SASL_" if self.kafka_user is not None else "") + ("SSL" if self.kafka_ca is not None else "PLAINTEXT")
        return {"security.protocol": kind, **out} if out else {}

    @cached_property
    def schema_registry_url(self) -> str:
        """The schema registry's Confluent-compatible URL."""
        return self.registry_url or f"http://{self.host}:{self.registry_port}/apis/ccompat/v7"

    @cached_property
    def triton_address(self) -> str:
        """Triton's gRPC address."""
        return self.triton_url or f"{self.host}:{self.triton_grpc_port}"

    @cached_property
    def clickhouse_address(self) -> str:
        """ClickHouse's HTTP address."""
        return self.clickhouse_url or f"http://{self.host}:{self.clickhouse_port}"

    @cached_property
    def camera_secrets_file(self) -> Path:
        """The file of camera credentials."""
        return self.camera_secrets or self.data_dir / "camera-secrets.json"

    @cached_property
    def evidence_address(self) -> str:
        """Evidence's object store: a folder, or s3://BUCKET/PREFIX."""
        return self.evidence_store or str(self.data_dir / "evidence")

    @cached_property
    def evidence_key_file(self) -> Path:
        """The file of the key that signs evidence."""
        return self.evidence_key or self.data_dir / "evidence-key.pem"

    @cached_property
    def review_officers_file(self) -> Path:
        """The file of officers who review cases."""
        return self.review_officers or self.data_dir / "officers.toml"

    @cached_property
    def evidence_lock_days(self) -> dict[str, int]:
        """How long evidence is locked, days by topic; what is not here is not locked."""
        days = {"incidents": self.evidence_lock_incidents_days, "violations": self.evidence_lock_violations_days}
        return {topic: value for topic, value in days.items() if value is not None}

    @field_validator("evidence_leads")
    @classmethod
    def _known_kinds(cls, text: str) -> str:
        from schemas.messages import LeadKind  # noqa: PLC0415  it takes longer to load than all of the settings

        strange = [kind for kind in text.split() if kind not in LeadKind.__members__]
        if strange:
            raise ValueError(f"found {', '.join(strange)}; expected some of {' '.join(LeadKind)}, or nothing")
        return text

    @cached_property
    def evidence_lead_kinds(self) -> Sequence[str]:
        """Kinds of leads of which pictures are kept."""
        return self.evidence_leads.split()

    def environment(self) -> dict[str, str]:
        """Return these settings as environment variables for a child process; secrets are included: never log them."""
        out = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is not None:
                text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                out[f"VIGIL_{name.upper()}"] = text
        return out
