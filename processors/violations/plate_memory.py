"""PlateMemory: the plates voted on a camera's vehicles a moment ago; a rule may propose one that has left by then."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from schemas.messages import Tracks

#: How long a vote is kept after it was last heard, microseconds: red_light waits 10 s for its controller, ways in a
#: zone are judged 2 s after the vehicle was last seen.
KEPT_US: Final = 15_000_000
#: Votes kept of one camera; the oldest leave first.
MOST_VOTES: Final = 256
#: Readings of a plate that are kept.
RANKS: Final = 2


class Vote(NamedTuple):
    """The latest vote on one track.

    Attributes:
        at_us: begin of the second that had it, microseconds since the Unix epoch.
        readings: (text, probability) of the best readings, the best first.
        reads: readings behind them.
        shared: another track of that second had the same best reading.
    """

    at_us: int
    readings: tuple[tuple[str, float], ...]
    reads: int
    shared: bool


@dataclass(slots=True)
class PlateMemory:
    """One camera's votes.

    Attributes:
        votes: by track, the least recently heard first.
    """

    votes: dict[str, Vote] = field(default_factory=dict)

    def hear(self, tracks: Tracks) -> None:
        """Take the votes of a second; those that are too old leave."""
        if self.votes:
            track, vote = next(iter(self.votes.items()))
            while not 0 <= tracks.captured_at_us - vote.at_us <= KEPT_US:
                del self.votes[track]
                if not self.votes:
                    break
                track, vote = next(iter(self.votes.items()))
        if not tracks.plates:
            return
        texts = [vote.candidates[0].text for vote in tracks.plates if vote.candidates]
        for voted in tracks.plates:
            if not voted.candidates:
                continue
            name = tracks.track_id[voted.track]
            self.votes.pop(name, None)
            self.votes[name] = Vote(
                tracks.captured_at_us,
                tuple((one.text, round(one.probability_ratio, 4)) for one in voted.candidates[:RANKS]),
                voted.reads,
                texts.count(voted.candidates[0].text) > 1,
            )
        while len(self.votes) > MOST_VOTES:
            del self.votes[next(iter(self.votes))]

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[track, *vote] for track, vote in self.votes.items()]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "PlateMemory":
        """Return what `pack` gave."""
        return cls(
            {
                track: Vote(at_us, tuple((text, ratio) for text, ratio in readings), reads, shared)
                for track, at_us, readings, reads, shared in plain
            }
        )
