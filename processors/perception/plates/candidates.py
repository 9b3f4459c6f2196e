"""From the texts of a reading to ranked candidates: formats, look-alikes, and what a probability has meant. Pure."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

from processors.perception.plates.plate_models import SYMBOLS
from processors.plates.plate_formats import format_of, look_alikes
from schemas.messages import PlateCandidate

#: Candidates of one read at most.
MOST_CANDIDATES: Final = 5
#: Texts of the beam that are looked at.
MOST_TEXTS: Final = 12
#: Characters that may be taken for a look-alike in one text.
MOST_TURNED: Final = 2
FILE: Final = "plate_reading.toml"


@dataclass(frozen=True, slots=True)
class Ranking:
    """How texts are weighed: plate_reading.toml, whose comments tell each number's meaning."""

    unformatted_ratio: float
    look_alike_ratio: float
    strip_ratio: float
    before: Sequence[str]
    behind: Sequence[str]
    least_characters: int
    most_characters: int
    calibration: Sequence[Sequence[float]]


@cache
def ranking() -> Ranking:
    """Return the figures that ship with Vigil."""
    text = (resources.files(__package__) / FILE).read_text(encoding="utf-8")
    return Ranking(**tomllib.loads(text)["ranking"])


def candidates_of(
    texts: Sequence[tuple[str, float]], figures: Ranking, least_ratio: float, day: date
) -> list[PlateCandidate]:
    """Return a reading's candidates, the likeliest first; none where the likeliest is below `least_ratio`.

    Args:
        texts: the beam's, with probabilities.
        figures: how they are weighed.
        least_ratio: lowest stated probability of the best.
        day: the city's, on which the picture was taken: its formats hold.
    """
    shares = posterior(texts, figures, day)
    if not shares:
        return []
    best = shares[0][1]
    stated = calibrated(best, figures.calibration)
    if stated < least_ratio:
        return []
    rest = (1.0 - stated) / (1.0 - best) if best < 1.0 else 0.0
    return [
        PlateCandidate(text, round(min(stated if not n else share * rest, stated), 4))
        for n, (text, share) in enumerate(shares[:MOST_CANDIDATES])
    ]


def posterior(texts: Sequence[tuple[str, float]], figures: Ranking, day: date) -> list[tuple[str, float]]:
    """Return what each text's probability is, the likeliest first, given what a plate of the day can be.

    What the reading gave to other writing, or to texts outside the beam, counts against all of them; and a text without
    a format is as likely a Kazakh plate misread as a foreign one read well (an assumption), so it has half at most.
    """
    mass: dict[str, float] = {}
    lost = max(0.0, 1.0 - sum(ratio for _, ratio in texts[:MOST_TEXTS]))
    for text, ratio in texts[:MOST_TEXTS]:
        meant = meanings(text, figures, day)
        for other, share in meant:
            mass[other] = mass.get(other, 0.0) + ratio * share
        if format_of(text, day) is None:
            lost += ratio
    total = sum(mass.values()) + lost * figures.unformatted_ratio
    if total <= 0.0:
        return []
    return sorted(((text, share / total) for text, share in mass.items()), key=lambda item: (-item[1], item[0]))


def meanings(text: str, figures: Ranking, day: date) -> list[tuple[str, float]]:
    """Return the plates of the day that a text may be of, each with its weight.

    A text with a known format is itself. What else: the strip with the country's letters, or an edge, was read as
    characters beside it; or characters were taken for those that look like them. A text that no format explains stays,
    with little weight.
    """
    if format_of(text, day) is not None:
        return [(text, 1.0)]
    out: dict[str, float] = {}
    for core, share in _cores(text, figures):
        if core != text and format_of(core, day) is not None:
            out[core] = max(out.get(core, 0.0), share)
        for other, turned in _turned(core, day):
            out[other] = max(out.get(other, 0.0), share * figures.look_alike_ratio**turned)
    if figures.least_characters <= len(text) <= figures.most_characters:
        out[text] = figures.unformatted_ratio
    return sorted(out.items())


@lru_cache(maxsize=8_192)
def may_go_on(text: str, day: date) -> bool:
    """Return whether a plate would be another one with one character more: its end may not be its end."""
    return format_of(text, day) is not None and any(format_of(text + one, day) is not None for one in SYMBOLS)


def mean_of(texts: Sequence[tuple[str, float]], others: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    """Return what two readings of one plate say: the mean of each text's probabilities, the likeliest first."""
    mean: dict[str, float] = {}
    for text, ratio in (*texts, *others):
        mean[text] = mean.get(text, 0.0) + ratio / 2
    return sorted(mean.items(), key=lambda item: (-item[1], item[0]))


def calibrated(ratio: float, knots: Sequence[Sequence[float]]) -> float:
    """Return what a probability has meant: between the knots in straight lines."""
    for (low, at_low), (high, at_high) in pairwise(knots):
        if ratio <= high:
            return at_low + (at_high - at_low) * (ratio - low) / (high - low)
    return knots[-1][1]


def _cores(text: str, figures: Ranking) -> list[tuple[str, float]]:
    """Return a text with its weight, and what is left of it without what was read beside the plate.

    One odd character is taken off only where a plate of 2012 is left, which begins with a digit: "WX999YZ" of another
    country would else be one of 1993 with something before it.
    """
    out = [(text, 1.0)]
    if text[1:2].isdigit():
        out.append((text[1:], figures.strip_ratio))
    out += [(text[len(extra) :], figures.strip_ratio) for extra in figures.before if text.startswith(extra)]
    out += [
        (core[:-1], share * figures.strip_ratio)
        for core, share in out
        if core[:1].isdigit() and core[-1] in figures.behind
    ]
    return out


@lru_cache(maxsize=8_192)
def _turned(text: str, day: date) -> tuple[tuple[str, int], ...]:
    """Return texts with a known format that look like this one, with how many characters differ: the fewest only."""
    alike = _alike()
    now = {text}
    for turned in range(1, MOST_TURNED + 1):
        now = {
            one[:place] + other + one[place + 1 :]
            for one in now
            for place, letter in enumerate(one)
            for other in alike.get(letter, "")
        }
        found = sorted(one for one in now if format_of(one, day) is not None)
        if found:
            return tuple((one, turned) for one in found)
    return ()


@cache
def _alike() -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in sorted(look_alikes()):
        out[pair[0]] = out.get(pair[0], "") + pair[1]
    return out
