"""Some of a history's cases with everything about them: what the rows of all topics are made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.city import City
from producers.simulator.history.law import FIRST, REPEAT
from producers.simulator.history.life import Life, lives
from producers.simulator.history.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """N cases, one a violation.

    Attributes:
        numbers: (N,) int64, of the violations.
        occurred_us: (N,) int64, instants of the offences.
        vehicle: (N,) int64.
        offence: (N,) int64, number in the mix.
        article: (N,) int64, number in the city's articles.
        version: (N,) int64, number of the schedule in force at the offence.
        camera: (N,) int64.
        repeat: (N,) bool, the repeat tier.
        lawful: (N,) bool, the law would allow it.
        life: the courses.
        proposed_kzt: (N,) int64, fine by the index of the day of the offence; 0 where only a judge may sanction.
        imposed_kzt: (N,) int64, fine by the index of the day on which the prescription is sent.
        half_kzt: (N,) int64, what the discount asks for: the half, a half tenge rounded up.
    """

    numbers: NDArray[np.int64]
    occurred_us: NDArray[np.int64]
    vehicle: NDArray[np.int64]
    offence: NDArray[np.int64]
    article: NDArray[np.int64]
    version: NDArray[np.int64]
    camera: NDArray[np.int64]
    repeat: NDArray[np.bool_]
    lawful: NDArray[np.bool_]
    life: Life
    proposed_kzt: NDArray[np.int64]
    imposed_kzt: NDArray[np.int64]
    half_kzt: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)


def cases(city: City, plan: Plan, begin: int, end: int) -> Cases:
    """Return the cases of the violations `begin` to `end`, the latter left out."""
    part = slice(begin, end)
    numbers = np.arange(begin, end, dtype=np.int64)
    occurred_us, offence = plan.occurred_us[part], plan.offence[part].astype(np.int64)
    life = lives(numbers, occurred_us, city.court[offence], city.draws, city.calendar, city.behaviour)
    day = city.calendar.of(occurred_us)
    price_mrp = city.price_mrp[offence, np.where(plan.repeat[part], REPEAT, FIRST), day]
    imposed_kzt = price_mrp * city.mrp_kzt[city.calendar.of(life.at("ISSUED"))]
    return Cases(
        numbers=numbers,
        occurred_us=occurred_us,
        vehicle=plan.vehicle[part].astype(np.int64),
        offence=offence,
        article=city.article_of[offence, day],
        version=city.version_of[day],
        camera=city.places.cameras_of(city.draws, "offence", numbers),
        repeat=plan.repeat[part],
        lawful=plan.lawful[part],
        life=life,
        proposed_kzt=price_mrp * city.mrp_kzt[day],
        imposed_kzt=imposed_kzt,
        half_kzt=(imposed_kzt + 1) // 2,
    )
