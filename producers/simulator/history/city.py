"""A history's city: the data files, read once, and the seed's draws."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.almaty_days import AlmatyDays
from producers.simulator.history.behaviour import LONGEST_CASE_DAYS, Behaviour
from producers.simulator.history.draws import Draws
from producers.simulator.history.law import Law, law, table
from producers.simulator.history.offences import Mix
from producers.simulator.history.places import Places
from producers.simulator.history.settings import HistorySettings


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What all parts of one history share; D days from the first, O offences.

    Attributes:
        settings: what it is of.
        draws: the seed's.
        calendar: D days that hold every step of every case.
        law: fines by date.
        mix: the offences.
        behaviour: what becomes of a case.
        traffic: traffic.toml.
        places: sites and cameras.
        articles: codes of all articles.
        article_of: (O, D) int64, the article that applies to an offence on a day.
        price_mrp: (O, 2, D) int64, its price by tier.
        court: (O,) bool, the sanction is a judge's.
        tiered: (articles,) bool, there is a repeat tier.
        mrp_kzt: (D,) int64, the index; 0 where none is known.
        version_of: (D,) int64, the schedule in force.
    """

    settings: HistorySettings
    draws: Draws
    calendar: AlmatyDays
    law: Law
    mix: Mix
    behaviour: Behaviour
    traffic: Mapping[str, Any]
    places: Places
    articles: tuple[str, ...]
    article_of: NDArray[np.int64]
    price_mrp: NDArray[np.int64]
    court: NDArray[np.bool_]
    tiered: NDArray[np.bool_]
    mrp_kzt: NDArray[np.int64]
    version_of: NDArray[np.int64]

    @classmethod
    def of(cls, settings: HistorySettings) -> "City":
        """Read the data files.

        Raises:
            ValueError: a data file is not as it must be, or has no prices for these days.
        """
        schedule = law()
        latest_issue = settings.last + timedelta(days=30)
        if settings.first < schedule.first_day or latest_issue > schedule.mrp_until:
            raise ValueError(
                f"a history from {settings.first} to {settings.last}: tariffs.toml prices offences from"
                f" {schedule.first_day} on, and knows the index of cases sent by {schedule.mrp_until}, up to 30"
                " days after the offence; choose days between"
            )
        mix = Mix.from_toml(table("offences"), schedule)
        draws = Draws(settings.seed)
        traffic = table("traffic")
        first, days = settings.first - timedelta(days=1), settings.days + LONGEST_CASE_DAYS
        articles = tuple(sorted({a for o in mix.offences for a in (o.article, o.before or o.article)}))
        price, article_of = [], []
        for offence in mix.offences:
            own = schedule.prices_mrp(offence.article, first, days)
            chosen = np.full(days, articles.index(offence.article))
            if offence.before is not None:
                earlier = own[0] == 0
                own = np.where(earlier, schedule.prices_mrp(offence.before, first, days), own)
                chosen[earlier] = articles.index(offence.before)
            price.append(own)
            article_of.append(chosen)
        return cls(
            settings=settings,
            draws=draws,
            calendar=AlmatyDays(first, days),
            law=schedule,
            mix=mix,
            behaviour=Behaviour.from_toml(table("behaviour")),
            traffic=traffic,
            places=Places.from_toml(traffic["places"], draws),
            articles=articles,
            article_of=np.array(article_of),
            price_mrp=np.array(price),
            court=np.array([offence.article in schedule.court for offence in mix.offences]),
            tiered=np.array([schedule.repeats(article) for article in articles]),
            mrp_kzt=schedule.mrp_of_days(first, days),
            version_of=schedule.version_of_days(first, days),
        )
