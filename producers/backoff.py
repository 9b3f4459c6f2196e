"""How long to wait before the next attempt. Pure but for the randomness it is given."""

from collections.abc import Callable


class Backoff:
    """Doubling waits with a cap and jitter, so that cameras behind one failed switch do not return at once.

    Args:
        base_s: first wait.
        cap_s: longest wait.
        random: returns numbers from 0 up to 1.
    """

    def __init__(self, base_s: float, cap_s: float, random: Callable[[], float]) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._random = random
        self._attempts = 0

    def next_s(self) -> float:
        """Return the next wait: between half and all of min(cap, base x 2^attempts)."""
        ceiling = min(self._cap_s, self._base_s * 2.0 ** min(self._attempts, 30))
        self._attempts += 1
        return ceiling * (0.5 + 0.5 * self._random())

    def reset(self) -> None:
        """Begin anew, after a connection that lived."""
        self._attempts = 0
