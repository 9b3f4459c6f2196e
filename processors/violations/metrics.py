"""What the violations stage counts of its proposals: kinds, and what came of each ground that may excuse."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter

from processors.stage_core import KeyBatch, KeyResult, Registry
from processors.violations.core import CameraViolations, ViolationsCore
from schemas.messages import Tracks, Violation


class ViolationMetrics:
    """Counters of violations, beside the stage's own.

    Args:
        registry: where they are collected.

    Attributes:
        proposed: violations by kind; a batch that comes again counts again.
        grounds: what came of each ground of each violation: cleared, flagged, unknown, dropped.
        sealed: violations with a sealed plate.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.proposed = Counter("vigil_violations_proposed", "Violations by kind.", ["kind"], registry=registry)
        self.grounds = Counter(
            "vigil_violations_grounds", "Outcomes of grounds.", ["kind", "ground", "outcome"], registry=registry
        )
        self.sealed = Counter("vigil_violations_sealed", "Violations with a sealed plate.", registry=registry)

    def count(self, violation: Violation) -> None:
        """Count one violation."""
        self.proposed.labels(violation.kind).inc()
        if violation.plate_encrypted is not None:
            self.sealed.inc()
        for ground in violation.exculpations:
            self.grounds.labels(violation.kind, ground.ground, ground.outcome).inc()


class CountedViolations:
    """A core whose proposals are counted; the core itself stays without metrics.

    Args:
        core: the core.
        metrics: counts.
    """

    def __init__(self, core: ViolationsCore, metrics: ViolationMetrics) -> None:
        self._core = core
        self._metrics = metrics
        self.name, self.source, self.version = core.name, core.source, core.version
        self.stamp, self.needs, self.initial = core.stamp, core.needs, core.initial
        self.to_bytes, self.from_bytes = core.to_bytes, core.from_bytes

    async def advance(
        self, batch: Sequence[KeyBatch[Tracks, CameraViolations]], registry: Registry
    ) -> Sequence[KeyResult[CameraViolations]]:
        """Apply one batch and count what it proposes."""
        results = await self._core.advance(batch, registry)
        for result in results:
            for output in result.outputs:
                if isinstance(output.message, Violation):
                    self._metrics.count(output.message)
        return results
