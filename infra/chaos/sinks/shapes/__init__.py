"""The topics that messages are made for: flat with money, wide with arrays, many short texts."""

from collections.abc import Mapping
from typing import Final

from infra.chaos.sinks.shapes.case_events import CASE_EVENTS
from infra.chaos.sinks.shapes.detections import DETECTIONS
from infra.chaos.sinks.shapes.payments import PAYMENTS
from infra.chaos.sinks.shapes.shape import Shape

#: By topic, without prefix.
SHAPES: Final[Mapping[str, Shape]] = {shape.topic: shape for shape in (PAYMENTS, DETECTIONS, CASE_EVENTS)}

__all__ = ["SHAPES", "Shape"]
