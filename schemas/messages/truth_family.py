"""TruthFamily: What a true event is to the product: a traffic violation or an incident."""

from enum import StrEnum


class TruthFamily(StrEnum):
    """What a true event is to the product: a traffic violation or an incident."""

    VIOLATION = "VIOLATION"
    INCIDENT = "INCIDENT"
