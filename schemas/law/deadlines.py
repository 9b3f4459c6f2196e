"""The days that follow from the delivery of a prescription."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Local days, all included.

    Attributes:
        discount_until: last day on which the discounted sum is enough (art. 811).
        considered_on: day at whose end the case is deemed considered (art. 817).
        appeal_until: last day of an appeal (art. 826-2).
        in_force_on: day on which it enters into force, where nobody appealed: the day after.
        payment_until: last day of payment; then enforcement (art. 893, 894).
    """

    discount_until: date
    considered_on: date
    appeal_until: date
    in_force_on: date
    payment_until: date
