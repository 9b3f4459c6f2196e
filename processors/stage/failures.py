"""How a stage ends when it cannot go on, and what the supervisor makes of the exit status."""

import os
from typing import Final

#: A stage stopped because too many messages were unusable; a restart meets the same messages.
EXIT_BREAKER: Final = os.EX_DATAERR
#: Kafka did not answer, or a topic is missing or of another shape; `vigil topics apply` mends the latter.
EXIT_NOT_READY: Final = os.EX_CONFIG
#: Anything unexpected: restart the process.
EXIT_CRASH: Final = os.EX_SOFTWARE


class StageStoppedError(RuntimeError):
    """The stage must stop; the text is for the operator.

    Attributes:
        status: exit status of the process.
    """

    status: int = EXIT_CRASH


class NotReadyError(StageStoppedError):
    """Something outside the stage must be set up first."""

    status = EXIT_NOT_READY


class BreakerOpenError(StageStoppedError):
    """Too large a share of the messages is unusable."""

    status = EXIT_BREAKER


class AbandonedError(Exception):
    """The batch at hand was given up (a rebalance, or the stage stops); its messages come again, to their new owner."""


class TooLargeError(ValueError):
    """An output or a state does not fit its topic."""


class MissingVersionsError(LookupError):
    """Messages need registry versions that this stage has not read yet.

    Attributes:
        missing: pairs of camera_id and version.
    """

    def __init__(self, missing: frozenset[tuple[str, int]]) -> None:
        camera_id, version = min(missing)
        super().__init__(
            f"registry version {version} of camera {camera_id} is not in the cameras topic yet"
            + (f", nor are {len(missing) - 1} others" if len(missing) > 1 else "")
        )
        self.missing = missing
