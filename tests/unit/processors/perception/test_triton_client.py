"""What each error of Triton's means to perception, over the real protocol."""

import logging
from asyncio import gather, sleep
from collections.abc import AsyncIterator
from typing import Any

import grpc
import numpy as np
import pytest

from processors.perception.detector import DetectorContractError, Model
from processors.perception.triton_client import TritonDetector
from processors.stage_core import ServiceUnavailableError
from tests.unit.processors.perception.fake_triton import FakeTriton, answer, serving

CANVAS = np.zeros((416, 416, 3), np.uint8)
ATTEMPTS = 3
PASSING = [
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.CANCELLED,
]


def client(port: int, name: str = "detector", *, timeout_s: float = 5.0, in_flight: int = 2) -> TritonDetector:
    """Return a detector on a port of this machine."""
    return TritonDetector(
        f"127.0.0.1:{port}",
        name,
        in_flight=in_flight,
        timeout_s=timeout_s,
        attempts=ATTEMPTS,
        reconnect_backoff_ms=100,
    )


@pytest.fixture
def fake() -> FakeTriton:
    """The server's side."""
    return FakeTriton()


@pytest.fixture
async def detector(fake: FakeTriton) -> AsyncIterator[TritonDetector]:
    """A detector on a served fake."""
    async with serving(fake) as port:
        subject = client(port)
        yield subject
        await subject.close()


async def test_an_answer_is_cut_to_its_count(detector: TritonDetector) -> None:
    """Padding does not come out."""
    found = await detector.infer(CANVAS)
    assert found.xyxy_px.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert (found.scores.tolist(), found.class_ids.tolist()) == ([0.5, 0.5], [2, 2])


async def test_a_full_and_an_empty_answer(detector: TritonDetector, fake: FakeTriton) -> None:
    """Both bounds of the count are good answers."""
    for count in (0, 5):
        fake.tensors = answer(count)
        assert len((await detector.infer(CANVAS)).scores) == count


async def test_the_model_is_named_by_release_and_hash_and_asked_once(
    detector: TritonDetector, fake: FakeTriton
) -> None:
    """What detections carry."""
    assert await detector.model() == await detector.model() == Model("detector", "r.1-0123456789ab", 416)
    assert fake.asked == 1


@pytest.mark.parametrize("code", PASSING, ids=lambda code: code.name)
async def test_passing_trouble_is_tried_again(
    detector: TritonDetector, fake: FakeTriton, code: grpc.StatusCode
) -> None:
    """Fewer failures than tries are not seen by the caller."""
    fake.errors = [code] * (ATTEMPTS - 1)
    assert len((await detector.infer(CANVAS)).scores) == 2
    assert fake.served == ATTEMPTS


@pytest.mark.parametrize("code", PASSING, ids=lambda code: code.name)
async def test_trouble_that_lasts_pauses_the_stage(
    detector: TritonDetector, fake: FakeTriton, code: grpc.StatusCode
) -> None:
    """After the last try the error names the status; the next call works again."""
    fake.errors = [code] * ATTEMPTS
    with pytest.raises(ServiceUnavailableError, match=code.name):
        await detector.infer(CANVAS)
    assert fake.served == ATTEMPTS
    assert len((await detector.infer(CANVAS)).scores) == 2


async def test_a_refused_request_is_not_tried_again(detector: TritonDetector, fake: FakeTriton) -> None:
    """INVALID_ARGUMENT (shape, type, name, batch) will be refused the next time too."""
    with pytest.raises(DetectorContractError, match=r"INVALID_ARGUMENT.*unexpected shape"):
        await detector.infer(CANVAS[:100, :100])
    assert fake.served == 1


async def test_a_canvas_of_another_type_is_refused_here(detector: TritonDetector, fake: FakeTriton) -> None:
    """It is a bug of the caller's, never trouble to wait out."""
    wrong: Any = CANVAS.astype(np.float32)
    with pytest.raises(DetectorContractError, match="float32"):
        await detector.infer(wrong)
    assert fake.served == 0


