"""Messages of `payments`: few columns, money."""

from infra.chaos.sinks.shapes.shape import BEGIN_US, Record, Shape, joined, nullable, or_null

_KINDS = ("DELIVERED", "PAYMENT", "APPEAL", "COURT_DECISION")
_OUTCOMES = (None, "upheld", "annulled", "срок пропущен")


def _make(number: int, bits: int, padding_bytes: int) -> Record:
    return {
        "payment_id": f"p-{number}",
        "case_id": f"c-{bits % 9973}",
        "kind": _KINDS[bits >> 14 & 3],
        "amount_kzt": bits >> 16 & 0xFFFFF,
        "reference": f"т-{bits >> 36 & 0xFFFF:04x}" + "x" * padding_bytes,
        "outcome": _OUTCOMES[bits >> 52 & 3],
        "happened_at_us": BEGIN_US + (bits >> 20 & 0x3FFFFFFF),
    }


def _text(r: Record) -> str:
    return (
        f"{r['payment_id']}|{r['case_id']}|{r['kind']}|{r['amount_kzt']}|{r['reference']}|{or_null(r['outcome'])}"
        f"|{r['happened_at_us']}"
    )


_COMMON = ("payment_id", "case_id", "kind", "amount_kzt", "reference", nullable("outcome"))

PAYMENTS = Shape(
    "payments",
    _make,
    _text,
    joined(*_COMMON, "happened_at_us"),
    joined(*_COMMON, "toUnixTimestamp64Micro(happened_at)"),
    ("happened_at_us",),
)
