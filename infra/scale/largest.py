"""Finds the largest number of cameras that a machine holds in step with the clock. Pure but for what it tries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: The search ends when the largest that held and the smallest that did not are this near to each other.
NEAR_RATIO: Final = 1.25
#: A run is in step if it ends this much after the clock at the most, seconds, or this share of its length.
LATE_S: Final = 1.0
LATE_RATIO: Final = 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """One run in step with the clock.

    Attributes:
        cameras: how many.
        seconds: how long, of the city's time.
        elapsed_s: until the last message was made.
        cpu_s: of the processes that made them.
        counts: by topic, messages and bytes.
    """

    cameras: int
    seconds: int
    elapsed_s: float
    cpu_s: float
    counts: Mapping[str, Sequence[int]]

    @property
    def late_s(self) -> float:
        """How long after the clock it ended."""
        return max(0.0, self.elapsed_s - self.seconds)

    @property
    def held(self) -> bool:
        """Whether it kept in step."""
        return self.late_s <= max(LATE_S, LATE_RATIO * self.seconds)


def largest_held(attempt: Callable[[int], Trial], first: int, most: int) -> Sequence[Trial]:
    """Return all trials: doubled or halved from the first until one holds and one does not, then the middle of them.

    Args:
        attempt: makes a run of so many cameras.
        first: to begin with.
        most: no more are asked for.
    """
    trials: list[Trial] = []
    low, high, cameras = 0, most + 1, min(first, most)
    while True:
        trial = attempt(cameras)
        trials.append(trial)
        if trial.held:
            low = cameras
        else:
            high = cameras
        if low >= most or high <= 1 or (low and high <= NEAR_RATIO * low) or high - low <= 1:
            return trials
        if not low:
            cameras = max(1, high // 2)
        elif high > most:
            cameras = min(most, low * 2)
        else:
            cameras = round((low * high) ** 0.5)


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """Return the largest that held; None: not one did."""
    return max((one for one in trials if one.held), key=lambda one: one.cameras, default=None)
