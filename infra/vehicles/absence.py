"""Absence: the vehicles that a complete table lacks, and when they may be taken out. Pure."""

from collections.abc import Collection, Sequence
from typing import Final

#: Share of the vehicles held that one table may lack. From one night to the next a city strikes off far less than one
#: in a hundred; a file that was cut off lacks much more. A choice.
MOST_ABSENT_RATIO: Final = 0.05


class AbsenceError(ValueError):
    """The table cannot say which vehicles are gone: it is older than what is held, or hardly complete."""


def absent(held: Collection[bytes], listed: Collection[bytes], most: int | None) -> Sequence[bytes]:
    """Return the sealed keys that are held and not listed, in order.

    Args:
        held: sealed keys of the vehicles that the topic holds.
        listed: those of the vehicles that the table has.
        most: how many may be absent; None: MOST_ABSENT_RATIO of those held.

    Raises:
        AbsenceError: there are more.
    """
    found = sorted(set(held) - set(listed))
    allowed = int(len(held) * MOST_ABSENT_RATIO) if most is None else most
    if len(found) > allowed:
        raise AbsenceError(
            f"the table lacks {len(found):,} of the {len(held):,} vehicles that are held; expected at most {allowed:,}."
            f" Nothing was written. Is the file whole? If it is: --most-removed {len(found)}"
        )
    return found
