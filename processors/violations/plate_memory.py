"""PlateMemory: the plates voted on a camera's vehicles a moment ago; a rule may propose one that has left by then.

A state lies in changelogs and checkpoints, which outlive a destroyed key: it holds readings under their period's key.
Where the stage has no keys it holds them in clear, for as short.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from processors.rules.confident_plate import READ_RATIO, stands
from processors.rules.second import Second
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import PlateSeal
from processors.violations.too_close import near_pairs

#: How long a vote is kept after it was last heard, microseconds: red_light waits 10 s for its controller, ways in a
#: zone are judged 2 s after the vehicle was last seen.
KEPT_US: Final = 15_000_000
#: Votes kept of one camera; the oldest leave first.
MOST_VOTES: Final = 256
#: Boxes that show the same plate overlap, be it ever so little, where they are one vehicle's: the plate is in both. A
#: strip of a vehicle overlaps its whole box by less than other rules ask for.
LEAST_IOU: Final = 0.01
#: Readings of a plate that are kept; of a plate that is not sure also those that the register of exempt vehicles has.
RANKS: Final = 2


class Vote(NamedTuple):
    """The latest vote on one track.

    Attributes:
        at_us: begin of the second that had it, microseconds since the Unix epoch.
        readings: (text, probability) of the best readings, the best first; sealed, in hexadecimal, where there is a
            period.
        reads: readings behind them.
        shared: another vehicle's track of that second had the same best reading.
        period: of the key that the readings are under; None: they are in clear.
    """

    at_us: int
    readings: tuple[tuple[str, float], ...]
    reads: int
    shared: bool
    period: str | None = None


@dataclass(slots=True)
class PlateMemory:
    """One camera's votes.

    Attributes:
        votes: by track, the least recently heard first; in clear by `vote`.
    """

    votes: dict[str, Vote] = field(default_factory=dict)

    def hear(self, second: Second, seal: PlateSeal | None, exempt: ExemptVehicles | None) -> None:
        """Take the votes of a second; those that are too old leave, and so do those of a period without a key."""
        tracks = second.tracks
        if self.votes:
            track, vote = next(iter(self.votes.items()))
            while not 0 <= tracks.captured_at_us - vote.at_us <= KEPT_US:
                del self.votes[track]
                if not self.votes:
                    break
                track, vote = next(iter(self.votes.items()))
        if not tracks.plates:
            return
        at_us = tracks.captured_at_us
        elsewhere = _elsewhere(second)
        for voted in tracks.plates:
            if not voted.candidates:
                continue
            name = tracks.track_id[voted.track]
            self.votes.pop(name, None)
            best = [(one.text, round(one.probability_ratio, 4)) for one in voted.candidates[:RANKS]]
            if exempt is not None and best[0][1] < READ_RATIO:
                best += [
                    (one.text, round(one.probability_ratio, 4))
                    for one in voted.candidates[RANKS:]
                    if exempt.service_of(one.text, at_us) is not None
                ]
            shared, period = name in elsewhere, None
            if seal is not None:
                sealed = [(seal.seal(text, name, at_us), ratio) for text, ratio in best]
                best = [(one.encrypted.hex(), ratio) for one, ratio in sealed if one is not None]
                if not best:
                    continue
                period = next(one.key_period for one, _ in sealed if one is not None)
            self.votes[name] = Vote(at_us, tuple(best), voted.reads, shared, period)
        while len(self.votes) > MOST_VOTES:
            del self.votes[next(iter(self.votes))]

    def vote(self, track_id: str, seal: PlateSeal | None) -> Vote | None:
        """Return the latest vote on a track with its readings in clear; None: there is none, or its key is gone."""
        found = self.votes.get(track_id)
        if found is None or found.period is None:
            return found
        if seal is None:
            return None
        opened = [(seal.open(bytes.fromhex(text), found.period, track_id), ratio) for text, ratio in found.readings]
        readings = tuple((text, ratio) for text, ratio in opened if text is not None)
        return found._replace(readings=readings, period=None) if readings else None

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[track, *vote] for track, vote in self.votes.items()]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "PlateMemory":
        """Return what `pack` gave."""
        return cls(
            {
                track: Vote(at_us, tuple((text, ratio) for text, ratio in readings), reads, shared, period)
                for track, at_us, readings, reads, shared, period in plain
            }
        )


def _elsewhere(second: Second) -> set[str]:
    """Return the tracks of a second whose best reading another vehicle's track has, too.

    The detector gives one vehicle in five a second box, and its track reads the same plate: that is no other vehicle,
    where the two stand nearer to each other than two vehicles can (too_close).
    """
    names: dict[str, set[str]] = {}
    for vote in second.tracks.plates:
        if vote.candidates:
            names.setdefault(vote.candidates[0].text, set()).add(second.tracks.track_id[vote.track])
    several = [of for of in names.values() if len(of) > 1]
    if not several:
        return set()
    near = near_pairs(second, set().union(*several), LEAST_IOU)
    return {one for of in several for one in of if any(other != one and (one, other) not in near for other in of)}


def readable(vote: Vote) -> str | None:
    """Return the plate that a vote in clear stands for; None where it is not sure enough."""
    text, ratio = vote.readings[0]
    return text if stands(text, ratio, vote.reads, vote.at_us) else None
