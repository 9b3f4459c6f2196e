"""What can be done to the connections between the sink and ClickHouse."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What a proxy does to the connections that pass through it."""

    SLOW = "slow"
    HOLD = "hold"
    BLACK_HOLE = "black-hole"
    REFUSE = "refuse"
    CUT = "cut"
    CUT_REQUEST = "cut-request"
    CUT_ANSWER = "cut-answer"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the network.

    Attributes:
        kind: SLOW: every piece of data comes latency_s late. HOLD: nothing moves, and goes on afterwards. BLACK_HOLE:
            bytes are taken and dropped; a connection that lost some is reset at the end, for TCP loses no byte
            otherwise. REFUSE: open connections are reset, and new ones at once. CUT: open connections are reset now.
            CUT_REQUEST: the connection that carries the after_bytes-th byte to the server is reset there.
            CUT_ANSWER: the server has worked, and the connection is reset in place of its answer.
        lasts_s: how long SLOW, HOLD, BLACK_HOLE and REFUSE last, seconds.
        latency_s: of SLOW, seconds.
        after_bytes: of CUT_REQUEST, bytes to the server from now on, over all connections.
        times: of CUT_REQUEST and CUT_ANSWER, how many connections are reset.
    """

    kind: FaultKind
    lasts_s: float = 0.0
    latency_s: float = 0.0
    after_bytes: int = 0
    times: int = 1
