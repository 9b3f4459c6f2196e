"""One model on Triton, over gRPC: requests with tries and a deadline, and what each error means."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tritonclient.grpc.aio as triton
from numpy.typing import NDArray
from tritonclient.utils import InferenceServerException

from processors.perception.detector import DetectorContractError
from processors.stage_core import ServiceUnavailableError

log = logging.getLogger(__name__)

#: Trouble of the server or the way to it: the same request may succeed later.
PASSING: Final = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "CANCELLED", "UNKNOWN"}
)
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
#: The repository's parameters that name a model; see infra/triton/models/*/config.pbtxt.
RELEASE, SHA256 = "release", "sha256"


@dataclass(frozen=True, slots=True)
class Served:
    """A model as its configuration has it.

    Attributes:
        version: its release and the first 12 digits of its file's SHA-256, joined by "-".
        image_shape: of one picture that it takes.
    """

    version: str
    image_shape: Sequence[int]


class TritonModel:
    """A model with one client for the whole process.

    Each error that Triton gives has its answer: INVALID_ARGUMENT is a bug or the wrong model (DetectorContractError);
    NOT_FOUND needs a person, who finds a line in the log that says what to do; UNAVAILABLE, DEADLINE_EXCEEDED and
    INTERNAL are tried again a few times. Both end as ServiceUnavailableError: for the detector the stage waits, for
    plates it goes on without.

    Args:
        address: Triton's gRPC address, host:port.
        name: the model's name.
        outputs: tensors that it gives.
        remedy: what a person may do where the model is not found, besides loading it.
        meanwhile: what happens until then.
        in_flight: requests under way at once.
        timeout_s: deadline of a request, seconds.
        attempts: tries of a request.
        reconnect_backoff_ms: longest pause between gRPC's tries to connect, milliseconds.
    """

    def __init__(
        self,
        address: str,
        name: str,
        outputs: Sequence[str],
        remedy: str,
        meanwhile: str,
        *,
        in_flight: int,
        timeout_s: float,
        attempts: int,
        reconnect_backoff_ms: int,
    ) -> None:
        self.name = name
        self.address = address
        self._outputs = outputs
        self._remedy = remedy
        self._meanwhile = meanwhile
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._slots = asyncio.Semaphore(in_flight)
        self._options = [
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", reconnect_backoff_ms),
            ("grpc.max_receive_message_length", 16 * 2**20),
            ("grpc.max_send_message_length", 64 * 2**20),
        ]
        self._client: Any = None
        self._served: Served | None = None
        self._requested = [triton.InferRequestedOutput(output) for output in outputs]

    async def served(self) -> Served:
        """Return the model as it is served. Asked once, and again after Triton was away: it may be another one now.

        Raises:
            ServiceUnavailableError: it is not to be reached, or not loaded.
            DetectorContractError: it takes or gives other tensors, or does not say which model it is.
        """
        if self._served is None:
            self._served = await self._look()
        return self._served

    async def infer(self, images: NDArray[np.uint8]) -> list[NDArray[Any]]:
        """Return the outputs for a batch of pictures, in the order of `outputs`.

        Raises:
            ServiceUnavailableError: the model is away or failing; the pictures are fine.
            DetectorContractError: it refused them, or gave less than its contract has.
        """
        if images.dtype != np.uint8:
            raise DetectorContractError(f"a canvas of {images.dtype}; model {self.name} takes uint8")
        tensor = triton.InferInput("images", list(images.shape), "UINT8")
        tensor.set_data_from_numpy(images)
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, self._attempts + 1):
            try:
                async with self._slots:
                    result = await self._connected().infer(
                        self.name, [tensor], outputs=self._requested, client_timeout=self._timeout_s
                    )
                return self._arrays(result)
            except InferenceServerException as error:
                failure = self._failure(error)
                if not isinstance(failure, ServiceUnavailableError) or attempt == self._attempts:
                    raise failure from error
                log.warning("try %d of %d: %s", attempt, self._attempts, failure)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            self._client = triton.InferenceServerClient(self.address, channel_args=self._options)
        return self._client

    def _arrays(self, result: Any) -> list[NDArray[Any]]:
        arrays = [result.as_numpy(output) for output in self._outputs]
        if any(one is None for one in arrays):
            raise DetectorContractError(f"an answer lacks one of {', '.join(self._outputs)}")
        return arrays

    async def _look(self) -> Served:
        try:
            answer = await self._connected().get_model_config(self.name, as_json=True, client_timeout=self._timeout_s)
        except InferenceServerException as error:
            raise self._failure(error) from error
        config = answer["config"]
        given = {key: value.get("string_value", "") for key, value in config.get("parameters", {}).items()}
        missing = [key for key in (RELEASE, SHA256) if not given.get(key)]
        if missing:
            raise DetectorContractError(
                f"model {self.name} on {self.address} has no parameter {' and '.join(missing)} in its config.pbtxt;"
                " detections must name the model that made them: add its release and its file's SHA-256"
            )
        inputs = {one["name"]: one for one in config.get("input", ())}
        outputs = {one["name"] for one in config.get("output", ())}
        image = inputs.get("images", {})
        shape = [int(size) for size in image.get("dims", ())]
        picture = len(shape) == 3 and shape[2] == 3
        if not picture or image.get("data_type") != "TYPE_UINT8" or not set(self._outputs) <= outputs:
            raise DetectorContractError(
                f"model {self.name} on {self.address} takes {sorted(inputs)} {shape} {image.get('data_type')} and"
                f" gives {sorted(outputs)}; expected images uint8 [height, width, 3] and {sorted(self._outputs)}"
            )
        return Served(f"{given[RELEASE]}-{given[SHA256][:12]}", shape)

    def _failure(self, error: InferenceServerException) -> Exception:
        """Return what an error of Triton's means here."""
        status = str(error.status() or "UNKNOWN").rpartition(".")[2]
        text = f"model {self.name} on Triton at {self.address}: {status}: {error.message()}"
        if status in PASSING:
            self._served = None
            return ServiceUnavailableError(text)
        if status == "NOT_FOUND":
            self._served = None
            log.error(
                "%s. Put the model into Triton's repository and load it (infra/triton/models), or set %s. Meanwhile %s",
                text,
                self._remedy,
                self._meanwhile,
            )
            return ServiceUnavailableError(text)
        return DetectorContractError(text)
