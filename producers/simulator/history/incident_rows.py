"""Rows of `incidents`: each opened, perhaps updated, and closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import SECOND_US
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Measures, Numbers, NumbersOrNull, Texts, Words
from producers.simulator.history.draws import Draws, choose, ladder, quantile
from producers.simulator.history.law import table
from producers.simulator.history.names import ids
from producers.simulator.history.rhythm import day_counts, instants
from producers.simulator.history.rows import Rows
from producers.simulator.history.scene import scene
from producers.simulator.history.slots import Slots
from producers.simulator.history.texts import Packed, packed
from producers.simulator.history.violation_rows import RULE_VERSION

PHASES: Final = ("OPEN", "UPDATE", "CLOSE")
SEVERITIES: Final = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
#: An incident's rows at most: opened, updated three times, closed.
MOST_STEPS: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Incidents:
    """N incidents in the order of their begin.

    Attributes:
        data: incidents.toml.
        kinds: names.
        started_us: (N,) int64, ascending.
        kind: (N,) int64, number of the kind.
        lasts_s: (N,) int64, from open to close.
    """

    data: Mapping[str, Any]
    kinds: Sequence[str]
    started_us: NDArray[np.int64]
    kind: NDArray[np.int64]
    lasts_s: NDArray[np.int64]

    @classmethod
    def plan(cls, city: City) -> "Incidents":
        """Return all incidents of a history."""
        data, settings, draws = table("incidents"), city.settings, city.draws
        kinds = data["kind"]
        counts = day_counts(city.traffic["rhythm"], settings.first, settings.last, settings.incidents)
        started_us = instants(city.traffic["rhythm"], city.calendar, settings.first, counts, draws, "incident")
        numbers = np.arange(len(started_us), dtype=np.int64)
        kind = choose(draws.draw("incident kind", numbers), ladder([one["weight"] for one in kinds]))
        lasts_s = _by_kind(kind, kinds, "lasts_s", draws.draw("incident lasts", numbers))
        return cls(data, [one["kind"] for one in kinds], started_us, kind, lasts_s)

    def __len__(self) -> int:
        return len(self.started_us)

    def steps(self, begin: int, end: int) -> NDArray[np.bool_]:
        """Return (N, MOST_STEPS) bool: which rows some incidents have."""
        updates = np.clip(self.lasts_s[begin:end] // self.data["update_every_s"], 0, MOST_STEPS - 2)
        out: NDArray[np.bool_] = np.arange(1, MOST_STEPS + 1) <= (updates + 1)[:, None]
        out[:, -1] = True
        return out

    def names(self, draws: Draws, begin: int, end: int, row: NDArray[np.int64]) -> Packed:
        """Return the incident ids of some rows; `row` counts from `begin`."""
        numbers = np.arange(begin, end, dtype=np.int64)
        heads = [f"{kind}-" for kind in self.kinds]
        return packed(heads, self.kind[begin:end][row], ids(draws, numbers, "incident"), row)


def incident_rows(city: City, incidents: Incidents, begin: int, end: int) -> Rows:
    """Return the message's columns of the steps of some incidents, incident by incident and in their order."""
    draws, kinds = city.draws, incidents.data["kind"]
    numbers, kind = np.arange(begin, end, dtype=np.int64), incidents.kind[begin:end]
    taken = Slots.of(incidents.steps(begin, end))
    row, closes = taken.row, taken.slot == MOST_STEPS - 1
    started_us = incidents.started_us[begin:end]
    opened_us = started_us + _by_kind(kind, kinds, "sure_s", draws.draw("incident sure", numbers)) * SECOND_US
    lasts_s = incidents.lasts_s[begin:end][row]
    since_s = np.where(closes, lasts_s, taken.ordinal * incidents.data["update_every_s"])
    updated_us = opened_us[row] + since_s * SECOND_US
    limit = np.array([float(one["limit"]) for one in kinds])[kind]
    top = _by_kind(kind, kinds, "measured", draws.draw("incident measured", numbers))
    # what is measured rises from the limit to its peak over the incident's steps
    last = np.count_nonzero(taken.taken, axis=1)[row] - 1
    low = np.rint(limit * 100).astype(np.int64)
    measured = (low[row] + (top - low)[row] * (taken.ordinal + 1) // (last + 1)) / 100
    severity = np.zeros(len(numbers), np.uint8)
    drawn = draws.draw("incident severity", numbers)
    for number, one in enumerate(kinds):
        severity[kind == number] = choose(drawn[kind == number], ladder(one["severity"]))
    reasons = incidents.data["close_reasons"]
    reason = 1 + choose(draws.draw("incident reason", numbers), ladder(list(reasons.values())))
    sites = city.places
    camera = draws.below("incident camera", numbers, len(sites.camera_ids))
    measures = [one["measure"] for one in kinds]
    ones = np.ones(len(row), np.int32)
    columns: Sequence[Column] = [
        Texts.of("incident_id", incidents.names(draws, begin, end, row)),
        Numbers("revision", "Int32", taken.ordinal.astype(np.int32) + 1),
        Words("phase", np.where(closes, 2, np.minimum(taken.slot, 1)).astype(np.uint8), PHASES),
        Words("kind", kind[row].astype(np.uint8), incidents.kinds),
        Words("severity", severity[row], SEVERITIES),
        *scene(sites, camera, row),
        Numbers("epoch_us", "Int64", city.calendar.midnights_us[city.calendar.of(started_us)][row]),
        Numbers("started_at_us", "Int64", started_us[row]),
        Numbers("opened_at_us", "Int64", opened_us[row]),
        Numbers("updated_at_us", "Int64", updated_us),
        NumbersOrNull("closed_at_us", "Int64", updated_us, ~closes),
        Words("close_reason", np.where(closes, reason[row], 0).astype(np.uint8), [None, *reasons]),
        Numbers("peak", "Float64", measured),
        Measures("measures", kind[row].astype(np.int32), measures, measured),
        Measures("limits", kind[row].astype(np.int32), measures, limit[row]),
        Words("summary", kind[row].astype(np.uint8), [one["summary"] for one in kinds]),
        Numbers("registry_version", "Int32", ones),
        Numbers("calibration_version", "Int32", ones),
        Words("model_version", np.zeros(len(row), np.uint8), [RULE_VERSION]),
        Words("rule_version", np.zeros(len(row), np.uint8), [RULE_VERSION]),
        Numbers("frames_created_at_ms", "Int64", updated_us // 1000 + 400),
        Numbers("tracks_partition", "Int32", (camera % city.settings.partitions).astype(np.int32)[row]),
        Numbers("tracks_offset", "Int64", numbers[row] * MOST_STEPS + taken.slot),
    ]
    return Rows(columns, row)


def _by_kind(
    kind: NDArray[np.int64], kinds: Sequence[Mapping[str, Any]], name: str, draws: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (N,) values by the quantiles that each one's kind has under a name."""
    out = np.zeros(len(kind), np.int64)
    for number, one in enumerate(kinds):
        mine = np.flatnonzero(kind == number)
        out[mine] = quantile(draws[mine], np.array(one[name], np.int64))
    return out
