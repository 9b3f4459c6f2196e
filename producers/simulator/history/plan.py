"""The plan: what must be known of all violations before the rows of any can be written."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.city import City
from producers.simulator.history.draws import choose, ladder
from producers.simulator.history.heavy_tail import heavy_tailed
from producers.simulator.history.life import lives
from producers.simulator.history.repeats import lawful_repeats
from producers.simulator.history.rhythm import day_counts, instants

#: Violations looked at in one go while planning: their arrays fit the processor's caches.
CHUNK = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """N violations in the order of their instants; a violation's number is its place here.

    Attributes:
        occurred_us: (N,) int64, instants of the offences, ascending.
        vehicle: (N,) uint32.
        offence: (N,) uint8, number in the mix.
        fate: (N,) uint8, codes of Fate.
        repeat: (N,) bool, priced by the repeat tier.
        lawful: (N,) bool, the law would allow it.
    """

    occurred_us: NDArray[np.int64]
    vehicle: NDArray[np.uint32]
    offence: NDArray[np.uint8]
    fate: NDArray[np.uint8]
    repeat: NDArray[np.bool_]
    lawful: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.occurred_us)


def plan(city: City, done: Callable[[int], None] = lambda _: None) -> Plan:
    """Return the plan of a history.

    Args:
        city: its city.
        done: told how many violations are planned.
    """
    settings, draws = city.settings, city.draws
    counts = day_counts(city.traffic["rhythm"], settings.first, settings.last, settings.violations)
    occurred_us = instants(city.traffic["rhythm"], city.calendar, settings.first, counts, draws, "offence")
    total = len(occurred_us)
    vehicle, offence = np.empty(total, np.uint32), np.empty(total, np.uint8)
    article, fate = np.empty(total, np.uint8), np.empty(total, np.uint8)
    established, unread = np.empty(total, bool), np.empty(total, bool)
    executed_us = np.empty(total, np.int64)
    ends = ladder([one.weight for one in city.mix.offences])
    fleet = city.traffic["fleet"]
    for begin in range(0, total, CHUNK):
        part = slice(begin, min(begin + CHUNK, total))
        numbers = np.arange(part.start, part.stop, dtype=np.int64)
        vehicle[part] = heavy_tailed(draws.draw("vehicle", numbers), fleet["vehicles"], fleet["head"])
        what = choose(draws.draw("offence", numbers), ends)
        offence[part] = what
        article[part] = city.article_of[what, city.calendar.of(occurred_us[part])]
        life = lives(numbers, occurred_us[part], city.court[what], draws, city.calendar, city.behaviour)
        fate[part], executed_us[part], unread[part] = life.fate, life.executed_us, life.unread
        established[part] = draws.draw("repeat established", numbers) < city.behaviour.established
        done(part.stop)
    lawful = lawful_repeats(vehicle, article, occurred_us, executed_us, city.behaviour.terms.repeat)
    lawful &= city.tiered[article] & ~unread
    return Plan(occurred_us, vehicle, offence, fate, lawful & established, lawful)
