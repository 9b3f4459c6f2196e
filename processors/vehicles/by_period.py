"""ByPeriod: what is kept of a city's vehicles, quarter by quarter, at most so many; old quarters make room."""

import logging
import re
from typing import Final, Generic, TypeVar

log = logging.getLogger(__name__)
#: Quarters that never make room: the table of the next one is imported while the present one is looked up.
NEWEST_KEPT: Final = 2
_PERIOD: Final = re.compile(r"20\d\d-q[1-4]")
#: An HMAC-SHA-256; a plate can look like hexadecimal digits, and is never so long.
KEY_BYTES: Final = 32

V = TypeVar("V")


class ByPeriod(Generic[V]):
    """Values by sealed key, in the quarter whose key sealed it; put() and remove() by one thread, the rest by another.

    Args:
        topic: where the values come from, for the log.
        most: values kept. Beyond, the oldest quarter is dropped, unless it is one of the newest two; then values are
            left out. Either is one line in the log, each time for a quarter and once.
    """

    def __init__(self, topic: str, most: int) -> None:
        self._topic = topic
        self._most = most
        self._of: dict[str, dict[bytes, V]] = {}
        self._dropped = ""
        self.left_out = 0

    def put(self, period: str, name: bytes, value: V) -> None:
        """Keep a value; it takes the place of the key's earlier one. One of a quarter that was dropped is not kept."""
        if not _PERIOD.fullmatch(period):
            self._leave_out("an entry of %s names no quarter such as 2026-q4: it is left out", self._topic)
            return
        if period <= self._dropped:
            return
        own = self._of.get(period)
        if own is None or name not in own:
            while len(self) >= self._most and self._drop(period):
                pass
            if len(self) >= self._most:
                self._leave_out("more than %d vehicles in %s: the rest is left out", self._most, self._topic)
                return
        if own is None:
            own = {}
            # a new dictionary: the other thread may be going through the old one
            self._of = {**self._of, period: own}
        own[name] = value

    def remove(self, name: bytes) -> None:
        """Forget a key; one that is not here is none to forget."""
        for of in self._of.values():
            of.pop(name, None)

    def _drop(self, newcomer: str) -> bool:
        """Drop the oldest quarter to make room for an entry of this one; False: none may go."""
        oldest = min(self._of, default=newcomer)
        if newcomer <= oldest or len({*self._of, newcomer}) <= NEWEST_KEPT:
            return False
        log.warning("%d vehicles of %s under the key of %s make room", len(self._of[oldest]), self._topic, oldest)
        self._of = {period: of for period, of in self._of.items() if period != oldest}
        self._dropped = oldest
        return True

    def _leave_out(self, sentence: str, *values: object) -> None:
        self.left_out += 1
        if self.left_out == 1:
            log.error(sentence, *values)

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    def get(self, name: bytes) -> V | None:
        """Return what is kept of a key, or None."""
        for of in self._of.values():
            # one step: the other thread may remove it between two
            found = of.get(name)
            if found is not None:
                return found
        return None


def sealed_key(text: str) -> bytes | None:
    """Return a vehicle's sealed key out of its hexadecimal digits; None: it is none, and may be a plate."""
    try:
        name = bytes.fromhex(text)
    except ValueError:
        return None
    return name if len(name) == KEY_BYTES else None
