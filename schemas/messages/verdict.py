"""Verdict: What an officer decided."""

from enum import StrEnum


class Verdict(StrEnum):
    """What an officer decided."""

    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
