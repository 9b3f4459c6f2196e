"""Payment: What the treasury, couriers or courts report on a case."""

from dataclasses import dataclass

from schemas.messages.payment_kind import PaymentKind


@dataclass(frozen=True, slots=True)
class Payment:
    """What the treasury, couriers or courts report on a case.

    Attributes:
        payment_id: Identifier given by the reporter.
        case_id: The case.
        kind: What is reported.
        amount_kzt: Amount paid or given back, tenge; of a fine that a court changed, the new fine; 0 elsewhere.
        reference: The reporter's reference.
        outcome: Outcome of a court decision: upheld, changed or cancelled.
        happened_at_us: When it happened, microseconds since the Unix epoch.
    """

    payment_id: str
    case_id: str
    kind: PaymentKind
    amount_kzt: int
    reference: str
    outcome: str | None
    happened_at_us: int
