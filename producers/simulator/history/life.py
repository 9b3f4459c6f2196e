"""The course of cases: how each ends and when each step is taken, by draws and by the law's terms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import DAY_S, SECOND_US, AlmatyDays
from producers.simulator.history.behaviour import Behaviour
from producers.simulator.history.draws import Draws, quantile
from producers.simulator.history.fate import APPEALED, PAYS, STEPS, Fate

Instants = NDArray[np.int64]
_AT = {step: number for number, step in enumerate(STEPS)}
#: From the picture to the proposal, and from a decision of the treasury to its step, seconds.
DETECTION_S = 4
#: When the office hands unpaid penalties over, seconds after midnight.
OFFICE_OPENS_S = 9 * 3600


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The courses of N cases.

    Instants are microseconds since the Unix epoch; those of steps that a case does not take are what they
    would have been.

    Attributes:
        fate: (N,) int64, codes of Fate.
        unread: (N,) bool, the plate was not read: rejected for that.
        steps_us: (N, steps) instants in the order of fate.STEPS.
        ruled_us: (N,) instants of the court's decision on an appeal.
        executed_us: (N,) instants of the payment that closed the case; 0: none did.
    """

    fate: NDArray[np.int64]
    unread: NDArray[np.bool_]
    steps_us: NDArray[np.int64]
    ruled_us: Instants
    executed_us: Instants

    def at(self, step: str) -> Instants:
        """Return (N,) the instants of one step."""
        found: Instants = self.steps_us[:, _AT[step]]
        return found


def lives(
    numbers: NDArray[np.int64],
    occurred_us: Instants,
    court: NDArray[np.bool_],
    draws: Draws,
    calendar: AlmatyDays,
    behaviour: Behaviour,
) -> Life:
    """Return the courses of N cases.

    Args:
        numbers: (N,) of the violations.
        occurred_us: (N,) instants of the offences.
        court: (N,) bool, the sanction is a judge's.
        draws: the seed's.
        calendar: days that hold every step.
        behaviour: shares, delays, terms.
    """
    terms, waits = behaviour.terms, behaviour.waits
    unread = draws.draw("plate", numbers) < behaviour.unread
    fate = _fates(numbers, unread, court, draws, behaviour)

    def after(begin_us: Instants, stream: str, name: str | None = None) -> Instants:
        return begin_us + quantile(draws.draw(stream, numbers), waits[name or stream]) * SECOND_US

    def end_of_term(day: NDArray[np.int64], days: int) -> Instants:
        """Return the instants at which a term ends whose first day follows `day`."""
        found: Instants = calendar.midnights_us[day + days + 1]
        return found

    detected_us = occurred_us + DETECTION_S * SECOND_US
    decided_us = after(detected_us, "review")
    issued_us = after(decided_us, "issue")
    delivered_us = after(issued_us, "delivery")
    delivered_day = calendar.of(delivered_us)
    appeal_opens_us = end_of_term(delivered_day, terms.considered)
    appealed_us = appeal_opens_us + draws.below("appeal: when", numbers, terms.appeal * DAY_S) * SECOND_US
    ruled_us = after(appealed_us, "court")
    untouched_us = end_of_term(delivered_day, terms.considered + terms.appeal)
    in_force_us = np.where(APPEALED[fate], ruled_us, untouched_us)
    term_ends_us = end_of_term(calendar.of(in_force_us), terms.payment)
    full_us = after(in_force_us, "full")
    discounted_us = after(delivered_us, "discount")
    lapsed_us = np.where(
        fate == Fate.NEVER_REVIEWED,
        end_of_term(calendar.of(occurred_us), terms.liability),
        end_of_term(calendar.of(issued_us), terms.execution),
    )
    instants = {
        "DETECTED": detected_us,
        "CONFIRMED": decided_us,
        "REJECTED": decided_us,
        "ISSUED": issued_us,
        "DELIVERED": delivered_us,
        "DISCOUNTED": discounted_us,
        "APPEALED": appealed_us,
        "CANCELLED": ruled_us,
        "IN_FORCE": in_force_us,
        "PAID": full_us,
        "ENFORCED": term_ends_us + OFFICE_OPENS_S * SECOND_US,
        "LAPSED": lapsed_us,
    }
    paid_us = np.where(fate == Fate.DISCOUNTED, discounted_us, full_us)
    return Life(
        fate,
        unread,
        np.stack([instants[step] for step in STEPS], axis=1),
        ruled_us,
        np.where(PAYS[fate], paid_us, 0),
    )


def _fates(
    numbers: NDArray[np.int64],
    unread: NDArray[np.bool_],
    court: NDArray[np.bool_],
    draws: Draws,
    behaviour: Behaviour,
) -> NDArray[np.int64]:
    """Draw the ends of cases: the first question that a case fails decides."""
    review = draws.draw("verdict", numbers)
    pays = draws.draw("pays in full", numbers) < behaviour.full
    appealed = draws.draw("appeals", numbers) < behaviour.appealed
    cancelled = draws.draw("appeal: outcome", numbers) < behaviour.cancelled
    questions = [
        (unread, Fate.REJECTED),
        (review < behaviour.rejected, Fate.REJECTED),
        (review >= (1 << 32) - behaviour.never, Fate.NEVER_REVIEWED),
        (court, Fate.COURT),
        (draws.draw("delivered", numbers) < behaviour.undelivered, Fate.UNDELIVERED),
        (draws.draw("takes the discount", numbers) < behaviour.discounted, Fate.DISCOUNTED),
        (appealed & cancelled, Fate.APPEALED_CANCELLED),
        (appealed & pays, Fate.APPEALED_PAID),
        (appealed, Fate.APPEALED_ENFORCED),
        (pays, Fate.PAID),
    ]
    return np.select(
        [condition for condition, _ in questions], [np.int64(end) for _, end in questions], np.int64(Fate.ENFORCED)
    )
