"""LeadKind: What is said against a vehicle."""

from enum import StrEnum


class LeadKind(StrEnum):
    """What is said against a vehicle."""

    NO_INSPECTION = "NO_INSPECTION"
    NO_INSURANCE = "NO_INSURANCE"
    WANTED = "WANTED"
    FALSE_PLATE = "FALSE_PLATE"
