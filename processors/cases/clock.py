"""Clock: a report tells of what has happened, not of what will. Pure."""

from typing import Final

from processors.cases.impossible import ImpossibleError
from schemas.messages import Payment, Review

#: Clocks of couriers, the treasury and desks may be ahead of Kafka's by so much, microseconds. A choice: any that is
#: set by network time is within seconds.
MOST_AHEAD_US: Final = 600_000_000


def check_clock(message: Review | Payment, written_at_us: int) -> None:
    """Refuse a review or a report that tells of an instant after it was written.

    Args:
        message: the review or report.
        written_at_us: when its command was written, by its record in Kafka, microseconds since the Unix epoch.

    Raises:
        ImpossibleError: it cannot have happened yet.
    """
    at_us = message.decided_at_us if isinstance(message, Review) else message.happened_at_us
    if at_us <= written_at_us + MOST_AHEAD_US:
        return
    what = f"review of {message.officer_id}" if isinstance(message, Review) else message.kind.value
    raise ImpossibleError(
        f"case {message.case_id}: {what} is said to have happened {(at_us - written_at_us) / 86_400e6:,.1f} days after"
        " it was written; expected an instant that has come; correct the day, and report it under an id of its own"
    )
