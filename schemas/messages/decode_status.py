"""DecodeStatus: What became of a group: decoded, not sampled, no keyframe yet, undecodable, or its GOP is gone."""

from enum import StrEnum


class DecodeStatus(StrEnum):
    """What became of a group: decoded, not sampled, no keyframe yet, undecodable, or its GOP is gone."""

    DECODED = "DECODED"
    NOT_SAMPLED = "NOT_SAMPLED"
    NO_KEYFRAME = "NO_KEYFRAME"
    UNDECODABLE = "UNDECODABLE"
    GOP_GONE = "GOP_GONE"
