"""Rows of `case-events`: each step of each case, with the money that it is about."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.behaviour import Behaviour
from producers.simulator.history.cases import Cases
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Numbers, Texts, Words
from producers.simulator.history.draws import choose, ladder
from producers.simulator.history.fate import APPEALED, STEPS, TAKES, Fate
from producers.simulator.history.names import Names, kind_numbers, kinds_of
from producers.simulator.history.rows import Rows
from producers.simulator.history.scene import enforcement_scene
from producers.simulator.history.slots import Slots
from producers.simulator.history.texts import partitions_of

#: Reasons in words; those of behaviour.toml follow.
_REASONS: Final = (
    "",
    "a judge decides: protocol, art. 802.4",
    "first offence",
    "repeat within a year of an executed penalty, art. 61",
    "first offence: an earlier executed penalty was not established",
    "half within 7 days of delivery, art. 811",
    "appeal allowed",
    "appeal dismissed",
    "no appeal within the term",
    "paid within the term",
    "not paid within the term, art. 894",
    "not reviewed within the liability term, art. 62",
    "not delivered within the execution term, art. 890",
)
_AT: Final = {step: number for number, step in enumerate(STEPS)}


def case_event_rows(city: City, found: Cases, called: Names) -> Rows:
    """Return the message's columns of N cases' steps, case by case and in their order."""
    taken = Slots.of(TAKES[found.life.fate])
    row = taken.row
    kind = kind_numbers(city)[found.offence]
    commands = partitions_of(called.vehicles(np.arange(len(found), dtype=np.int64)), city.settings.partitions)
    columns: Sequence[Column] = [
        Texts.of("case_id", called.cases(row)),
        Numbers("revision", "Int32", taken.ordinal.astype(np.int32) + 1),
        Words("step", taken.slot.astype(np.uint8), STEPS),
        Texts.of("vehicle_key", called.vehicles(row)),
        Texts.of("violation_id", called.violations(kinds_of(city), kind[row], row)),
        Words("kind", kind.astype(np.uint8)[row], kinds_of(city)),
        *enforcement_scene(city.places, found.camera, row),
        Words("article", (found.article + 1).astype(np.uint8)[row], [None, *city.articles]),
        Words(
            "tariff_version",
            (found.version + 1).astype(np.uint8)[row],
            [None, *(str(day) for day in city.law.versions)],
        ),
        Numbers("amount_kzt", "Int64", taken.of_slots(_amounts(found))),
        Numbers("offence_at_us", "Int64", found.occurred_us[row]),
        Numbers("happened_at_us", "Int64", taken.of_slots(found.life.steps_us)),
        Words("reason", taken.of_slots(_reasons(city, found)), [*_REASONS, *_listed(city.behaviour)]),
        Numbers("commands_partition", "Int32", commands.astype(np.int32)[row]),
        # no case-commands are written: a place in the order of steps, and no more
        Numbers("commands_offset", "Int64", found.numbers[row] * len(STEPS) + taken.ordinal),
    ]
    return Rows(columns, row)


def _amounts(found: Cases) -> NDArray[np.int64]:
    """Return (N, steps) the money that each step is about, tenge."""
    proposed = {"DETECTED", "CONFIRMED", "REJECTED"}
    out = np.empty((len(found), len(STEPS)), np.int64)
    for step, number in _AT.items():
        out[:, number] = found.proposed_kzt if step in proposed else found.imposed_kzt
    out[:, _AT["DISCOUNTED"]] = found.half_kzt
    never = found.life.fate == Fate.NEVER_REVIEWED
    out[:, _AT["LAPSED"]] = np.where(never, found.proposed_kzt, found.imposed_kzt)
    return out


def _listed(behaviour: Behaviour) -> Sequence[str]:
    return [*behaviour.reasons, *behaviour.ways]


def _reasons(city: City, found: Cases) -> NDArray[np.uint8]:
    """Return (N, steps) the place of each step's reason."""
    fate, behaviour, draws = found.life.fate, city.behaviour, city.draws
    out = np.zeros((len(found), len(STEPS)), np.uint8)
    listed = len(_REASONS)
    out[:, _AT["CONFIRMED"]] = np.where(fate == Fate.COURT, 1, 0)
    out[:, _AT["REJECTED"]] = listed + rejection(city, found)
    out[:, _AT["ISSUED"]] = np.where(found.repeat, 3, np.where(found.lawful, 4, 2))
    ways = choose(draws.draw("delivery way", found.numbers), ladder(list(behaviour.ways.values())))
    out[:, _AT["DELIVERED"]] = listed + len(behaviour.reasons) + ways
    out[:, _AT["DISCOUNTED"]] = 5
    out[:, _AT["CANCELLED"]] = 6
    out[:, _AT["IN_FORCE"]] = np.where(APPEALED[fate], 7, 8)
    out[:, _AT["PAID"]] = 9
    out[:, _AT["ENFORCED"]] = 10
    out[:, _AT["LAPSED"]] = np.where(fate == Fate.NEVER_REVIEWED, 11, 12)
    return out


def rejection(city: City, found: Cases) -> NDArray[np.int64]:
    """Return (N,) the place among behaviour.reasons of why each case is rejected, where it is."""
    drawn = choose(city.draws.draw("reason", found.numbers), ladder(list(city.behaviour.reasons.values())))
    return np.where(found.life.unread, 0, drawn)
