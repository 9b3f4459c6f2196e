"""ErrorClass: Why a message was refused: bytes, schema id, content, handler, the store, or its size."""

from enum import StrEnum


class ErrorClass(StrEnum):
    """Why a message was refused: bytes, schema id, content, handler, the store, or its size."""

    DECODE = "DECODE"
    UNKNOWN_SCHEMA = "UNKNOWN_SCHEMA"
    INVALID = "INVALID"
    HANDLER = "HANDLER"
    CONTENT = "CONTENT"
    TOO_LARGE = "TOO_LARGE"
