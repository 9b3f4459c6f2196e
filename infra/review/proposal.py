"""Proposal: whom a violation is against and what it proposes, as a confirmation is held to it. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from processors.vehicles.by_period import sealed_key


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row of queries/proposal.sql.

    Attributes:
        vehicle_key: HMAC of the plate, or the track where it was not read.
        track_id: the vehicle's track.
        occurred_at_us: when the offence happened, microseconds since the Unix epoch.
        articles: that may be applied, the first one is proposed.
        courts: those of them that only a court may sanction.
    """

    vehicle_key: str
    track_id: str
    occurred_at_us: int
    articles: Sequence[str]
    courts: Collection[str] = ()

    def refuses(self, plate: str, article: str | None) -> str | None:
        """Return why a confirmation cannot be, in words that name what to do; None: it can.

        Args:
            plate: that was typed; empty: none was.
            article: that was chosen; None: the first.
        """
        if not plate and sealed_key(self.vehicle_key) is None:
            return (
                "it is against no vehicle, for its plate was not read: confirm it with --plate as the pictures show it,"
                " or reject it with the reason plate_unreadable"
            )
        if article is not None and article not in self.articles:
            return (
                f"found the article {article!r}; expected one that the violation proposes: {', '.join(self.articles)}."
                " Where none of them is right, reject it with the reason wrong_article"
            )
        if article is None and 0 < len(self.courts) < len(self.articles):
            fines = [one for one in self.articles if one not in self.courts]
            return (
                f"it proposes articles that different hands decide: {', '.join(fines)} is fined here, "
                f"{', '.join(self.courts)} is a court's. Choose one with --article"
            )
        return None
