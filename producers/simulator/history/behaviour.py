"""What becomes of a case: shares, delays and terms, from behaviour.toml, as the draws need them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import DAY_S
from producers.simulator.history.draws import share

Quantiles = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Terms:
    """The law's terms, calendar days; day 1 is the day after.

    Attributes:
        discount: half is enough, from delivery.
        considered: deemed considered, from delivery.
        appeal: after those.
        payment: from entry into force.
        liability: from the offence, to the issue.
        execution: from the issue of what cannot be delivered.
        repeat: from the completed execution of the earlier penalty.
    """

    discount: int
    considered: int
    appeal: int
    payment: int
    liability: int
    execution: int
    repeat: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Shares are draws below which they lie (draws.share), delays quantiles in seconds.

    Attributes:
        terms: the law's.
        established: of the lawful repeats, those priced so.
        unread: violations without a plate.
        rejected: of the others.
        never: of the others, not reviewed in time.
        double: reviews by two officers.
        disagree: of those.
        officers: how many.
        reasons: (reason, weight) of a rejection; the first belongs to unread plates.
        undelivered: of the issued.
        ways: (way, weight) of a delivery.
        discounted: of the delivered.
        full: of those whose penalty came into force.
        payers: (way, weight) of a payment.
        appealed: of those without discount.
        cancelled: of the appeals.
        waits: quantiles in seconds, by name.
        tuned_for: the [tuning] table, as it is.
    """

    terms: Terms
    established: int
    unread: int
    rejected: int
    never: int
    double: int
    disagree: int
    officers: int
    reasons: Mapping[str, int]
    undelivered: int
    ways: Mapping[str, int]
    discounted: int
    full: int
    payers: Mapping[str, int]
    appealed: int
    cancelled: int
    waits: Mapping[str, Quantiles]
    tuned_for: Mapping[str, Any]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "Behaviour":
        """Read and check the content of behaviour.toml.

        Raises:
            ValueError: a share that is none, delays that do not ascend, or one that overruns the law's term.
        """
        terms = Terms(**data["terms_days"])
        review, payment, appeal = data["review"], data["payment"], data["appeal"]
        waits = {
            "review": review["wait_s"],
            "look": review["look_s"],
            "issue": data["issue"]["wait_s"],
            "delivery": data["delivery"]["wait_s"],
            "discount": payment["discount_wait_s"],
            "full": payment["full_wait_s"],
            "court": appeal["wait_s"],
        }
        for name, values in waits.items():
            if list(values) != sorted(values) or values[0] < 0:
                raise ValueError(f"behaviour.toml: the delays of {name} are {values}; expected ascending ones")
        most = {
            "discount": terms.discount * DAY_S,
            "full": terms.payment * DAY_S,
            "review": (terms.liability - 1) * DAY_S - waits["issue"][-1],
        }
        for name, limit_s in most.items():
            if waits[name][-1] > limit_s:
                raise ValueError(f"behaviour.toml: {name} takes up to {waits[name][-1]} s; its term is {limit_s} s")
        return cls(
            terms=terms,
            established=share(data["repeat"]["established_ratio"]),
            unread=share(data["plate"]["unread_ratio"]),
            rejected=share(review["rejected_ratio"]),
            never=share(review["never_ratio"]),
            double=share(review["double_ratio"]),
            disagree=share(review["disagree_ratio"]),
            officers=int(review["officers"]),
            reasons=review["reasons"],
            undelivered=share(data["delivery"]["undelivered_ratio"]),
            ways=data["delivery"]["ways"],
            discounted=share(payment["discounted_ratio"]),
            full=share(payment["full_ratio"]),
            payers=payment["ways"],
            appealed=share(appeal["ratio"]),
            cancelled=share(appeal["cancelled_ratio"]),
            waits={name: np.array(values, np.int64) for name, values in waits.items()},
            tuned_for=data["tuning"],
        )


#: Longest time from an offence to the last step of its case, days: terms, delays and a margin.
LONGEST_CASE_DAYS: Final = 800
