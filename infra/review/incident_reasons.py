"""Why an officer rejects an incident, and which reasons make it a false alarm; incident_reasons.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class IncidentReason:
    """One reason.

    Attributes:
        words: for people.
        false_alarm: what was found did not happen.
    """

    words: str
    false_alarm: bool


def reasons_of(data: Mapping[str, Any]) -> Mapping[str, IncidentReason]:
    """Read and check the content of incident_reasons.toml; return its reasons by their codes.

    Raises:
        ValueError: there is none, one stands there twice, or one says nothing of false alarms.
    """
    entries = data.get("reason", [])
    out = {}
    for entry in entries:
        if not isinstance(entry.get("false_alarm"), bool) or not entry.get("code") or not entry.get("words"):
            raise ValueError(
                f"incident_reasons.toml: found {entry}; expected code, words, and false_alarm as a boolean"
            )
        out[str(entry["code"])] = IncidentReason(str(entry["words"]), entry["false_alarm"])
    if not out or len(out) != len(entries):
        raise ValueError(f"incident_reasons.toml: {len(entries)} reasons, {len(out)} codes; expected each code once")
    return out


@cache
def incident_reasons() -> Mapping[str, IncidentReason]:
    """Return the reasons that ship with Vigil, by their codes.

    Raises:
        ValueError: they are not as they must be.
    """
    text = (resources.files("infra.review") / "incident_reasons.toml").read_text(encoding="utf-8")
    return reasons_of(tomllib.loads(text))
