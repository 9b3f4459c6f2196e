"""Compile what numba compiles in the stages and in the test city: a minute once a checkout, not once a process.

    .venv/bin/python -m infra.setup.compiled_code

numba keeps the machine code beside the sources (or in NUMBA_CACHE_DIR) and makes it anew where they change. Processes
that start side by side, as a stack's do, would each compile the same.
"""

from infra.scale.stage_sample import sample_stages
from producers.simulator.city_clock import START_US

#: Any seed will do: a few cameras for a few seconds go through every kernel.
SEED, CAMERAS, SECONDS, GAP_S = 7, 4, 3, 30.0


def main() -> None:
    """Send a small city through the stages' cores."""
    sample_stages(SEED, CAMERAS, START_US, SECONDS, GAP_S)


if __name__ == "__main__":
    main()
