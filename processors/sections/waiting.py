"""Passages that wait for their partner, as bytes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from schemas.messages import ClockSource, Evidence, Owner, Passage, PlateCandidate, SectionEnd


def pack(newest_us: int, waiting: Mapping[SectionEnd, list[Passage]], paired: Mapping[str, int]) -> bytes:
    """Return a section's state as JSON."""
    passages = {end.value: [asdict(one) for one in own] for end, own in waiting.items()}
    return orjson.dumps([newest_us, passages, paired])


def unpack(data: bytes) -> tuple[int, dict[SectionEnd, list[Passage]], dict[str, int]]:
    """Return what `pack` was given."""
    newest_us, passages, paired = orjson.loads(data)
    return newest_us, {end: [_passage(one) for one in passages[end.value]] for end in SectionEnd}, paired


def _passage(plain: dict[str, Any]) -> Passage:
    return Passage(
        **plain
        | {
            "end": SectionEnd(plain["end"]),
            "owner": Owner(plain["owner"]),
            "clock_source": ClockSource(plain["clock_source"]),
            "candidates": [PlateCandidate(**one) for one in plain["candidates"]],
            "evidence": Evidence(**plain["evidence"]),
        }
    )