async def test_an_unknown_model_says_what_to_do(fake: FakeTriton, caplog: pytest.LogCaptureFixture) -> None:
    """The stage waits, and the log tells the person who must act."""
    async with serving(fake) as port:
        subject = client(port, "nonesuch")
        with caplog.at_level(logging.ERROR), pytest.raises(ServiceUnavailableError, match=r"nonesuch.*NOT_FOUND"):
            await subject.model()
        await subject.close()
    assert "VIGIL_PERCEPTION_MODEL_NAME" in caplog.text


async def test_a_server_that_does_not_answer_meets_the_deadline(fake: FakeTriton) -> None:
    """The client's own timeout is passing trouble."""
    fake.delay_s = 60
    async with serving(fake) as port:
        subject = client(port, timeout_s=0.1)
        with pytest.raises(ServiceUnavailableError, match="DEADLINE_EXCEEDED"):
            await subject.infer(CANVAS)
        await subject.close()
    assert fake.served == ATTEMPTS


async def test_the_same_client_works_after_a_restart_and_asks_for_the_model_again() -> None:
    """Triton may have come back with another model: detections must name the one that made them."""
    first, second = FakeTriton(), FakeTriton()
    second.parameters["release"] = "r.2"
    async with serving(first) as port:
        subject = client(port)
        assert (await subject.model()).version.startswith("r.1-")
    with pytest.raises(ServiceUnavailableError, match="UNAVAILABLE"):
        await subject.infer(CANVAS)
    async with serving(second, port):
        for _ in range(200):
            try:
                version = (await subject.model()).version
                break
            except ServiceUnavailableError:
                await sleep(0.05)
        else:
            pytest.fail("the client never found the restarted server")
        assert version.startswith("r.2-")
        assert len((await subject.infer(CANVAS)).scores) == 2
        await subject.close()


async def test_requests_under_way_are_bounded(fake: FakeTriton) -> None:
    """No more than in_flight at once, and all of them answered."""
    fake.delay_s = 0.02
    async with serving(fake) as port:
        subject = client(port, in_flight=2)
        answers = await gather(*(subject.infer(CANVAS) for _ in range(8)))
        await subject.close()
    assert len(answers) == 8
    assert fake.most_at_once == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"boxes": np.zeros((1, 5, 5), np.float32)},
        {"boxes": np.zeros((5, 4), np.float32)},
        {"boxes": np.zeros((0, 5, 4), np.float32)},
        {"boxes": np.zeros((1, 4, 4), np.float32)},
        {"scores": np.zeros((1, 4), np.float32)},
        {"class_ids": np.zeros((1, 6), np.int32)},
        {"count": np.array([[6]], np.int32)},
        {"count": np.array([[-1]], np.int32)},
        {"count": np.array([2], np.int32)},
        {"count": np.zeros((1, 0), np.int32)},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}{next(iter(wrong.values())).shape}",
)
async def test_an_answer_of_another_shape_breaks_the_contract(
    detector: TritonDetector, fake: FakeTriton, wrong: dict[str, Any]
) -> None:
    """It is told apart from trouble, or the stage would wait for ever."""
    fake.tensors = {**answer(), **wrong}
    with pytest.raises(DetectorContractError, match="expected"):
        await detector.infer(CANVAS)


@pytest.mark.parametrize("name", list(answer()))
async def test_an_answer_that_lacks_a_tensor_breaks_the_contract(
    detector: TritonDetector, fake: FakeTriton, name: str
) -> None:
    """Each of the four is needed."""
    fake.tensors = {key: value for key, value in answer().items() if key != name}
    with pytest.raises(DetectorContractError, match="lacks"):
        await detector.infer(CANVAS)


@pytest.mark.parametrize("missing", ["release", "sha256"])
async def test_a_model_without_its_name_is_refused(detector: TritonDetector, fake: FakeTriton, missing: str) -> None:
    """Detections must say which model made them."""
    del fake.parameters[missing]
    with pytest.raises(DetectorContractError, match=missing):
        await detector.model()


@pytest.mark.parametrize("dims", [[416, 320, 3], [3, 416, 416], [416, 416], []])
async def test_a_model_with_another_input_is_refused(
    detector: TritonDetector, fake: FakeTriton, dims: list[int]
) -> None:
    """Before any canvas is sent."""
    fake.dims = dims
    with pytest.raises(DetectorContractError, match="expected images uint8"):
        await detector.model()
