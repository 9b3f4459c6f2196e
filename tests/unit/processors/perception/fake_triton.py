"""A server that speaks Triton's protocol and answers as it is told: each error, each breach of the contract."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc

SHA256 = "0123456789abcdef" * 4
DATATYPES = {"f": "FP32", "i": "INT32"}


def answer(boxes: int = 2) -> dict[str, NDArray[Any]]:
    """Return a good answer with so many boxes, padded to five."""
    count = np.array([[boxes]], np.int32)
    classes = np.where(np.arange(5) < boxes, 2, -1).astype(np.int32)[None]
    xyxy = np.arange(20, dtype=np.float32).reshape(1, 5, 4)
    return {"boxes": xyxy, "scores": np.full((1, 5), 0.5, np.float32), "class_ids": classes, "count": count}


class FakeTriton(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]  # generated, without types
    """The server's side.

    Attributes:
        errors: raised by the next inferences, one each.
        tensors: what inferences answer.
        parameters: the model's, in its configuration.
        dims: of its input.
        delay_s: an inference takes so long, seconds.
        asked, served, most_at_once: configurations and inferences so far, and the most inferences under way at once.
    """

    def __init__(self) -> None:
        self.errors: list[grpc.StatusCode] = []
        self.tensors: Mapping[str, NDArray[Any]] = answer()
        self.parameters = {"release": "r.1", "sha256": SHA256}
        self.dims = [416, 416, 3]
        self.delay_s = 0.0
        self.asked = self.served = self.most_at_once = self._now = 0

    async def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        """Answer with the configuration."""
        self.asked += 1
        if request.name != "detector":
            await context.abort(grpc.StatusCode.NOT_FOUND, f"unknown model '{request.name}'")
        config = model_config_pb2.ModelConfig(name=request.name)
        config.input.add(name="images", data_type=model_config_pb2.TYPE_UINT8, dims=self.dims)
        for name in ("boxes", "scores", "class_ids", "count"):
            config.output.add(name=name)
        for key, value in self.parameters.items():
            config.parameters[key].string_value = value
        return service_pb2.ModelConfigResponse(config=config)

    async def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        """Answer with the next error, or the tensors."""
        self.served += 1
        if self.errors:
            await context.abort(self.errors.pop(0), "as told")
        if list(request.inputs[0].shape) != [1, *self.dims]:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "unexpected shape for input 'images'")
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        await asyncio.sleep(self.delay_s)
        self._now -= 1
        out = service_pb2.ModelInferResponse(model_name=request.model_name)
        for name, values in self.tensors.items():
            out.outputs.add(name=name, datatype=DATATYPES[values.dtype.kind], shape=values.shape)
            out.raw_output_contents.append(values.tobytes())
        return out


@asynccontextmanager
async def serving(fake: Any, port: int = 0) -> AsyncIterator[int]:
    """Serve on a port of this machine, a free one for 0; give the port."""
    server = grpc.aio.server()
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(fake, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(None)
