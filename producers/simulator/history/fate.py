"""How a case can end, and which steps, reviews and reports lie on the way there."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Fate(IntEnum):
    """The end of a case as it is known at the end of the payment term."""

    REJECTED = 0
    NEVER_REVIEWED = 1
    COURT = 2
    UNDELIVERED = 3
    DISCOUNTED = 4
    PAID = 5
    ENFORCED = 6
    APPEALED_CANCELLED = 7
    APPEALED_PAID = 8
    APPEALED_ENFORCED = 9


#: Steps of a case (schemas/messages/case_step.py) in the order in which they can follow each other.
STEPS: Final = (
    "DETECTED", "CONFIRMED", "REJECTED", "ISSUED", "DELIVERED", "DISCOUNTED", "APPEALED", "CANCELLED", "IN_FORCE",
    "PAID", "ENFORCED", "LAPSED",
)  # fmt: skip
#: Reports of couriers, courts and the treasury (schemas/messages/payment_kind.py), in their order.
REPORTS: Final = ("DELIVERED", "APPEAL", "COURT_DECISION", "PAYMENT")

_ISSUED: Final = ("DETECTED", "CONFIRMED", "ISSUED")
_DELIVERED: Final = (*_ISSUED, "DELIVERED")
_WAYS: Final[Mapping[Fate, tuple[str, ...]]] = {
    Fate.REJECTED: ("DETECTED", "REJECTED"),
    Fate.NEVER_REVIEWED: ("DETECTED", "LAPSED"),
    Fate.COURT: ("DETECTED", "CONFIRMED"),
    Fate.UNDELIVERED: (*_ISSUED, "LAPSED"),
    Fate.DISCOUNTED: (*_DELIVERED, "DISCOUNTED"),
    Fate.PAID: (*_DELIVERED, "IN_FORCE", "PAID"),
    Fate.ENFORCED: (*_DELIVERED, "IN_FORCE", "ENFORCED"),
    Fate.APPEALED_CANCELLED: (*_DELIVERED, "APPEALED", "CANCELLED"),
    Fate.APPEALED_PAID: (*_DELIVERED, "APPEALED", "IN_FORCE", "PAID"),
    Fate.APPEALED_ENFORCED: (*_DELIVERED, "APPEALED", "IN_FORCE", "ENFORCED"),
}
_PAYS: Final = (Fate.DISCOUNTED, Fate.PAID, Fate.APPEALED_PAID)


def _reports(fate: Fate) -> set[str]:
    way = _WAYS[fate]
    out = {"DELIVERED"} & set(way)
    out |= {"APPEAL", "COURT_DECISION"} if "APPEALED" in way else set()
    return out | ({"PAYMENT"} if fate in _PAYS else set())


#: (fates, steps) bool: which steps a case of each fate takes.
TAKES: Final[NDArray[np.bool_]] = np.array([[step in _WAYS[fate] for step in STEPS] for fate in Fate])
#: (fates, reports) bool: what is reported of it.
REPORTED: Final[NDArray[np.bool_]] = np.array([[report in _reports(fate) for report in REPORTS] for fate in Fate])
#: (fates,) bool.
REVIEWED: Final[NDArray[np.bool_]] = np.array([fate is not Fate.NEVER_REVIEWED for fate in Fate])
ISSUED: Final[NDArray[np.bool_]] = np.array(["ISSUED" in _WAYS[fate] for fate in Fate])
DELIVERED: Final[NDArray[np.bool_]] = np.array(["DELIVERED" in _WAYS[fate] for fate in Fate])
APPEALED: Final[NDArray[np.bool_]] = np.array(["APPEALED" in _WAYS[fate] for fate in Fate])
PAYS: Final[NDArray[np.bool_]] = np.array([fate in _PAYS for fate in Fate])
