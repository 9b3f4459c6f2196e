"""The breaker: a stage whose messages are mostly unusable stops instead of draining its topic into dead-letters."""

from collections import deque


class Breaker:
    """Counts dead letters over a sliding window of messages, batch by batch. Pure.

    It opens where the window holds more dead letters than `share_ratio` of a full window, so a few bad messages after
    a start do not open it, and one batch of nothing but rubbish does.

    Args:
        window_messages: messages it looks at.
        share_ratio: share of dead letters that is still allowed, 0 to 1.
    """

    def __init__(self, window_messages: int, share_ratio: float) -> None:
        self._window = window_messages
        self._most = share_ratio * window_messages
        self._batches: deque[tuple[int, int]] = deque()
        self._messages = 0
        self._dead = 0

    def opens(self, dead: int) -> bool:
        """Return whether a batch with so many dead letters opens the breaker."""
        return dead > 0 and self._dead + dead > self._most

    def dead_in_window(self) -> int:
        """Return the dead letters of the batches before this one."""
        return self._dead

    def add(self, messages: int, dead: int) -> None:
        """Count a batch that was let through."""
        self._batches.append((messages, dead))
        self._messages += messages
        self._dead += dead
        while self._batches and self._messages - self._batches[0][0] >= self._window:
            old_messages, old_dead = self._batches.popleft()
            self._messages -= old_messages
            self._dead -= old_dead
