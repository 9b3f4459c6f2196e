"""Prepare a fresh clone: `make setup`, which `make demo` and `make test` call.

    python3 -m infra.setup [--bench] [--city] [--s3]

Makes .venv (hash-locked), Triton's own .venv-triton, Kafka's jars and the schema registry under .cache, compiles what
numba compiles, and archives the classes that Java's servers load; installs missing Debian packages where it may. Each
step has a stamp with the hash of its inputs: a second run fetches nothing.
--city also makes .venv-city with SUMO, which moves the test city's traffic (800 MB).
--s3 also builds an S3 gateway (versitygw; needs Go, takes minutes), against which tests run the evidence store.
Two runs at a time wait for each other. Needs the standard library alone, of any Python 3, so that a Python which is too
old can be told so.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from infra.setup.programs import PROGRAMS, install_line, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
APICURIO = "3.0.9"
VERSITYGW = "v1.8.0"
DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
#: Later versions want the artifact's parent, which its publisher did not release.
GET_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:2.8"
#: Words of files that numba compiles.
COMPILED = (b"import numba", b"from numba", b"tracking.compiled")
#: Packages' own tests, a third of all files.
PACKAGES_TESTS = "site-packages/.*/tests/"
LEAST_PYTHON = (3, 11)
#: Triton's wheel has a stub for each Python up to this one.
MOST_PYTHON = (3, 13)
#: What .venv is made from.
PACKAGES = (ROOT / "requirements.lock", ROOT / "pyproject.toml")


class SetupError(RuntimeError):
    """Set-up cannot go on; the text says why and what to do."""


def say(line: str) -> None:
    """Print one line of progress."""
    print(f"setup: {line}", flush=True)


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


def stamped(name: str, inputs: Sequence[Path], makes: Path, step: Callable[[], None], version: str = "") -> None:
    """Run a step unless its stamp says that it was done with the same inputs."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.machine()} {ROOT} {version}".encode())
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
    """Make a virtual environment from a hash-locked requirements file, or bring an existing one up to it."""
    python = folder / "bin/python"
    here = [sys.executable, "-c", "import sys; print(sys.version, sys.base_prefix)"]
    mine = subprocess.run(here, capture_output=True, check=True).stdout
    theirs = None
    if python.exists():
        theirs = subprocess.run([str(python), *here[1:]], capture_output=True, check=False).stdout
    if theirs != mine:  # made by another Python, or half made
        if folder.exists():
            shutil.rmtree(folder)
        run([sys.executable, "-m", "venv", str(folder)], log)
    # bytecode is a third of pip's work, which one core does: it is written beside other work, by `write_bytecode`
    run([str(python), "-m", "pip", "install", "-q", "--no-compile", "--require-hashes", "-r", str(lock)], log)


def product_venv() -> None:
    """Make .venv and install Vigil into it, editable."""
    make_venv(ROOT / ".venv", ROOT / "requirements.lock", "pip")
    pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    run([*pip, "--no-build-isolation", "--editable", str(ROOT)], "pip-vigil")


def lock_of(name: str) -> Path:
    """Return the lock file of an environment beside .venv."""
    return ROOT / f"requirements-{name}.lock"


def other_venv(step: str, name: str) -> None:
    """Make an environment of its own for what does not go with the product's packages."""
    folder, lock = ROOT / f".venv-{name}", lock_of(name)
    stamped(step, [lock], folder / "bin/python", lambda: make_venv(folder, lock, f"pip-{name}"))


def compiled_code() -> None:
    """Compile what numba compiles."""
    kernels = [path for path in sources() if any(word in path.read_bytes() for word in COMPILED)]
    python = str(ROOT / ".venv/bin/python")
    stamped(
        "compiled code",
        [*PACKAGES, *kernels],
        ROOT / "processors/tracking/__pycache__",
        lambda: run([python, "-m", "infra.setup.compiled_code"], "compiled-code"),
    )


def bytecode(folder: Path, lock: Path) -> None:
    """Write the bytecode of a virtual environment's packages, which pip left out."""
    mark = folder / "bytecode"  # in the folder: one that is made anew has none
    stamped(f"bytecode of {folder.name}", [lock], mark, lambda: write_bytecode(folder, mark))


def write_bytecode(folder: Path, mark: Path) -> None:
    """Compile what is not compiled yet; a file that is no Python of this version is left as it is, as pip leaves it."""
    packages = sorted((folder / "lib").glob("python*/site-packages"))
    argv = [str(folder / "bin/python"), "-m", "compileall", "-q", "-x", PACKAGES_TESTS, *map(str, packages)]
    with (CACHE / f"bytecode{folder.name}.log").open("w") as out:
        # a status of 1 tells of templates and of tests for other Pythons, which packages bring and nothing imports
        subprocess.run(argv, stdout=out, stderr=subprocess.STDOUT, check=False)
    mark.touch()


def sources() -> Sequence[Path]:
    """Return the product's Python files, in order."""
    folders = ("infra", "processors", "producers", "schemas", "sinks")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def replace_folder(new: Path, target: Path) -> None:
    """Put a finished folder in the place of another, so that a broken download never looks whole."""
    old = empty_folder(target.with_name(f"{target.name}.old"))
    if target.exists():
        target.rename(old)
    new.rename(target)
    if old.exists():
        shutil.rmtree(old)


def empty_folder(path: Path) -> Path:
    """Return a folder that is not there yet."""
    if path.exists():
        shutil.rmtree(path)
    return path


