"""SectionEnd: Which end of a section of controlled average speed."""

from enum import StrEnum


class SectionEnd(StrEnum):
    """Which end of a section of controlled average speed."""

    START = "START"
    END = "END"
