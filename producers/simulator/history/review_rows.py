"""Rows of `reviews`: what officers decided; some cases are shown to two who do not see each other's verdict."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import SECOND_US
from producers.simulator.history.behaviour import Behaviour
from producers.simulator.history.case_event_rows import rejection
from producers.simulator.history.cases import Cases
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Numbers, Texts, Words
from producers.simulator.history.draws import Draws, quantile
from producers.simulator.history.fate import REVIEWED, Fate
from producers.simulator.history.heavy_tail import heavy_tailed
from producers.simulator.history.names import Names, ids
from producers.simulator.history.rows import Rows
from producers.simulator.history.slots import Slots
from producers.simulator.history.texts import packed

#: The officer whose verdict stands, a second one, and a third where the two disagree.
REVIEWS: Final = 3
VERDICTS: Final = ("CONFIRMED", "REJECTED")
#: How many officers share the first place of the heavy tail of work.
_HEAD: Final = 12
#: Latest begin of a second look before the verdict, seconds.
_EARLIER_S: Final = 600


def looks(numbers: NDArray[np.int64], fate: NDArray[np.int64], draws: Draws, behaviour: Behaviour) -> NDArray[np.bool_]:
    """Return (N, REVIEWS) bool: which reviews N cases have."""
    reviewed = REVIEWED[fate]
    double = reviewed & (draws.draw("second officer", numbers) < behaviour.double)
    third = double & (draws.draw("officers disagree", numbers) < behaviour.disagree)
    return np.stack([reviewed, double, third], axis=1)


def review_rows(city: City, found: Cases, called: Names) -> Rows:
    """Return the message's columns of the reviews of N cases, case by case."""
    numbers, fate, draws, behaviour = found.numbers, found.life.fate, city.draws, city.behaviour
    seen = Slots.of(looks(numbers, fate, draws, behaviour))
    number = numbers[seen.row] * REVIEWS + seen.slot
    every = np.arange(len(number), dtype=np.int64)
    rejected = (fate == Fate.REJECTED).astype(np.uint8)
    # where two disagree one of them, either, is of the verdict that the third does not follow
    differs = seen.taken[:, 2]
    first_errs = differs & (draws.draw("who errs", numbers) < 1 << 31)
    verdict = np.stack([rejected ^ first_errs, rejected ^ (differs & ~first_errs), rejected], axis=1)
    # the verdict that stands is given at the case's own instant; reviews before it end earlier
    decided_us = found.life.at("CONFIRMED")
    before_us = [(1 + draws.below(f"look {place}", numbers, _EARLIER_S)) * SECOND_US for place in (1, 2)]
    double = seen.taken[:, 1]
    ends_us = np.stack([decided_us - before_us[0] * double, decided_us - before_us[1] * differs, decided_us], axis=1)
    decided = seen.of_slots(ends_us)
    look_us = quantile(draws.draw("look", number), behaviour.waits["look"]) * SECOND_US
    reason = 1 + np.stack([rejection(city, found)] * REVIEWS, axis=1)
    turned_down = seen.of_slots(verdict)
    names = list(behaviour.reasons)
    columns: Sequence[Column] = [
        Texts.of("review_id", packed(["rev-"], np.zeros(len(every), np.int64), ids(draws, number, "review"), every)),
        Texts.of("case_id", called.cases(seen.row)),
        Words("verdict", turned_down.astype(np.uint8), VERDICTS),
        Words("reason_code", np.where(turned_down, seen.of_slots(reason), 0).astype(np.uint8), ["", *names]),
        Words("remark", np.zeros(len(every), np.uint8), [""]),
        Words("officer_id", _officers(city, found, seen), [f"officer-{n + 1:03d}" for n in range(behaviour.officers)]),
        Numbers("looked_at_us", "Int64", decided - look_us),
        Numbers("decided_at_us", "Int64", decided),
    ]
    return Rows(columns, seen.row)


def _officers(city: City, found: Cases, seen: Slots) -> NDArray[np.uint8]:
    """Return (M,) numbers of officers; a case's are all different."""
    count = city.behaviour.officers
    first = heavy_tailed(city.draws.draw("officer", found.numbers), count, _HEAD)
    step = 1 + city.draws.below("other officer", found.numbers, (count - 1) // 2)
    of_case = np.stack([first, (first + step) % count, (first + 2 * step) % count], axis=1)
    chosen: NDArray[np.uint8] = seen.of_slots(of_case).astype(np.uint8)
    return chosen
