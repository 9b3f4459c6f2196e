"""PlateReader: the plates of a group's vehicles, from its pictures and boxes."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from time import monotonic
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from processors.perception.detector import DetectorContractError, Model
from processors.perception.merge import Boxes
from processors.perception.metrics import PerceptionMetrics
from processors.perception.picture import rgb_of
from processors.perception.plates.beam import beam
from processors.perception.plates.candidates import candidates_of, may_go_on, mean_of, ranking
from processors.perception.plates.choice import ChoiceLimits, Chosen, choose
from processors.perception.plates.outage import Outage
from processors.perception.plates.plate_models import Canvas, FoundPlates, PlateModels
from processors.perception.plates.straighten import straighten
from processors.perception.plates.tiles import Tile, canvas_of, closer, tiles_of
from processors.perception.settings import PerceptionSettings
from processors.stage_core import ServiceUnavailableError
from schemas.messages import Camera, PlateRead

#: Of VIGIL_PERCEPTION_PLATES: on no camera.
OFF: Final = "off"
#: A second reading takes so much more at the right, a share of the plate's width: a letter is an eighth of it.
BEYOND_RATIO: Final = 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one vehicle gave.

    Attributes:
        score_ratio: of the surest plate; 0: none was found.
        corners_px: float64 [4, 2] in the picture, or None.
        texts: what it may say, with the reader's probabilities, the likeliest first; empty where it was not read.
    """

    score_ratio: float
    corners_px: NDArray[np.float64] | None
    texts: Sequence[tuple[str, float]]


NOTHING: Final = Look(0.0, None, ())


