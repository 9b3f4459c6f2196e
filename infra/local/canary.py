"""Looks into Triton's models by inference, and heals a model of which an instance has died.

A killed Python stub leaves the server live and ready while every request to that instance fails for ever; only an
inference notices, and only unloading and loading the model heals it.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tritonclient.grpc as triton_grpc
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

from infra.local.child import ChildMustRestartError

INFER_WITHIN_S = 5.0
#: A sound model is unloaded in 2.3 s. With a dead instance the unloading was seen to hang for good; loading again
#: meanwhile works, and leaves the old instances behind, so the server itself is started again after some of these.
UNLOAD_WITHIN_S = 3.0
MOST_LEFT_BEHIND = 4
REQUEST_WITHIN_S = 10.0
LOAD_WITHIN_S = 30.0
#: Without a failed request in Triton's own statistics the models are looked into so often.
EVERY_S = 10.0
#: Requests to each instance at the start, where they do no harm; in service one each, which a dead and so idle
#: instance takes at once.
START_ROUNDS = 2
MOST_HEALS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Model:
    """What an inference needs to know of a model: input name -> (shape, Triton's datatype), and its instances."""

    inputs: Mapping[str, tuple[Sequence[int], str]]
    instances: int


class Canary:
    """Sends an empty picture to every instance of every model of one server.

    Args:
        address: Triton's gRPC address.
        names: the models.
    """

    def __init__(self, address: str, names: Sequence[str]) -> None:
        self._address = address
        self._names = names
        self._client: triton_grpc.InferenceServerClient | None = None
        self._models: dict[str, Model] = {}
        self._failed: dict[str, int] = {}
        self._looked = 0.0
        self._heals_in_a_row: dict[str, int] = {}
        self._left_behind = 0
        self.healed = 0
        #: Models that the last check loaded again.
        self.just_healed: list[str] = []

    def forget(self) -> None:
        """Start anew: the server is another process now."""
        if self._client is not None:
            self._client.close()
        self._client = None
        self._models.clear()
        self._failed.clear()
        self._heals_in_a_row.clear()
        self._left_behind = 0

    def ready(self) -> bool:
        """Tell whether every model answers on each of its instances."""
        client = self._connect()
        if not client.is_server_ready():
            return False
        if any(self._errors(name, START_ROUNDS) for name in self._names):
            return False
        self._failed = {name: self._fail_count(name) for name in self._names}
        self._looked = time.monotonic()
        return True

    def check(self, *, suspect: bool = False) -> str | None:
        """Look into the models where requests have failed, and now and then; heal what is dead; return a note.

        Args:
            suspect: look into all of them now.

        Raises:
            ChildMustRestartError: a model is dead still after it was loaded several times.
        """
        self.just_healed = []
        counts = {name: self._fail_count(name) for name in self._names}
        due = suspect or time.monotonic() - self._looked > EVERY_S
        suspects = [name for name in self._names if due or counts[name] > self._failed.get(name, 0)]
        self._failed = counts
        if due:
            self._looked = time.monotonic()
        for name in suspects:
            dead = [error for error in self._errors(name, 1) if "INTERNAL" in str(error.status())]
            if not dead:
                self._heals_in_a_row[name] = 0
                continue
            if self._heals_in_a_row.get(name, 0) >= MOST_HEALS_IN_A_ROW:
                raise ChildMustRestartError(f"model {name} fails still after it was loaded again: {dead[0]}")
            self._heals_in_a_row[name] = self._heals_in_a_row.get(name, 0) + 1
            self._heal(name)
            self.healed += 1
            self.just_healed.append(name)
            self._failed[name] = self._fail_count(name)
            print(
                f"triton: an instance of {name} was dead ({dead[0].message()}); the model was loaded again", flush=True
            )
        return f"models loaded again after an instance died: {self.healed}" if self.healed else None

    def _connect(self) -> triton_grpc.InferenceServerClient:
        if self._client is None:
            options = [("grpc.initial_reconnect_backoff_ms", 200), ("grpc.max_reconnect_backoff_ms", 1000)]
            self._client = triton_grpc.InferenceServerClient(self._address, channel_args=options)
        return self._client

    def _model(self, name: str) -> Model:
        if name not in self._models:
            config: Any = self._connect().get_model_config(name, client_timeout=INFER_WITHIN_S).config
            batched = [1] if config.max_batch_size else []
            inputs = {i.name: ([*batched, *i.dims], _datatype(i.data_type)) for i in config.input}
            self._models[name] = Model(inputs, sum(group.count for group in config.instance_group))
        return self._models[name]

    def _fail_count(self, name: str) -> int:
        answer: Any = self._connect().get_inference_statistics(name, client_timeout=INFER_WITHIN_S)
        return sum(int(entry.inference_stats.fail.count) for entry in answer.model_stats)

    def _errors(self, name: str, rounds: int) -> Sequence[InferenceServerException]:
        """Send requests to all instances at once and return what failed."""
        client, model = self._connect(), self._model(name)
        tensors = []
        for tensor_name, (shape, datatype) in model.inputs.items():
            tensor = triton_grpc.InferInput(tensor_name, list(shape), datatype)
            tensor.set_data_from_numpy(np.zeros(shape, triton_to_np_dtype(datatype)))
            tensors.append(tensor)
        requests = rounds * model.instances
        errors: list[InferenceServerException] = []
        answered = threading.Semaphore(0)

        def done(result: object, error: InferenceServerException | None) -> None:
            del result
            if error is not None:
                errors.append(error)
            answered.release()

        for _ in range(requests):
            client.async_infer(name, tensors, done, client_timeout=INFER_WITHIN_S)
        for _ in range(requests):
            answered.acquire(timeout=INFER_WITHIN_S + 1.0)
        return list(errors)

    def _heal(self, name: str) -> None:
        """Unload the model, wait until it is gone, load it: loading alone does nothing."""
        if self._left_behind >= MOST_LEFT_BEHIND:
            raise ChildMustRestartError(f"an instance of {name} is dead, and earlier ones could not be unloaded")
        client = self._connect()
        client.unload_model(name, client_timeout=REQUEST_WITHIN_S)
        deadline = time.monotonic() + UNLOAD_WITHIN_S
        while not self._unloaded(name):
            if time.monotonic() > deadline:
                self._left_behind += 1
                break
            time.sleep(0.05)
        client.load_model(name, client_timeout=LOAD_WITHIN_S)

    def _unloaded(self, name: str) -> bool:
        index: Any = self._connect().get_model_repository_index(client_timeout=INFER_WITHIN_S)
        return {str(model.state) for model in index.models if model.name == name} <= {"UNAVAILABLE"}


def _datatype(data_type: int) -> str:
    """Return the name that requests use of a data type of a model configuration (TYPE_STRING is BYTES there)."""
    from tritonclient.grpc import model_config_pb2  # noqa: PLC0415  generated module, absent from the package's names

    name = str(model_config_pb2.DataType.Name(data_type)).removeprefix("TYPE_")
    return "BYTES" if name == "STRING" else name
