"""Triton: the server inside nvidia-pytriton's wheel with its Python backend; canary.py watches its instances."""

import contextlib
import os
import secrets
import shutil
import signal
import sys
import sysconfig
from collections.abc import Sequence
from ctypes.util import find_library
from pathlib import Path

import psutil

from infra.local.canary import Canary
from infra.local.child import ChildCannotStartError, ChildSpec
from infra.local.marked import marked
from infra.settings import ROOT, Settings

SHM = Path("/dev/shm")  # noqa: S108  where Triton's Python backend puts its shared memory


def venv_packages() -> Path:
    """Return the site-packages folder of Triton's environment, which set-up makes with the Python that it runs on."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return ROOT / ".venv-triton" / "lib" / version / "site-packages"


def models(repository: Path) -> list[str]:
    """Return the names of a repository's models: its folders with a config.pbtxt."""
    return sorted(path.parent.name for path in repository.glob("*/config.pbtxt"))


def clear_regions(prefix: str, shm: Path = SHM) -> list[str]:
    """Remove shared memory of our prefix that no living process maps (killed stubs leave it); return the names."""
    mapped: set[str] = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            text = Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8", errors="replace")
            if prefix in text:
                mapped |= {Path(line.split()[-1]).name for line in text.splitlines() if f"/{prefix}" in line}
    gone = []
    for region in shm.glob(f"{prefix}*"):
        if region.name not in mapped:
            region.unlink(missing_ok=True)
            gone.append(region.name)
    return gone


def stubs(folder: Path) -> dict[int, str]:
    """Return the process ids of the Python stubs, one a model instance, ascending, each with its model's name."""
    out = {}
    for pid in sorted(marked(folder, "triton")):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.name().startswith("triton_python") and process.status() != psutil.STATUS_ZOMBIE:
                out[pid] = stub_model(process.cmdline())
    return out


def stub_model(command: Sequence[str]) -> str:
    """Return the model of a stub's command line (its first argument: REPOSITORY/MODEL/VERSION/model.py), or ""."""
    return Path(command[1]).parent.parent.name if len(command) > 1 else ""


def spec(settings: Settings, folder: Path) -> ChildSpec:
    """Return Triton as a child of the runner."""
    packages = venv_packages()
    server = packages / "pytriton" / "tritonserver"
    backends = folder / "triton" / "backends"
    repository = settings.triton_models.resolve()
    names = models(repository)
    region = f"vigil_{settings.triton_grpc_port}_"
    canary = Canary(f"{settings.host}:{settings.triton_grpc_port}", names)
    healed, most = 0, 0

    def prepare() -> None:
        if not server.exists():
            raise ChildCannotStartError(f"no Triton under {packages}; run 'make setup'")
        if not names:
            raise ChildCannotStartError(f"no models (NAME/config.pbtxt) in {repository}; set VIGIL_TRITON_MODELS")
        canary.forget()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        stub = server / "python_backend_stubs" / version / "triton_python_backend_stub"
        if not stub.exists():
            raise ChildCannotStartError(f"Triton's wheel has no stub for Python {version}; use 3.11 to 3.13")
        if backends.exists():
            shutil.rmtree(backends)
        shutil.copytree(server / "backends" / "python", backends / "python")
        shutil.copy2(stub, backends / "python")
        clear_regions(region)

    def check() -> str | None:
        nonlocal healed, most
        before = stubs(folder)
        most = max(most, len(before))
        note = canary.check(suspect=len(before) < most)  # one has gone: no need to wait for a request to fail
        if canary.healed > healed:
            healed = canary.healed
            # The new instances have their own; an unloading that hangs leaves the old. Other models' go on.
            for pid in (one for one, model in before.items() if model in canary.just_healed):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            clear_regions(region)
        return note

    def clean() -> None:
        clear_regions(region)

    libraries = [str(packages / "nvidia_pytriton.libs"), os.environ.get("LD_LIBRARY_PATH", "")]
    if find_library(f"python{sys.version_info.major}.{sys.version_info.minor}") is None:  # the stub is linked with it
        libraries.append(str(sysconfig.get_config_var("LIBDIR") or ""))
    return ChildSpec(
        name="triton",
        argv=[
            str(server / "bin" / "tritonserver"),
            f"--model-repository={repository}",
            f"--backend-directory={backends}",
            f"--backend-config=python,shm-region-prefix-name={region}",
            "--model-control-mode=explicit",
            *(f"--load-model={name}" for name in names),
            f"--http-address={settings.host}",
            f"--grpc-address={settings.host}",
            f"--metrics-address={settings.host}",
            f"--http-port={settings.triton_http_port}",
            f"--grpc-port={settings.triton_grpc_port}",
            f"--metrics-port={settings.triton_metrics_port}",
            # loading a model runs the code that comes with it, and a page in a browser can ask for it; nobody here does
            # so by HTTP: the healing of models goes by gRPC, which no page speaks
            f"--http-restricted-api=model-repository,shared-memory,trace,logging:vigil-admin={secrets.token_hex(16)}",
            "--exit-timeout-secs=5",
            "--log-warning=true",
            "--log-info=false",
        ],
        env={
            "LD_LIBRARY_PATH": ":".join(path for path in libraries if path),
            "PYTHONPATH": str(packages),
            "CUDA_VISIBLE_DEVICES": "",
        },
        prepare=prepare,
        ready=canary.ready,
        check=check,
        clean=clean,
        stop_s=12.0,
    )