class PlateReader:
    """Reads plates.

    Args:
        models: the detector and the reader; None: no plates are read.
        settings: how it works.
        metrics: what is counted.
        threads: where pictures are cut and texts ranked.
        clock: seconds that only go forward, for the pauses between tries while a model is away.
    """

    def __init__(
        self,
        models: PlateModels | None,
        settings: PerceptionSettings,
        metrics: PerceptionMetrics,
        threads: Executor,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._models = models
        self._settings = settings
        self._limits = ChoiceLimits(
            settings.plates_least_vehicle_px, settings.plates_most_per_sample, settings.plates_most_per_group
        )
        self._metrics = metrics
        self._threads = threads
        self._room = asyncio.Semaphore(settings.plates_groups)
        self._outage = Outage(clock)

    def room(self, camera: Camera | None) -> AbstractAsyncContextManager[Any]:
        """Return what holds back further groups while too many have whole pictures in memory."""
        return nullcontext() if self._models_for(camera) is None else self._room

    def pictures(self, samples: Sequence[int], camera: Camera | None) -> frozenset[int]:
        """Return the samples whose whole pictures are needed: so many at most, spread over the group."""
        if self._models_for(camera) is None or not samples:
            return frozenset()
        step = -(-len(samples) // self._settings.plates_pictures)
        return frozenset(samples[::step])

    async def read(
        self, pictures: Sequence[Any], boxes: Sequence[Boxes], model: Model, day: date
    ) -> tuple[list[PlateRead], Model]:
        """Return the plates read, by box, and the detection model as the message names it.

        The plates' models are named where they looked at a vehicle. Where one is away, fails or breaks its contract
        there are no plates and the detector alone is named, as where none are read: detections never wait for plates. A
        vehicle whose plate is not found or not readable has none.

        Args:
            pictures: the decoded frame of each sample; None where it was not kept.
            boxes: of each sample.
            model: the detection model.
            day: the city's, on which the pictures were taken: its formats hold.
        """
        vehicles = choose(boxes, [picture is not None for picture in pictures], self._limits)
        if self._models is None or not vehicles:
            return [], model
        probe = self._outage.away
        if not self._outage.may_try():
            self._metrics.plates_unread.inc()
            return [], model
        try:
            if probe:  # finding out that it is still away must not take all its requests' tries and deadlines
                async with asyncio.timeout(self._settings.infer_timeout_s):
                    await self._read(vehicles[:1], pictures, day)
            out = await self._read(vehicles, pictures, day)
            version = await self._models.version()
        except (ServiceUnavailableError, DetectorContractError, TimeoutError) as error:
            self._metrics.plates_unread.inc()
            self._outage.failed(str(error) or f"no answer within {self._settings.infer_timeout_s:g} s", probe=probe)
            return [], model
        finally:
            if probe:
                self._outage.tried()
        if probe:
            self._outage.over()
        self._metrics.plates_read.inc(len(out))
        return out, replace(model, version=f"{model.version}+{version}")

    async def _read(self, vehicles: Sequence[Chosen], pictures: Sequence[Any], day: date) -> list[PlateRead]:
        out = []
        picture, of = None, -1
        for vehicle in vehicles:
            if picture is None or of != vehicle.sample:
                picture, of = await self._in_thread(partial(rgb_of, pictures[vehicle.sample])), vehicle.sample
            texts = (await self.look(picture, vehicle.xyxy_px, day)).texts
            found = candidates_of(texts, ranking(), self._settings.plates_least_ratio, day)
            if found:
                out.append(PlateRead(vehicle.box, found))
        return out

    def _models_for(self, camera: Camera | None) -> PlateModels | None:
        wanted = camera is not None and camera.analysis.enforcement and self._settings.plates != OFF
        return self._models if wanted else None

    async def look(self, picture: Image.Image, xyxy_px: Sequence[float], day: date) -> Look:
        """Look for a vehicle's plate and read it.

        Args:
            picture: RGB.
            xyxy_px: the vehicle's box in it.
            day: the city's, on which it was taken.
        """
        assert self._models is not None
        tiles = tiles_of(xyxy_px, picture.size)
        if not tiles:
            return NOTHING
        self._metrics.plates_looked.inc()
        canvases = await self._in_thread(partial(_canvases, picture, tiles))
        score, corners = surest(await self._models.find(canvases), tiles)
        if corners is None or score < self._settings.plates_score_floor_ratio:
            return Look(score, corners, ())
        self._metrics.plates_found.inc()
        corners = await self._closer(picture, corners)
        texts = await self._texts(picture, corners, 0.0)
        if texts and may_go_on(texts[0][0], day):
            texts = mean_of(texts, await self._texts(picture, corners, BEYOND_RATIO))
        return Look(score, corners, texts)

    async def _texts(
        self, picture: Image.Image, corners_px: NDArray[np.float64], beyond_ratio: float
    ) -> Sequence[tuple[str, float]]:
        """Return what a plate may say, with `beyond_ratio` of its width more at the right."""
        assert self._models is not None
        plate = await self._in_thread(partial(_straight, picture, corners_px, beyond_ratio))
        if plate is None:
            return ()
        rows = await self._models.read(plate[None])
        return cast("Sequence[tuple[str, float]]", await self._in_thread(partial(beam, rows[0])))

    async def _closer(self, picture: Image.Image, corners_px: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a plate's corners [4, 2] after a second look; the first ones where that finds none."""
        assert self._models is not None
        tile = closer(corners_px, picture.size)
        if tile is None:
            return corners_px
        canvases = await self._in_thread(partial(_canvases, picture, [tile]))
        _, corners = surest(await self._models.find(canvases), [tile])
        return corners_px if corners is None else corners

    async def _in_thread(self, job: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, job)


def surest(found: Sequence[FoundPlates], tiles: Sequence[Tile]) -> tuple[float, NDArray[np.float64] | None]:
    """Return score and corners [4, 2] in the picture, to 0.01 pixels, of all tiles' surest plate; 0, None: none."""
    best, at = 0.0, None
    for plates, tile in zip(found, tiles, strict=True):
        if len(plates.scores) and float(plates.scores[0]) > best:
            best, at = float(plates.scores[0]), (plates.corners_px[0], tile)
    return (0.0, None) if at is None else (round(best, 4), np.round(at[1].to_picture(at[0]), 2))


def _canvases(picture: Image.Image, tiles: Sequence[Tile]) -> Canvas:
    return np.stack([canvas_of(picture, tile) for tile in tiles])


def _straight(picture: Image.Image, corners_px: NDArray[np.float64], beyond_ratio: float) -> Canvas | None:
    """Return the straightened plate; None where its corners are no quadrangle."""
    try:
        return straighten(picture, corners_px, beyond_ratio)
    except ValueError:
        return None