def kafka_jars() -> None:
    """Copy Kafka's jars out of Maven's artifacts."""
    new = empty_folder(CACHE / "kafka.new")
    goal = f"{DEPENDENCY_PLUGIN}:copy-dependencies"
    pom = str(ROOT / "infra/local/pom.xml")
    repository = empty_folder(CACHE / "m2-kafka")  # each step its own: two Mavens must not write one at a time
    run(
        ["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", "-f", pom, goal, f"-DoutputDirectory={new}"],
        "maven-kafka",
    )
    replace_folder(new, CACHE / "kafka")
    shutil.rmtree(repository)


def registry_app() -> None:
    """Unpack the schema registry out of its Maven artifact."""
    new = empty_folder(CACHE / "apicurio.new")
    artifact = f"io.apicurio:apicurio-registry-app:{APICURIO}:tar.gz:all"
    repository = empty_folder(CACHE / "m2-apicurio")
    goal = [f"{GET_PLUGIN}:get", "-Dtransitive=false", f"-Dartifact={artifact}"]
    run(["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", *goal], "maven-apicurio")
    archive = repository / f"io/apicurio/apicurio-registry-app/{APICURIO}/apicurio-registry-app-{APICURIO}-all.tar.gz"
    with tarfile.open(archive) as packed:
        packed.extractall(new, filter="data")
    replace_folder(new, CACHE / "apicurio")
    shutil.rmtree(repository)


def s3_gateway() -> None:
    """Build versitygw from its Go module; one package at a time, for its compiler takes a gigabyte."""
    if shutil.which("go") is None:
        raise SetupError(
            "the S3 gateway is built with Go, which is missing: install it (https://go.dev/dl), then again"
        )
    new, build = empty_folder(CACHE / "versitygw.new"), empty_folder(CACHE / "go-versitygw")
    folders = {"GOBIN": str(new), "GOPATH": str(build / "path"), "GOCACHE": str(build / "cache")}
    settings = [f"{name}={value}" for name, value in folders.items()]
    # -modcacherw: the module cache can be removed afterwards
    go = ["go", "install", "-p=1", "-modcacherw", f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}"]
    run(["env", *settings, *go], "go-versitygw")
    replace_folder(new, CACHE / "versitygw")
    shutil.rmtree(build)


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
    left = [entry for entry in missing if not entry[1]()]
    needed = [entry for entry in left if entry[4]]
    if needed:
        raise SetupError("\n".join(["it cannot go on without these:", *lines(needed), install_line(left)]))
    if left:
        say("\n".join(["these are missing, and what needs them is skipped:", *lines(left), install_line(left)]))


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


def check_python() -> None:
    """Refuse a Python that cannot run Vigil.

    Raises:
        SetupError: it is too old or too new.
    """
    if not LEAST_PYTHON <= sys.version_info[:2] <= MOST_PYTHON:
        raise SetupError(
            f"{sys.executable} is Python {platform.python_version()}; Vigil needs 3.11 to 3.13 (package python3.11, "
            "for example); name it with 'make PYTHON=python3.11 ...'"
        )


def class_archives() -> None:
    """Archive the classes that Java's servers load; a failure is said and tried again next time: all works without."""
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    try:
        stamped(
            "class archives",
            [ROOT / "infra/local/pom.xml", ROOT / "infra/setup/class_archives.py"],
            CACHE / "classes",
            lambda: run([str(ROOT / ".venv/bin/python"), "-m", "infra.setup.class_archives"], "class-archives"),
            f"{APICURIO} {java}",
        )
    except SetupError as error:
        say(f"{error}\nsetup: Kafka and the registry start without archives, slower; the next set-up tries again")


def prepare(*, bench: bool, city: bool, s3: bool) -> None:
    """Do each step that is not done yet.

    Raises:
        SetupError: a step failed.
    """
    debian_packages()
    pom = ROOT / "infra/local/pom.xml"
    others = {"Triton": "triton"}
    if bench:
        others["benchmark peers"] = "bench"
    if city:
        others["SUMO"] = "city"
    steps: list[Callable[[], None]] = [
        lambda: stamped("Python packages", PACKAGES, ROOT / ".venv/bin/vigil", product_venv),
        *(partial(other_venv, step, name) for step, name in others.items()),
        lambda: stamped("Kafka", [pom], CACHE / "kafka", kafka_jars),
        lambda: stamped("schema registry", [], CACHE / "apicurio", registry_app, APICURIO),
    ]
    if s3:
        steps.append(lambda: stamped("S3 gateway", [], CACHE / "versitygw/versitygw", s3_gateway, VERSITYGW))
    in_parallel(steps)
    made = {ROOT / ".venv": ROOT / "requirements.lock"}
    made |= {ROOT / f".venv-{name}": lock_of(name) for name in others.values()}
    compilers: list[Callable[[], None]] = [compiled_code, class_archives]
    compilers += (partial(bytecode, folder, lock) for folder, lock in made.items())
    in_parallel(compilers)  # each takes one core at most: decision 0228


def main(arguments: Sequence[str]) -> int:
    """Prepare everything; return the exit status."""
    try:
        check_python()
        CACHE.mkdir(exist_ok=True)
        with (CACHE / "setup.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another set-up of this folder")
                fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(bench="--bench" in arguments, city="--city" in arguments, s3="--s3" in arguments)
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
