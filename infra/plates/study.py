"""How well plates are read: by width, by format, over tracks, and what is read where nothing is to be read."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from prometheus_client import CollectorRegistry
from scipy.optimize import isotonic_regression

from infra.noise.model_session import ModelSession
from infra.noise.real_detector import MODEL
from infra.plates.drawn_plate import DAY, EUROPEAN, KINDS, draw_plate
from infra.plates.plate_session import PlateSession
from infra.plates.seen_plate import see
from infra.plates.trial import Trial, on_seen, on_vehicle, trials
from infra.plates.vehicles import Vehicle, vehicles
from processors.perception.metrics import PerceptionMetrics
from processors.perception.plates.plate_reader import PlateReader
from processors.perception.settings import PerceptionSettings
from processors.tracking.plates import PlateVote, is_confident

#: Plate widths of the table, pixels; each row's draws lie within 10 % of its width.
WIDTHS_PX: Final = (50, 60, 80, 100, 130, 160, 200)
SPREAD_RATIO: Final = 0.1
#: A track's looks: the plate grows as the vehicle comes nearer.
LOOKS: Final = 5
TRACK_PX: Final = (60.0, 150.0)
#: Bins of weights that a calibration is fitted on, and draws in one at least.
KNOT_EDGES: Final = (0.0, 0.3, 0.5, 0.7, 0.85, 0.93, 0.97, 0.985, 0.993, 0.997, 0.9985, 0.9995, 1.0)
LEAST_IN_BIN: Final = 15
#: Parts of a score.
PARTS: Final = ("widths", "formats", "tracks", "real")
#: Looks that are timed, at a plate of 100 pixels.
TIMED: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes:
        name: in words.
        draws: trials, or tracks.
        found: plates found where they are (real vehicles: any).
        read: with a best text; right: that text is true.
        confident, confident_right: likewise, of those marked confident.
        texts: reads that were wrong and confident, or on real vehicles all: at most five.
    """

    name: str
    draws: int
    found: int
    read: int
    right: int
    confident: int
    confident_right: int
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Score:
    """The study's figures; times in milliseconds on one thread, in this run."""

    rows: Sequence[Row]
    vehicle_ms: float
    find_ms: float
    read_ms: float
    detector_ms: float


def score(seed: int, count: int, parts: Collection[str], say: Callable[[str], None]) -> Score:
    """Draw plates, read them, and count.

    Args:
        seed: of all draws; 1 was tuned and calibrated on.
        count: plates of each width, each format; tracks.
        parts: of PARTS, those to do.
        say: takes lines of progress.
    """
    say("cutting vehicles out of the shipped clips")
    every = vehicles()
    ground = [one for one in every if one.facing]
    with PlateSession() as session, ThreadPoolExecutor(1) as threads:
        study = _Study(_reader(session, threads), ground, seed, count, say)
        rows = asyncio.run(study.rows(parts))
        session.find_s = session.read_s = 0.0
        began = perf_counter()
        timed = asyncio.run(study.timed())
        spent_s = perf_counter() - began
        found = max(1, sum(one.found for one in timed))
        times = (spent_s / TIMED * 1e3, session.find_s / TIMED * 1e3, session.read_s / found * 1e3)
        if "real" in parts:
            rows.append(row_of("real vehicles as they are", asyncio.run(study.real(every))))
    return Score(rows, *times, _detector_ms())


