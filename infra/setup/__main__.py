"""Prepare a fresh clone: `make setup`, which `make demo` and `make test` call.

    python3 -m infra.setup [--bench]

Makes .venv (hash-locked), Triton's own .venv-triton, Kafka's jars and the schema registry under .cache; installs
missing Debian packages where it may. Each step has a stamp with the hash of its inputs: a second run fetches nothing.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
APICURIO = "3.0.9"
DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
#: Later versions want the artifact's parent, which its publisher did not release.
GET_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8"
LEAST_PYTHON = (3, 11)
LEAST_JAVA = 17


class SetupError(RuntimeError):
    """Set-up cannot go on; the text says why and what to do."""


def say(line: str) -> None:
    """Print one line of progress."""
    print(f"setup: {line}", flush=True)


def _java_version() -> int:
    java = shutil.which("java")
    if java is None:
        return 0
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    digits = text.partition('"')[2].partition('"')[0].split(".")
    return int(digits[0]) if digits and digits[0].isdigit() else 0


def _has_rtsp_server() -> bool:
    code = "import gi; gi.require_version('GstRtspServer','1.0'); from gi.repository import GstRtspServer"
    if not Path("/usr/bin/python3").exists():
        return False
    return subprocess.run(["/usr/bin/python3", "-c", code], capture_output=True, check=False).returncode == 0


#: What must be there, how to see it, the Debian packages that bring it, and what fails without it.
PROGRAMS: Sequence[tuple[str, Callable[[], bool], tuple[str, ...], str, bool]] = (
    (
        "Java 17 or later",
        lambda: _java_version() >= LEAST_JAVA,
        ("openjdk-17-jre-headless",),
        "Kafka and the schema registry",
        True,
    ),
    ("Maven", lambda: shutil.which("mvn") is not None, ("maven",), "fetching Kafka's jars", True),
    ("ffmpeg", lambda: shutil.which("ffmpeg") is not None, ("ffmpeg",), "the producers' benchmark", False),
    (
        "GStreamer's RTSP server",
        _has_rtsp_server,
        (
            "gir1.2-gst-rtsp-server-1.0",
            "python3-gi",
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
        ),
        "the RTSP test",
        False,
    ),
)


def run(arguments: Sequence[str], log: str) -> None:
    """Run a program; its output goes to .cache/log and is shown only if it fails.

    Raises:
        SetupError: it failed.
    """
    path = CACHE / f"{log}.log"
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    with path.open("w") as out:
        code = subprocess.run(
            arguments, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env=environment, check=False
        ).returncode
    if code:
        tail = "\n".join(path.read_text(errors="replace").splitlines()[-25:])
        raise SetupError(f"{' '.join(arguments[:4])} ... ended with {code}; its last lines:\n{tail}")


def stamped(name: str, inputs: Sequence[Path], makes: Path, step: Callable[[], None]) -> None:
    """Run a step unless its stamp says that it was done with the same inputs."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.machine()} {ROOT}".encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = CACHE / "stamps" / name
    if makes.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    say(f"{name} ...")
    begun = time.monotonic()
    step()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())
    say(f"{name} done in {time.monotonic() - begun:.0f} s")


