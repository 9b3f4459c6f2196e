"""What a history comes to, by article: the figures that its tables must give too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.cases import Cases
from producers.simulator.history.city import City
from producers.simulator.history.fate import DELIVERED, ISSUED, Fate

#: Columns of the table, in its order.
FIGURES = (
    "violations", "detected_kzt", "confirmed", "imposed", "imposed_kzt", "repeats", "delivered", "discounted",
    "discounted_kzt", "paid", "paid_kzt", "collected_kzt", "cancelled_kzt", "unpaid_kzt",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Sums by article.

    Attributes:
        articles: codes.
        sums: (articles, figures) int64, cases and tenge in the order of FIGURES.
    """

    articles: tuple[str, ...]
    sums: NDArray[np.int64]

    @classmethod
    def empty(cls, city: City) -> "Totals":
        """Return the totals of no cases."""
        return cls(city.articles, np.zeros((len(city.articles), len(FIGURES)), np.int64))

    def add(self, found: Cases) -> None:
        """Count some cases in."""
        fate = found.life.fate
        issued, delivered = ISSUED[fate], DELIVERED[fate]
        discounted = fate == Fate.DISCOUNTED
        paid = (fate == Fate.PAID) | (fate == Fate.APPEALED_PAID)
        cancelled = fate == Fate.APPEALED_CANCELLED
        unpaid = issued & ~discounted & ~paid & ~cancelled
        discounted_kzt, paid_kzt = found.half_kzt * discounted, found.imposed_kzt * paid
        columns = (
            np.ones(len(found), np.int64),
            found.proposed_kzt,
            issued | (fate == Fate.COURT),
            issued,
            found.imposed_kzt * issued,
            found.repeat & issued,
            delivered,
            discounted,
            discounted_kzt,
            paid,
            paid_kzt,
            discounted_kzt + paid_kzt,
            found.imposed_kzt * cancelled,
            found.imposed_kzt * unpaid,
        )
        for number in range(len(self.articles)):
            mine = found.article == number
            self.sums[number] += [int(column[mine].sum()) for column in columns]

    def total(self, figure: str) -> int:
        """Return one figure of all articles."""
        return int(self.sums[:, FIGURES.index(figure)].sum())

    def to_json(self) -> dict[str, Any]:
        """Return the sums as plain data."""
        by_article = {
            article: dict(zip(FIGURES, row, strict=True))
            for article, row in zip(self.articles, self.sums.tolist(), strict=True)
            if row[0]
        }
        return {"total": {figure: self.total(figure) for figure in FIGURES}, "by_article": by_article}
