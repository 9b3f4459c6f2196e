"""Stops the sink rather than drain a topic into dead-letters. Pure."""

from collections import deque

from sinks.clickhouse.settings import BreakerSettings


class BreakerOpenError(RuntimeError):
    """Too many of a topic's messages are unusable; a person must look before the sink goes on."""


class Breaker:
    """Counts one topic's dead letters over its last messages.

    Args:
        topic: for the error's text.
        settings: the window and the share allowed.
    """

    def __init__(self, topic: str, settings: BreakerSettings) -> None:
        self._topic = topic
        self._settings = settings
        self._ranges: deque[tuple[int, int]] = deque()
        self._messages = 0
        self._dead = 0

    def count(self, messages: int, dead: int) -> None:
        """Count a range that was let through.

        Args:
            messages: all its messages.
            dead: those of them that were dead-lettered.
        """
        self._ranges.append((messages, dead))
        self._messages += messages
        self._dead += dead
        while self._messages - self._ranges[0][0] >= self._settings.window_messages:
            old_messages, old_dead = self._ranges.popleft()
            self._messages -= old_messages
            self._dead -= old_dead

    def check(self, messages: int, dead: int, reason: str) -> None:
        """Ask whether a range's unusable messages may be dead-lettered.

        Args:
            messages: messages of the range.
            dead: those of them that are unusable.
            reason: why the last one is.

        Raises:
            BreakerOpenError: they would be more than the window allows; none of them may be dead-lettered.
        """
        window = max(self._settings.window_messages, messages)
        if self._dead + dead > self._settings.share_ratio * window:
            raise BreakerOpenError(
                f"{self._topic}: {self._dead + dead} of the last {window} messages are unusable, more than"
                f" {self._settings.share_ratio:.0%}; the last reason: {reason}. Nothing past them is committed: see"
                " what writes them, then start the sink again"
            )
