"""The measured process: plays every camera of a registry at full speed into Kafka.

python -m tests.benchmarks.producers.play BOOTSTRAP PREFIX
"""

import sys

from producers.app import run_producers
from producers.settings import ProducerSettings
from tests.benchmarks.fixed_ids import fixed_ids

if __name__ == "__main__":
    settings = ProducerSettings(bootstrap_servers=sys.argv[1], schema_registry_url="", topic_prefix=sys.argv[2])
    sys.exit(run_producers(settings, fixed_ids(), pace="max", exit_when_done=True, replay=True))
