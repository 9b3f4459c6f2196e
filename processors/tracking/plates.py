"""Voting over a track's plate reads: how likely each text is the plate, given all that was read. Decision 0156."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

from processors.plates.plate_formats import format_of, latin, look_alikes
from schemas.messages import PlateCandidate

#: Texts remembered of a track; the least likely leave.
MOST_TEXTS: Final = 16
#: Candidates in a message.
MOST_CANDIDATES: Final = 5
#: Characters in which a reading may differ from the plate that it is of; more, and it is another vehicle's.
MOST_WRONG: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """The model of one reading: plates.toml, [reading], whose comments tell each number's meaning."""

    right: float
    look_alike: float
    other: float
    least: float
    unformatted: float
    independent_ratio: float
    most_ratio: float
    calibration: Sequence[Sequence[float]]
    confident_ratio: float
    confident_reads: int


@cache
def reading() -> Reading:
    """Return the model that ships with Vigil."""
    text = (resources.files(__package__) / "plates.toml").read_text(encoding="utf-8")
    return Reading(**tomllib.loads(text)["reading"])


@dataclass(slots=True)
class PlateVote:
    """Reads of one track's plate.

    Attributes:
        reads: how many.
        weights: sum of the probabilities of each text.
    """

    reads: int = 0
    weights: dict[str, float] = field(default_factory=dict)

    def add(self, candidates: Sequence[PlateCandidate]) -> None:
        """Count one read, which may have several candidates; Cyrillic look-alikes are taken for Latin letters."""
        self.reads += 1
        for candidate in candidates:
            text = latin(candidate.text)
            self.weights[text] = round(self.weights.get(text, 0.0) + candidate.probability_ratio, 6)
        if len(self.weights) > MOST_TEXTS:
            self.weights = dict(self.ranked()[:MOST_TEXTS])

    def ranked(self) -> list[tuple[str, float]]:
        """Return texts with their weights, the heaviest first, equal ones by text."""
        return sorted(self.weights.items(), key=lambda item: (-item[1], item[0]))

    def candidates(self, day: date) -> list[PlateCandidate]:
        """Return the likeliest texts with the probability that each is the plate, by the formats of the city's day."""
        ranked = sorted(_posterior(tuple(self.ranked()), day), key=lambda item: (-item[1], item[0]))[:MOST_CANDIDATES]
        if not ranked:
            return []
        best = ranked[0][1]
        stated = _calibrated(best)
        rest = (1.0 - stated) / (1.0 - best)
        return [
            PlateCandidate(text, round(min(stated if not n else ratio * rest, stated), 4))
            for n, (text, ratio) in enumerate(ranked)
        ]


def is_confident(text: str, probability_ratio: float, reads: int, day: date) -> bool:
    """Return True where a vote may be taken for the plate without a person's reading: meant to hold in 99 of 100.

    Args:
        text: of the vote.
        probability_ratio: its own, as tracking states it.
        reads: behind it.
        day: the city's, on which the vehicle was seen: a format that begins later is none.
    """
    known, model = format_of(text, day), reading()
    return (
        known is not None
        and known.certain
        and reads >= model.confident_reads
        and probability_ratio >= model.confident_ratio
    )


def _calibrated(ratio: float) -> float:
    """Return what a probability of the model has meant: between the knots of plates.toml in straight lines."""
    knots = reading().calibration
    for (low, at_low), (high, at_high) in pairwise(knots):
        if ratio <= high:
            return at_low + (at_high - at_low) * (ratio - low) / (high - low)
    return knots[-1][1]


@lru_cache(maxsize=65_536)
def _read_as(read: str, plate: str) -> tuple[float, int]:
    """Return the logarithm of the likelihood of a reading of a plate, and in how many characters they differ."""
    model = reading()
    if len(read) != len(plate):
        return math.log(model.least), MOST_WRONG + 1
    alike = look_alikes()
    wrong, likelihood = 0, 1.0
    for a, b in zip(read, plate, strict=True):
        if a == b:
            likelihood *= model.right
        else:
            wrong += 1
            likelihood *= model.look_alike if a + b in alike else model.other
    return math.log(max(likelihood, model.least)), wrong


def _consensus(ranked: Sequence[tuple[str, float]]) -> str:
    """Return the heaviest character at each place, over the texts as long as the heaviest one; it may never be read."""
    length = len(ranked[0][0])
    votes: list[dict[str, float]] = [{} for _ in range(length)]
    for text, weight in ranked:
        if len(text) == length:
            for place, letter in enumerate(text):
                votes[place][letter] = votes[place].get(letter, 0.0) + weight
    return "".join(min(vote.items(), key=lambda item: (-item[1], item[0]))[0] for vote in votes)


@lru_cache(maxsize=8_192)
def _posterior(ranked: tuple[tuple[str, float], ...], day: date) -> tuple[tuple[str, float], ...]:
    """Return each text's probability to be the plate, given what was read.

    Args:
        ranked: texts and weights, the heaviest first.
        day: the city's, whose formats hold.
    """
    if not ranked:
        return ()
    model = reading()
    total = sum(weight for _, weight in ranked)
    if total <= 0:
        return tuple((text, 0.0) for text, _ in ranked)
    # The heaviest texts are held against every reading: lighter ones never win, and cost what the heaviest do.
    texts = list(dict.fromkeys([*(text for text, _ in ranked[:MOST_CANDIDATES]), _consensus(ranked)]))
    scores = [0.0] * len(texts)
    shares = [0.0] * len(texts)
    for n, text in enumerate(texts):
        score = 0.0 if format_of(text, day) is not None else math.log(model.unformatted)
        for read, weight in ranked:
            likelihood, wrong = _read_as(read, text)
            score += model.independent_ratio * weight * likelihood
            if wrong <= MOST_WRONG:
                shares[n] += weight / total
        scores[n] = score
    # Texts nobody read: with one character wrong in every read, at any one place.
    length = len(ranked[0][0])
    unread = math.log(length) + model.independent_ratio * total * math.log(1 - model.right) if length else 0.0
    top = max(*scores, unread)
    mass = math.fsum(math.exp(score - top) for score in [*scores, unread])
    return tuple(
        # The share of what was read that can be of this plate at all: a track may have been two vehicles'.
        (text, min(math.exp(score - top) / mass * share, model.most_ratio))
        for text, score, share in zip(texts, scores, shares, strict=True)
    )
