"""Rows of `payments`: what couriers, the treasury and courts report."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.cases import Cases
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Numbers, Texts, Words
from producers.simulator.history.draws import choose, ladder
from producers.simulator.history.fate import REPORTED, REPORTS, Fate
from producers.simulator.history.names import ID_DIGITS, Names, ids
from producers.simulator.history.rows import Rows
from producers.simulator.history.slots import Slots
from producers.simulator.history.texts import packed

_DELIVERED, _APPEAL, _DECISION, _PAYMENT = range(len(REPORTS))


def payment_rows(city: City, found: Cases, called: Names) -> Rows:
    """Return the message's columns of what is reported of N cases, case by case and in its order."""
    fate, life, behaviour, draws = found.life.fate, found.life, city.behaviour, city.draws
    told = Slots.of(REPORTED[fate])
    number = found.numbers[told.row] * len(REPORTS) + told.slot
    every = np.arange(len(number), dtype=np.int64)
    happened_us = np.stack([life.at("DELIVERED"), life.at("APPEALED"), life.ruled_us, life.executed_us], axis=1)
    amount = np.zeros((len(found), len(REPORTS)), np.int64)
    amount[:, _PAYMENT] = np.where(fate == Fate.DISCOUNTED, found.half_kzt, found.imposed_kzt)
    ways, payers = list(behaviour.ways), list(behaviour.payers)
    reference = np.zeros((len(found), len(REPORTS)), np.uint8)
    reference[:, _DELIVERED] = 1 + choose(
        draws.draw("delivery way", found.numbers), ladder(list(behaviour.ways.values()))
    )
    reference[:, _PAYMENT] = (
        1 + len(ways) + choose(draws.draw("payment way", found.numbers), ladder(list(behaviour.payers.values())))
    )
    outcome = np.zeros((len(found), len(REPORTS)), np.uint8)
    outcome[:, _DECISION] = np.where(fate == Fate.APPEALED_CANCELLED, 1, 2)
    columns: Sequence[Column] = [
        Texts.of("payment_id", packed(["pay-"], np.zeros(len(every), np.int64), _digits(city, number), every)),
        Texts.of("case_id", called.cases(told.row)),
        Words("kind", told.slot.astype(np.uint8), REPORTS),
        Numbers("amount_kzt", "Int64", told.of_slots(amount)),
        Words("reference", told.of_slots(reference), ["", *ways, *payers]),
        Words("outcome", told.of_slots(outcome), [None, "cancelled", "upheld"]),
        Numbers("happened_at_us", "Int64", told.of_slots(happened_us)),
    ]
    return Rows(columns, told.row)


def _digits(city: City, number: NDArray[np.int64]) -> NDArray[np.uint8]:
    found = ids(city.draws, number, "payment")
    assert found.shape[1] == ID_DIGITS
    return found
