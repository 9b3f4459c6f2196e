"""ReviewSubject: What a review is about."""

from enum import StrEnum


class ReviewSubject(StrEnum):
    """What a review is about."""

    CASE = "CASE"
    INCIDENT = "INCIDENT"
