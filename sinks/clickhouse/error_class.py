"""What an error of ClickHouse asks for: try again, wait for a person, or look for the bad record. Pure."""

from enum import StrEnum
from typing import Final

TOO_MANY_PARTS: Final = 252
STD_EXCEPTION: Final = 1001


class Remedy(StrEnum):
    """What helps against an error."""

    AGAIN = "again"
    PERSON = "person"
    CONTENT = "content"


#: ClickHouse's codes (src/Common/ErrorCodes.cpp) for trouble that passes.
_PASSES: Final = frozenset({
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    202,  # TOO_MANY_SIMULTANEOUS_QUERIES
    203,  # NO_FREE_CONNECTION
    209,  # SOCKET_TIMEOUT
    210,  # NETWORK_ERROR
    225,  # NO_ZOOKEEPER
    236,  # ABORTED
    241,  # MEMORY_LIMIT_EXCEEDED
    242,  # TABLE_IS_READ_ONLY: a replica that has lost its Keeper session
    279,  # ALL_CONNECTION_TRIES_FAILED
    285,  # TOO_FEW_LIVE_REPLICAS
    286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
    319,  # UNKNOWN_STATUS_OF_INSERT
    394,  # QUERY_WAS_CANCELLED
    425,  # SYSTEM_ERROR
    439,  # CANNOT_SCHEDULE_TASK
    473,  # DEADLOCK_AVOIDED
    499,  # S3_ERROR
    999,  # KEEPER_EXCEPTION
})  # fmt: skip
#: Codes that a damaged or impossible message causes.
_CONTENT: Final = frozenset({
    6,    # CANNOT_PARSE_TEXT
    26,   # CANNOT_PARSE_QUOTED_STRING
    27,   # CANNOT_PARSE_INPUT_ASSERTION_FAILED
    32,   # ATTEMPT_TO_READ_AFTER_EOF
    33,   # CANNOT_READ_ALL_DATA
    38,   # CANNOT_PARSE_DATE
    41,   # CANNOT_PARSE_DATETIME
    69,   # ARGUMENT_OUT_OF_BOUND
    72,   # CANNOT_PARSE_NUMBER
    117,  # INCORRECT_DATA
    128,  # TOO_LARGE_ARRAY_SIZE
    131,  # TOO_LARGE_STRING_SIZE
    190,  # SIZES_OF_ARRAYS_DONT_MATCH
    321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    376,  # CANNOT_PARSE_UUID
    407,  # DECIMAL_OVERFLOW
    469,  # VIOLATED_CONSTRAINT
    691,  # UNKNOWN_ELEMENT_OF_ENUM
})  # fmt: skip


def remedy_of(code: int | None, text: str) -> Remedy:
    """Return what helps against an error.

    A code that is not known here waits for a person: nothing is lost, nothing is thrown away, and it is tried again
    at the longest pause.

    Args:
        code: ClickHouse's error code; None: there was no answer (network, time-out).
        text: the error's text; some codes stand for two things.
    """
    if code is None or code in _PASSES:
        return Remedy.AGAIN
    if code == TOO_MANY_PARTS:
        # the same code says that a block would make too many partitions, which no waiting cures
        return Remedy.PERSON if "partitions" in text.lower() else Remedy.AGAIN
    if code == STD_EXCEPTION:
        # damaged Avro surfaces as an exception of the Avro library
        return Remedy.CONTENT if "avro::" in text else Remedy.AGAIN
    return Remedy.CONTENT if code in _CONTENT else Remedy.PERSON