def make_venv(folder: Path, lock: Path, log: str) -> None:
    """Make a virtual environment from a hash-locked requirements file."""
    if folder.exists():
        shutil.rmtree(folder)
    venv.EnvBuilder(with_pip=True, symlinks=True).create(folder)
    run([str(folder / "bin/python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)], log)


def product_venv() -> None:
    """Make .venv and install Vigil into it, editable."""
    make_venv(ROOT / ".venv", ROOT / "requirements.lock", "pip")
    pip = [
        str(ROOT / ".venv/bin/python"),
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
    ]
    run([*pip, "--editable", str(ROOT)], "pip-vigil")


def kafka_jars() -> None:
    """Copy Kafka's jars out of Maven's artifacts."""
    target = CACHE / "kafka"
    if target.exists():
        shutil.rmtree(target)
    goal = f"{DEPENDENCY_PLUGIN}:copy-dependencies"
    pom = str(ROOT / "infra/local/pom.xml")
    run(
        ["mvn", "-q", "-B", f"-Dmaven.repo.local={CACHE / 'm2'}", "-f", pom, goal, f"-DoutputDirectory={target}"],
        "maven-kafka",
    )


def registry_app() -> None:
    """Unpack the schema registry out of its Maven artifact."""
    target = CACHE / "apicurio"
    if target.exists():
        shutil.rmtree(target)
    artifact = f"io.apicurio:apicurio-registry-app:{APICURIO}:tar.gz:all"
    repository = CACHE / "m2-apicurio"  # its own: two Mavens must not write one repository at a time
    goal = [f"{GET_PLUGIN}:get", "-Dtransitive=false", f"-Dartifact={artifact}"]
    run(["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", *goal], "maven-apicurio")
    archive = repository / f"io/apicurio/apicurio-registry-app/{APICURIO}/apicurio-registry-app-{APICURIO}-all.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    shutil.rmtree(repository)


def debian_packages() -> None:
    """Install what is missing where this may be done; else name it.

    Raises:
        SetupError: something that nothing works without is missing and cannot be installed from here.
    """
    missing = [entry for entry in PROGRAMS if not entry[1]()]
    if not missing:
        return
    packages = [package for entry in missing for package in entry[2]]
    prefix: list[str] | None = None
    if shutil.which("apt-get"):
        if os.geteuid() == 0:
            prefix = []
        elif (
            shutil.which("sudo")
            and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
        ):
            prefix = ["sudo", "-n"]
    if prefix is not None:
        say(f"installing Debian packages: {' '.join(packages)}")
        environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
        try:
            run([*prefix, "apt-get", "update", "-q"], "apt-update")
            run(
                [*prefix, *environment, "apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
                "apt-install",
            )
        except SetupError as error:
            say(f"the packages could not be installed: {error}")
    for name, there, wanted, purpose, needed in missing:
        if there():
            continue
        line = f"{name} is missing ({purpose} needs it); install the Debian package(s) {' '.join(wanted)}"
        if needed:
            raise SetupError(line)
        say(f"{line}; what needs it is skipped")


def in_parallel(steps: Sequence[Callable[[], None]]) -> None:
    """Run steps side by side and raise the first error after all have ended."""
    errors: list[BaseException] = []

    def guarded(step: Callable[[], None]) -> None:
        try:
            step()
        except BaseException as error:  # noqa: BLE001  handed to the main thread below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def main(arguments: Sequence[str]) -> int:
    """Prepare everything; return the exit status."""
    try:
        if sys.version_info < LEAST_PYTHON:
            raise SetupError(f"Python {platform.python_version()} is too old; Vigil needs 3.11 or later")  # noqa: TRY301
        CACHE.mkdir(exist_ok=True)
        debian_packages()
        pom = ROOT / "infra/local/pom.xml"
        lock, triton = ROOT / "requirements.lock", ROOT / "requirements-triton.lock"
        here = Path(__file__)
        steps = [
            lambda: stamped("Python packages", [lock, ROOT / "pyproject.toml"], ROOT / ".venv/bin/vigil", product_venv),
            lambda: stamped(
                "Triton",
                [triton],
                ROOT / ".venv-triton",
                lambda: make_venv(ROOT / ".venv-triton", triton, "pip-triton"),
            ),
            lambda: stamped("Kafka", [pom], CACHE / "kafka", kafka_jars),
            lambda: stamped("schema registry", [here], CACHE / "apicurio", registry_app),
        ]
        in_parallel(steps)
        if "--bench" in arguments:
            bench = ROOT / "requirements-bench.lock"
            stamped(
                "benchmark peers",
                [bench],
                ROOT / ".venv-bench",
                lambda: make_venv(ROOT / ".venv-bench", bench, "pip-bench"),
            )
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
