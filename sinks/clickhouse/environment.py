"""What a process of the sink takes from its environment: variables VIGIL_SINK_*, then defaults."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SinkEnvironment(BaseSettings):
    """Settings of the sink's processes; where everything is stands in infra.settings.Settings."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(env_prefix="VIGIL_SINK_", frozen=True)

    metrics_port: int | None = Field(
        None, ge=1, le=65_535, description="port of the sink's Prometheus endpoint; none: no endpoint"
    )
    audit_metrics_port: int | None = Field(
        None, ge=1, le=65_535, description="port of the scheduled audit's Prometheus endpoint; none: no endpoint"
    )
    audit_minutes: float = Field(
        15.0,
        gt=0.0,
        description="time between two scheduled audits, minutes; shorter finds a gap sooner and reads every landing"
        " table's offsets more often",
    )
