"""Severity: How urgent the incident is."""

from enum import StrEnum


class Severity(StrEnum):
    """How urgent the incident is."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    CRITICAL = "CRITICAL"
