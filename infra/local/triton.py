"""Triton: the server inside nvidia-pytriton's wheel, its Python backend, and the canary that its stubs need.

A killed Python stub leaves the server live and ready while every request to that model instance fails for ever; only an
inference notices, and only unloading and loading the model heals it.
"""

import os
import shutil
import sys
import sysconfig
import time
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton_grpc
from tritonclient.utils import InferenceServerException

from infra.local.child import ChildSpec
from infra.settings import ROOT, Settings

MODEL = "detector"
SIDE_PX = 416
CANARY_TIMEOUT_S = 4.0
UNLOAD_WITHIN_S = 15.0
SHM = Path("/dev/shm")  # noqa: S108  where Triton's Python backend puts its shared memory


def venv_packages() -> Path:
    """Return the site-packages folder of Triton's environment."""
    return ROOT / ".venv-triton" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


class Canary:
    """Looks into every instance of the detector by inference, and heals the model when one has died.

    Args:
        address: Triton's gRPC address.
        instances: model instances; so many requests at a time reach each of them.
    """

    def __init__(self, address: str, instances: int) -> None:
        self._address = address
        self._instances = instances
        self._client: triton_grpc.InferenceServerClient | None = None
        self.healed = 0

    def _connect(self) -> triton_grpc.InferenceServerClient:
        if self._client is None:
            self._client = triton_grpc.InferenceServerClient(self._address)
        return self._client

    def errors(self) -> list[InferenceServerException]:
        """Send a picture to each instance at once and return what failed."""
        client = self._connect()
        tensor = triton_grpc.InferInput("images", [1, SIDE_PX, SIDE_PX, 3], "UINT8")
        tensor.set_data_from_numpy(np.zeros((1, SIDE_PX, SIDE_PX, 3), np.uint8))
        outcome: list[InferenceServerException | None] = []

        def done(result: object, error: InferenceServerException | None) -> None:
            del result
            outcome.append(error)

        requests = 2 * self._instances
        for _ in range(requests):
            client.async_infer(MODEL, [tensor], done, client_timeout=CANARY_TIMEOUT_S)
        deadline = time.monotonic() + CANARY_TIMEOUT_S + 1
        while len(outcome) < requests and time.monotonic() < deadline:
            time.sleep(0.01)
        return [error for error in outcome if error is not None]

    def ready(self) -> bool:
        """Tell whether the model answers on every instance."""
        client = self._connect()
        return bool(client.is_server_ready()) and bool(client.is_model_ready(MODEL)) and not self.errors()

    def check(self) -> str | None:
        """Heal the model where an instance fails for ever; return a note for status."""
        dead = [error for error in self.errors() if "INTERNAL" in str(error.status())]
        if dead:
            self.heal()
            self.healed += 1
            print(f"triton: a python stub of {MODEL} had died; the model was loaded again ({dead[0]})", flush=True)
        return f"{MODEL} loaded again {self.healed} times after its stub died" if self.healed else None

    def heal(self) -> None:
        """Unload the model, wait until it is gone, load it: loading alone does nothing."""
        client = self._connect()
        client.unload_model(MODEL)
        deadline = time.monotonic() + UNLOAD_WITHIN_S
        while client.is_model_ready(MODEL) and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(0.3)
        client.load_model(MODEL)


def spec(settings: Settings, folder: Path) -> ChildSpec:
    """Return Triton as a child of the runner."""
    packages = venv_packages()
    server = packages / "pytriton" / "tritonserver"
    home = folder / "triton"
    region = f"vigil_{settings.triton_grpc_port}_"
    canary = Canary(f"{settings.host}:{settings.triton_grpc_port}", instances=2)

    def prepare() -> None:
        if not server.exists():
            raise FileNotFoundError(f"no Triton under {packages}; run 'make setup'")
        if not (settings.triton_models / MODEL / "config.pbtxt").exists():
            raise FileNotFoundError(f"no model repository at {settings.triton_models}; set VIGIL_TRITON_MODELS")
        backend = home / "backends" / "python"
        if backend.exists():
            shutil.rmtree(backend)
        shutil.copytree(server / "backends" / "python", backend)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        shutil.copy2(server / "python_backend_stubs" / version / "triton_python_backend_stub", backend)
        for left in SHM.glob(f"{region}*"):  # what a killed stub leaves behind
            left.unlink(missing_ok=True)

    def guarded(step: Callable[[], bool]) -> bool:
        try:
            return step()
        except InferenceServerException:
            return False

    argv = [
        str(server / "bin" / "tritonserver"),
        f"--model-repository={settings.triton_models}",
        f"--backend-directory={home / 'backends'}",
        f"--backend-config=python,shm-region-prefix-name={region}",
        "--model-control-mode=explicit",
        f"--load-model={MODEL}",
        f"--http-address={settings.host}",
        f"--grpc-address={settings.host}",
        f"--metrics-address={settings.host}",
        f"--http-port={settings.triton_http_port}",
        f"--grpc-port={settings.triton_grpc_port}",
        f"--metrics-port={settings.triton_metrics_port}",
        "--exit-timeout-secs=5",
        "--log-warning=true",
        "--log-info=false",
    ]
    libraries = [str(packages / "nvidia_pytriton.libs"), os.environ.get("LD_LIBRARY_PATH", "")]
    if find_library(f"python{sys.version_info.major}.{sys.version_info.minor}") is None:  # the stub is linked with it
        libraries.append(str(sysconfig.get_config_var("LIBDIR") or ""))
    return ChildSpec(
        name="triton",
        argv=argv,
        env={
            "LD_LIBRARY_PATH": ":".join(path for path in libraries if path),
            "PYTHONPATH": str(packages),
            "CUDA_VISIBLE_DEVICES": "",
        },
        prepare=prepare,
        ready=lambda: guarded(canary.ready),
        check=canary.check,
        stop_s=12.0,
    )
