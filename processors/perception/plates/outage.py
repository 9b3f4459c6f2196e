"""Outage: while a plate model is away, who may try it again, and what is said of it.

Detections go out without plates then. Each group that tried would wait for the tries and deadlines of its requests, so
one group at a time does, after pauses that grow; the others do not ask.
"""

import logging
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

#: Between two tries, seconds: a short outage costs few plates, a long one few waits.
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
#: Between two lines in the log while models fail, seconds.
LOG_EVERY_S: Final = 60.0


class Outage:
    """Whether the plate models are away.

    Args:
        clock: seconds that only go forward.

    Attributes:
        away: the last try failed.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.away = False
        self._trying = False
        self._pause_s = FIRST_PAUSE_S
        self._again_at_s = 0.0
        self._logged_at_s: float | None = None
        self._unread = 0

    def may_try(self) -> bool:
        """Say whether a group may ask the models; while they are away, who may must say `tried` in the end."""
        if not self.away:
            return True
        if self._trying or self._clock() < self._again_at_s:
            self._unread += 1
            return False
        self._trying = True
        return True

    def tried(self) -> None:
        """End a try, whatever came of it."""
        self._trying = False

    def failed(self, reason: str, *, probe: bool) -> None:
        """Take note of a failure; `probe`: of a try while they were away already."""
        self._unread += 1
        if self.away and not probe:  # groups that asked beside the one that failed first
            return
        self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2) if probe else FIRST_PAUSE_S
        self.away = True
        now_s = self._clock()
        self._again_at_s = now_s + self._pause_s
        if self._logged_at_s is None or now_s - self._logged_at_s >= LOG_EVERY_S:
            self._logged_at_s = now_s
            log.error(
                "plates are not read: %s. Detections go out without them, %d groups so far; the models are tried again"
                " at least every %.0f s",
                reason,
                self._unread,
                LONGEST_PAUSE_S,
            )

    def over(self) -> None:
        """Take note that the models answer again."""
        log.warning("plates are read again; %d groups went out without", self._unread)
        self.away, self._unread = False, 0
