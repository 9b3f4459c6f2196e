"""The measured process: the evidence sink until so many findings are stored.

python -m tests.benchmarks.evidence.sink BOOTSTRAP PREFIX STORE KEY COUNT
"""

import sys
import threading
import time
from pathlib import Path

from sinks.evidence.app import serve
from sinks.evidence.case_name import TOPICS
from sinks.evidence.metrics import EvidenceMetrics
from sinks.evidence.settings import EvidenceSettings
from tests.benchmarks.fixed_ids import fixed_ids

if __name__ == "__main__":
    bootstrap, prefix, store, key, count = sys.argv[1:]
    stop, metrics = threading.Event(), EvidenceMetrics()

    def watch() -> None:
        """Stop the sink when all are stored."""
        while not stop.is_set():
            found = [metrics.registry.get_sample_value("vigil_evidence_findings_total", {"topic": t}) for t in TOPICS]
            if sum(value or 0 for value in found) >= int(count):
                stop.set()
            time.sleep(0.05)

    threading.Thread(target=watch, daemon=True).start()
    serve(EvidenceSettings(bootstrap, "", prefix, store, Path(key), "bench"), stop, metrics, fixed_ids())
