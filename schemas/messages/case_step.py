"""CaseStep: Step of a case."""

from enum import StrEnum


class CaseStep(StrEnum):
    """Step of a case."""

    DETECTED = "DETECTED"
    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    ISSUED = "ISSUED"
    DELIVERED = "DELIVERED"
    DISCOUNTED = "DISCOUNTED"
    PAID = "PAID"
    APPEALED = "APPEALED"
    CANCELLED = "CANCELLED"
    IN_FORCE = "IN_FORCE"
    ENFORCED = "ENFORCED"
    LAPSED = "LAPSED"
    CHANGED = "CHANGED"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"
    REFUND_PART = "REFUND_PART"
    NOT_OPENED = "NOT_OPENED"
