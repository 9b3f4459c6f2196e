"""The city's clock: which second of which camera is when."""

from typing import Final

from producers.simulator.seeds import stream_number

#: The city's first second unless told otherwise: Monday, 4 May 2026, 07:00 in Almaty.
START_US: Final = 1_777_860_000_000_000
SECOND_US: Final = 1_000_000
#: Packets of one camera-second: cameras give 25 frames a second.
PACKETS: Final = 25


def phase_us(seed: int, camera: int) -> int:
    """Return how far a camera's seconds begin after the city's: 0 to 999 ms; cameras do not run in step."""
    return stream_number(seed, "phase", camera) % 1000 * 1000


def sample_packets(fps: float) -> tuple[int, ...]:
    """Return the packets of a second that are sampled at a rate."""
    return tuple(int(n * PACKETS / fps) for n in range(max(1, round(fps))))
