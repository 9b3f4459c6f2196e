"""Messages of `case-events`: many short texts, a key of two columns, an entity with a life behind it."""

from infra.chaos.sinks.shapes.shape import BEGIN_US, Record, Shape, joined, nullable, or_null

_STEPS = ("DETECTED", "CONFIRMED", "ISSUED", "DELIVERED", "PAID", "CANCELLED", "IN_FORCE", "LAPSED")
_ARTICLES = (None, "592-1", "596-3", "ст. 600")


def _make(number: int, bits: int, padding_bytes: int) -> Record:
    happened_at_us = BEGIN_US + (bits >> 20 & 0x3FFFFFFF)
    return {
        "case_id": f"c-{number // 4}",
        "revision": number % 4 + 1,
        "step": _STEPS[bits & 7],
        "vehicle_key": f"{bits:016x}",
        "violation_id": f"v-{number // 4}",
        "kind": ("speeding", "wrong_way", "stop_line")[bits % 3],
        "camera_id": f"ALA-{bits >> 3 & 0xFF:04d}",
        "site_id": f"S-{bits >> 11 & 0x3F}",
        "district": ("Алмалинский", "Ауэзовский", "Medeu")[bits >> 17 & 1],
        "owner": ("PUBLIC", "PRIVATE")[bits >> 18 & 1],
        "article": _ARTICLES[bits >> 19 & 3],
        "tariff_version": None if bits >> 21 & 1 else "2026.1",
        "amount_kzt": bits >> 22 & 0xFFFFF,
        "offence_at_us": BEGIN_US - (bits >> 30 & 0xFFFFF),
        "happened_at_us": happened_at_us,
        "reason": f"r{bits & 0xF}" + "y" * padding_bytes,
        "commands_partition": bits >> 42 & 3,
        "commands_offset": bits >> 44 & 0xFFFF,
    }


def _text(r: Record) -> str:
    return (
        f"{r['case_id']}|{r['revision']}|{r['step']}|{r['vehicle_key']}|{r['violation_id']}|{r['kind']}|{r['camera_id']}"
        f"|{r['site_id']}|{r['district']}|{r['owner']}|{or_null(r['article'])}|{or_null(r['tariff_version'])}"
        f"|{r['amount_kzt']}|{r['offence_at_us']}|{r['happened_at_us']}|{r['reason']}|{r['commands_partition']}"
        f"|{r['commands_offset']}"
    )


def _sql(offence_at_us: str, happened_at_us: str) -> str:
    return joined(
        *("case_id", "revision", "`step`", "vehicle_key", "violation_id", "kind", "camera_id", "site_id", "district"),
        *("owner", nullable("article"), nullable("tariff_version"), "amount_kzt", offence_at_us, happened_at_us),
        *("reason", "commands_partition", "commands_offset"),
    )


CASE_EVENTS = Shape(
    "case-events",
    _make,
    _text,
    _sql("offence_at_us", "happened_at_us"),
    _sql("toUnixTimestamp64Micro(offence_at)", "toUnixTimestamp64Micro(happened_at)"),
    ("offence_at_us", "happened_at_us"),
)
