"""Perception as a process: `vigil run perception`."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from processors.perception.core import PerceptionCore
from processors.perception.kafka_gop_reader import KafkaGopReader
from processors.perception.plates.triton_plate_models import TritonPlateModels
from processors.perception.settings import PerceptionSettings
from processors.perception.signal_board import SignalBoard
from processors.perception.signals import BoardSignals
from processors.perception.triton_client import TritonDetector
from processors.stage import FRAMES, Parts, ReferenceReader, StageMetrics, StageSettings, new_codec, run_stage
from processors.stage_core import Record

log = logging.getLogger(__name__)
SIGNAL_TOPIC: Final = "signal-phases"


class StackSettings(Protocol):
    """Where everything is; infra.settings.Settings fits."""

    @property
    def bootstrap_servers(self) -> str: ...  # noqa: D102
    @property
    def schema_registry_url(self) -> str: ...  # noqa: D102
    @property
    def topic_prefix(self) -> str: ...  # noqa: D102
    @property
    def kafka_security(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def data_dir(self) -> Path: ...  # noqa: D102
    @property
    def triton_address(self) -> str: ...  # noqa: D102


def run(settings: StackSettings) -> None:
    """Run perception until SIGTERM; see processors.stage.run_stage for how it ends."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each schema looked up
    perception = PerceptionSettings()
    stage = StageSettings(
        bootstrap_servers=settings.bootstrap_servers,
        schema_registry_url=settings.schema_registry_url,
        topic_prefix=settings.topic_prefix,
        datadir=settings.data_dir / "perception",
        flow=FRAMES,
        metrics_port=perception.metrics_port,
        security=settings.kafka_security,
    )
    metrics = StageMetrics(PerceptionCore.name)
    board = SignalBoard(int(perception.signal_history_s * 1e6))

    def hear(key: str, record: Record[Any], value: bytes) -> None:
        del key, value
        board.add(record.message)

    phases = ReferenceReader(stage, SIGNAL_TOPIC, new_codec(stage), hear, metrics)
    gops = KafkaGopReader(
        stage.bootstrap_servers,
        stage.topic(PerceptionCore.source),
        new_codec(stage),
        perception.gop_read_bytes,
        stage.message_max_bytes,
        stage.security,
    )
    detector = TritonDetector(
        settings.triton_address,
        perception.model_name,
        in_flight=perception.in_flight,
        timeout_s=perception.infer_timeout_s,
        attempts=perception.infer_attempts,
        reconnect_backoff_ms=perception.reconnect_backoff_ms,
    )
    plate_models = TritonPlateModels(
        settings.triton_address,
        perception.plates_find_name,
        perception.plates_read_name,
        in_flight=perception.in_flight,
        timeout_s=perception.infer_timeout_s,
        attempts=perception.infer_attempts,
        reconnect_backoff_ms=perception.reconnect_backoff_ms,
    )
    signals = BoardSignals(board, perception.signal_wait_s)
    core = PerceptionCore(detector, gops, signals, perception, metrics.registry, plate_models)
    try:
        run_stage(stage, core, Parts(references=(phases,), outputs=("detections",), metrics=metrics))
    finally:
        core.close()
        gops.close()
