"""What perception relies on in a detector, whoever serves it; a subclass brings the `detector` fixture."""

from asyncio import gather

import numpy as np
import pytest

from processors.perception.detector import Canvas, Detector, Found

#: COCO-80.
CLASSES = 80


def canvas(side_px: int, number: int = 0) -> Canvas:
    """Return a textured canvas with a bright block, different for each number."""
    pixels = np.random.default_rng(number).integers(0, 60, (side_px, side_px, 3), np.uint8)
    left = 20 + 40 * number
    pixels[side_px // 4 : side_px // 2, left : left + side_px // 4] = 230
    return pixels


def same(a: Found, b: Found) -> bool:
    """Return whether two answers are equal to the bit."""
    return all(
        x.tobytes() == y.tobytes()
        for x, y in ((a.xyxy_px, b.xyxy_px), (a.scores, b.scores), (a.class_ids, b.class_ids))
    )


class DetectorSuite:
    """The suite."""

    async def test_the_model_is_named(self, detector: Detector) -> None:
        """Detections carry name and version: a release and twelve digits of a hash; it is the same when asked again."""
        model = await detector.model()
        release, _, digits = model.version.rpartition("-")
        assert model.name
        assert release
        assert len(digits) == 12
        assert int(digits, 16) >= 0
        assert model.side_px > 0
        assert await detector.model() == model

    @pytest.mark.parametrize("kind", ["block", "black", "white"])
    async def test_an_answer_keeps_to_its_types_and_bounds(self, detector: Detector, kind: str) -> None:
        """Parallel arrays of the types that Found names, boxes on the canvas with corners in order, no padding."""
        side_px = (await detector.model()).side_px
        flat = np.full((side_px, side_px, 3), 255 if kind == "white" else 0, np.uint8)
        found = await detector.infer(canvas(side_px) if kind == "block" else flat)
        count = len(found.scores)
        assert found.xyxy_px.shape == (count, 4)
        assert found.class_ids.shape == (count,)
        kinds = [part.dtype.name for part in (found.xyxy_px, found.scores, found.class_ids)]
        assert kinds == ["float32", "float32", "int32"]
        assert np.isfinite(found.xyxy_px).all()
        assert ((found.xyxy_px >= -1) & (found.xyxy_px <= side_px + 1)).all()
        assert (found.xyxy_px[:, :2] <= found.xyxy_px[:, 2:]).all()
        assert ((found.scores > 0) & (found.scores <= 1)).all()
        assert ((found.class_ids >= 0) & (found.class_ids < CLASSES)).all()

    async def test_answers_do_not_hang_on_what_else_is_asked(self, detector: Detector) -> None:
        """A canvas gives the same bits alone, again, and among others at once: replays rest on it."""
        side_px = (await detector.model()).side_px
        canvases = [canvas(side_px, number) for number in range(4)]
        alone = [await detector.infer(one) for one in canvases]
        together = await gather(*(detector.infer(one) for one in [*canvases, *canvases]))
        assert all(same(a, b) for a, b in zip([*alone, *alone], together, strict=True))
