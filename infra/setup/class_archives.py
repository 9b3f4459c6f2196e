"""Archive the classes that Kafka and the schema registry load: 40 s of CPU once a checkout, not 9 s at each start.

    .venv/bin/python -m infra.setup.class_archives

Starts both on free ports with nothing in them, makes all topics and schemas, and lets each JVM write at its end what it
has loaded (-XX:ArchiveClassesAtExit). Where that fails it is said, no archive is left, and servers start as before.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from infra import topics
from infra.local import kafka, registry
from infra.local.child import ChildSpec
from infra.local.class_archive import FOLDER
from infra.settings import ROOT, Settings

SERVERS: Final = ("kafka", "registry")
READY_WITHIN_S: Final = 120.0
#: Writing an archive takes some seconds, on a busy machine ten.
END_WITHIN_S: Final = 120.0


def free_ports(count: int) -> list[int]:
    """Return ports that are free now, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextmanager
def archiving(server: ChildSpec, archive: Path, log: Path) -> Iterator[None]:
    """Run a server; at its end it writes its archive.

    Raises:
        RuntimeError: it does not serve, or does not end; its log's end is in the text.
    """
    if server.prepare is not None:
        server.prepare()
    # the first compiler alone: the archive holds classes, and no code of either
    argv = [server.argv[0], "-XX:TieredStopAtLevel=1", f"-XX:ArchiveClassesAtExit={archive}", *server.argv[1:]]
    with log.open("wb") as out:
        process = subprocess.Popen(argv, stdout=out, stderr=out, env={**os.environ, **server.env})
    try:
        deadline = time.monotonic() + READY_WITHIN_S
        while not _serves(server):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{server.name} did not serve: {_end(log)}")
            time.sleep(0.2)
        yield
        process.terminate()
        try:
            process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{server.name} did not end within {END_WITHIN_S:.0f} s: {_end(log)}") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _serves(server: ChildSpec) -> bool:
    assert server.ready is not None
    try:
        return server.ready()
    except Exception:  # noqa: BLE001  any error counts as not yet: ChildSpec.ready
        return False


def _end(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def own_settings(folder: Path) -> Settings:
    """Return the settings of the two servers: free ports, this machine alone, nothing that an operator has set."""
    client, controller, http = free_ports(3)
    # no validation: it would read VIGIL_* and vigil.toml, which may name all interfaces, a user or the city's topics
    return Settings.model_construct(
        data_dir=folder,
        cache_dir=ROOT / ".cache",
        kafka_port=client,
        kafka_controller_port=controller,
        registry_port=http,
        kafka_heap="512m",
    )


def make(settings: Settings, target: Path) -> None:
    """Make both archives in a folder that is not there yet.

    Raises:
        RuntimeError: a server does not serve, does not end, or leaves no archive.
        OSError: no room, or no right.
    """
    folder = settings.data_dir
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with (
        archiving(kafka.spec(settings, folder), new / "kafka.jsa", folder / "kafka.log"),
        archiving(registry.spec(settings), new / "registry.jsa", folder / "registry.log"),
    ):
        topics.apply(settings)
    for server in SERVERS:
        if not (new / f"{server}.jsa").exists():
            raise RuntimeError(f"{server} left no archive: {_end(folder / f'{server}.log')}")
    new.rename(target)


def main() -> int:
    """Make both archives anew; return the exit status: 1 where they could not be made, and then none is there."""
    target = ROOT / ".cache" / FOLDER
    try:
        if target.exists():
            shutil.rmtree(target)  # first: a JVM that uses one writes none
        with tempfile.TemporaryDirectory() as temporary:
            make(own_settings(Path(temporary)), target)
    except Exception as error:  # noqa: BLE001  whatever it is, all works without archives
        print(f"class archives: {type(error).__name__}: {error}")
        for left in (target, target.with_name(f"{target.name}.new")):
            shutil.rmtree(left, ignore_errors=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
