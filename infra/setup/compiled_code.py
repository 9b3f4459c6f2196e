"""Compile what numba compiles in stages, sink and test city: a minute once a checkout, not once a process.

    .venv/bin/python -m infra.setup.compiled_code

numba keeps the machine code beside the sources (or in NUMBA_CACHE_DIR) and makes it anew where they change. Processes
that start side by side, as a stack's do, would each compile the same.
"""

from infra.scale.stage_sample import sample_stages
from producers.simulator.camera_datums import CameraDatums
from producers.simulator.city import build_city
from producers.simulator.city_clock import START_US
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.traffic.conveyor import Conveyor
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds
from sinks.clickhouse import block_layout

#: Any seed will do: a few cameras for a few seconds go through every kernel.
SEED, CAMERAS, SECONDS, GAP_S = 7, 4, 3, 30.0


def main() -> None:
    """Send a small city through the stages' cores and a second of it as a run does; load what reads and stores."""
    MessageCodec(FixedSchemaIds()).warm_up()
    block_layout.warm_up()
    sample_stages(SEED, CAMERAS, START_US, SECONDS, GAP_S)
    city, noise = build_city(SEED, CAMERAS), NoiseModel.load()
    shard = Shard(city, range(len(city.sites)), RunPlan(START_US, 1, GAP_S), noise, CameraDatums)
    traffic = Conveyor(city, START_US)
    shard.begin(traffic.second())
    for _ in shard.second(traffic.second()):
        pass


if __name__ == "__main__":
    main()