class _Study:
    """The parts of a score, each with draws of its own."""

    def __init__(
        self, reader: PlateReader, ground: Sequence[Vehicle], seed: int, count: int, say: Callable[[str], None]
    ) -> None:
        self._reader = reader
        self._ground = ground
        self._seed = seed
        self._count = count
        self._say = say

    async def rows(self, parts: Collection[str]) -> list[Row]:
        """Return the rows of drawn plates."""
        out = []
        for width in WIDTHS_PX if "widths" in parts else ():
            generator = np.random.default_rng([self._seed, width])
            widths = width * generator.uniform(1 - SPREAD_RATIO, 1 + SPREAD_RATIO, self._count)
            out.append(row_of(f"{width} px", await trials(self._reader, self._ground, widths.tolist(), generator)))
            self._tell(out[-1])
        for number, kind in enumerate((*KINDS, EUROPEAN) if "formats" in parts else ()):
            generator = np.random.default_rng([self._seed, 1000 + number])
            widths = generator.uniform(80, 160, self._count)
            out.append(row_of(kind, await trials(self._reader, self._ground, widths.tolist(), generator, kind)))
            self._tell(out[-1])
        if "tracks" in parts:
            out.append(await self._tracks(np.random.default_rng([self._seed, 2000])))
            self._tell(out[-1])
        return out

    async def real(self, every: Sequence[Vehicle]) -> list[Trial]:
        """Look for plates on real vehicles as they are."""
        return [await on_vehicle(self._reader, one) for one in every]

    async def timed(self) -> list[Trial]:
        """Look at the same few vehicles with plates for the time that it takes."""
        generator = np.random.default_rng(0)
        seen = see(draw_plate(generator), self._ground[0], 100.0, generator)
        return [await on_seen(self._reader, seen) for _ in range(TIMED)]

    async def _tracks(self, generator: np.random.Generator) -> Row:
        """Return how tracks are voted: each plate looked at five times from 60 to 150 pixels."""
        found = read = right = confident = confident_right = 0
        wrong = []
        for _ in range(self._count):
            plate, vehicle = draw_plate(generator), self._ground[int(generator.integers(len(self._ground)))]
            vote, seen = PlateVote(), 0
            for width in np.geomspace(*TRACK_PX, LOOKS).tolist():
                trial = await on_seen(self._reader, see(plate, vehicle, width, generator))
                seen += trial.found
                if trial.candidates:
                    vote.add(trial.candidates)
            found += seen > 0
            ranked = vote.candidates(DAY)
            if not ranked:
                continue
            best = ranked[0]
            sure = is_confident(best.text, best.probability_ratio, vote.reads, DAY)
            read, right = read + 1, right + (best.text == plate.text)
            confident, confident_right = confident + sure, confident_right + (sure and best.text == plate.text)
            if sure and best.text != plate.text:
                wrong.append(f"{plate.text} as {best.text}")
        return Row(f"tracks of {LOOKS} looks", self._count, found, read, right, confident, confident_right, wrong[:5])

    def _tell(self, row: Row) -> None:
        self._say(f"{row.name}: {row.right} of {row.draws} right")


def calibration(seed: int, count: int, say: Callable[[str], None]) -> list[list[float]]:
    """Return knots [weight, share that was right] for plate_reading.toml, from `count` draws of 45 to 220 pixels."""
    ground = [one for one in vehicles() if one.facing]
    with PlateSession() as session, ThreadPoolExecutor(1) as threads:
        reader = _reader(session, threads)
        generator = np.random.default_rng([seed, 3000])
        widths = np.exp(generator.uniform(np.log(45), np.log(220), count)).tolist()
        out: list[Trial] = []
        for begin in range(0, count, 50):
            out += asyncio.run(trials(reader, ground, widths[begin : begin + 50], generator))
            say(f"{len(out)} of {count} plates")
    return knots([(one.weight_ratio, one.best == one.text) for one in out if one.best])


def knots(reads: Sequence[tuple[float, bool]]) -> list[list[float]]:
    """Return a calibration that never falls: mean weight and share right of each bin, with one half of each added.

    Args:
        reads: weight of the best text, and whether it was right.
    """
    weights = np.array([weight for weight, _ in reads])
    right = np.array([truth for _, truth in reads], float)
    bins, low = [], 0.0
    for edge in KNOT_EDGES[1:]:
        inside = (weights >= low) & ((weights < edge) | (edge == 1.0))
        if inside.sum() >= LEAST_IN_BIN or (edge == 1.0 and inside.any()):
            n = int(inside.sum())
            bins.append((float(weights[inside].mean()), (float(right[inside].sum()) + 0.5) / (n + 1.0), n))
            low = edge
    if not bins:
        return [[0.0, 0.0], [1.0, 1.0]]
    rising = isotonic_regression([share for _, share, _ in bins], weights=[n for *_, n in bins]).x
    inner = [[round(weight, 4), round(float(share), 4)] for (weight, *_), share in zip(bins, rising, strict=True)]
    return [[0.0, inner[0][1]], *inner, [1.0, inner[-1][1]]]


def row_of(name: str, of: Sequence[Trial]) -> Row:
    """Return a line of the table."""
    sure = [one for one in of if one.confident]
    odd = [one for one in of if one.candidates and ((one.confident and not one.right) or not one.text)]
    texts = [f"{one.text} as {one.candidates[0].text} {one.candidates[0].probability_ratio:.2f}".strip() for one in odd]
    return Row(
        name,
        len(of),
        sum(one.found for one in of),
        sum(bool(one.candidates) for one in of),
        sum(one.right for one in of),
        len(sure),
        sum(one.right for one in sure),
        texts[:5],
    )


def _reader(session: PlateSession, threads: ThreadPoolExecutor) -> PlateReader:
    return PlateReader(session, PerceptionSettings(), PerceptionMetrics(CollectorRegistry()), threads)


def _detector_ms() -> float:
    """Return what one call of the detector takes on one thread, the median of twenty, milliseconds."""
    canvas = np.random.default_rng(0).integers(0, 255, (416, 416, 3), np.uint8)
    with ModelSession("detector", MODEL) as session:
        session.infer(canvas)
        times = []
        for _ in range(20):
            began = perf_counter()
            session.infer(canvas)
            times.append(perf_counter() - began)
    return float(np.median(times)) * 1e3
