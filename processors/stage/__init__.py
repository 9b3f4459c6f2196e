"""The one hardened Faust harness under every stage: exactly-once results on at-least-once delivery.

    settings = StageSettings(bootstrap_servers=..., schema_registry_url=..., topic_prefix="vigil.", datadir=...)
    run_stage(settings, MyCore())

A core is what processors.stage_core describes; docs/decisions/0020 to 0024 say why the harness is as it is.
"""

from processors.stage.app import Parts, StageApp, make_app, new_codec
from processors.stage.camera_registry import CameraRegistry
from processors.stage.failures import (
    EXIT_BREAKER,
    EXIT_CRASH,
    EXIT_NOT_READY,
    BreakerOpenError,
    NotReadyError,
    StageStoppedError,
)
from processors.stage.metrics import StageMetrics
from processors.stage.reference_reader import ReferenceReader
from processors.stage.settings import FRAMES, METADATA, Flow, StageSettings
from processors.stage.worker import run_stage

__all__ = [
    "EXIT_BREAKER",
    "EXIT_CRASH",
    "EXIT_NOT_READY",
    "FRAMES",
    "METADATA",
    "BreakerOpenError",
    "CameraRegistry",
    "Flow",
    "NotReadyError",
    "Parts",
    "ReferenceReader",
    "StageApp",
    "StageMetrics",
    "StageSettings",
    "StageStoppedError",
    "make_app",
    "new_codec",
    "run_stage",
]
