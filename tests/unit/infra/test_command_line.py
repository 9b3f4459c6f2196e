"""`vigil`: every command explains itself with examples that hold, and fails in one sentence."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from infra.cli import COMMANDS, vigil
from infra.cli.clickhouse_errors import clickhouse_sentence
from infra.settings import ROOT
from sinks.clickhouse.clickhouse_client import ClickHouseError

#: Commands that must fail without servers, with what their sentence names.
FAILING: Mapping[str, Sequence[str]] = {
    "topics plan": ("Kafka at", "vigil up"),
    "topics apply": ("Kafka at", "vigil up"),
    "topics lag": ("Kafka at", "vigil up"),
    "cameras list": ("Kafka at", "vigil up"),
    "topics describe nonsense": ("'nonsense'", "detections"),
    "cameras import missing.toml": ("missing.toml",),
    "cameras check --file missing.toml": ("missing.toml",),
    "logs nonsense": ("'nonsense'",),
    "sink audit": ("ClickHouse at", "vigil up"),
    "sink audit --topic nonsense": ("nonsense", "detections"),
    "migrate": ("ClickHouse at", "vigil up"),
    "dictionary --check --out missing.md": ("missing.md",),
    "run nonsense": ("'nonsense'",),
    "chaos chain --only nonsense": ("'nonsense'", "kafka"),
    "chaos sinks --messages 100 --poisonous 51": ("--poisonous 51", "--messages 100"),
    "demo --registry missing.toml": ("missing.toml",),
    "nonsense": ("'nonsense'",),
}
#: Commands whose JSON needs no server, with the JSON's type.
JSON: Mapping[str, type] = {
    "status --json": dict,
    "topics release --check --json": list,
    "cameras import --strict --dry-run --json bad.toml": dict,
}
#: How many run side by side.
AT_A_TIME = 6


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command and subcommand with its words."""
    yield "vigil", vigil
    waiting = [(f"vigil {name}", vigil.get_command(click.Context(vigil), name)) for name in COMMANDS]
    while waiting:
        path, command = waiting.pop(0)
        assert command is not None, path
        yield path, command
        if isinstance(command, click.Group):
            waiting += [(f"{path} {name}", sub) for name, sub in command.commands.items()]


def examples(command: click.Command) -> Sequence[str]:
    """Return the lines under 'Example' or 'Examples' of a command's help."""
    found = re.search(r"\n\s*Examples?:\n(.*)", command.help or "", re.DOTALL)
    return [line.strip() for line in found[1].splitlines() if "vigil " in line] if found else []


def words(line: str) -> Sequence[str]:
    """Return the words of an example's call of vigil: no variables before it, no pipe, redirection or note behind."""
    call = re.split(r"\s[|>]\s|\s{3,}", line)[0]
    parts = shlex.split(call)
    return parts[parts.index("vigil") + 1 :]


ALL = dict(commands())


@pytest.fixture(scope="module")
def closed_ports() -> Iterator[Mapping[str, str]]:
    """Settings whose servers are certainly away: their ports are bound by nobody who listens."""
    names = ("KAFKA", "REGISTRY", "TRITON_HTTP", "TRITON_GRPC", "TRITON_METRICS", "CLICKHOUSE")
    held = [socket.socket() for _ in names]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        yield {f"VIGIL_{name}_PORT": str(one.getsockname()[1]) for name, one in zip(names, held, strict=True)}
    finally:
        for one in held:
            one.close()


@pytest.fixture(scope="module")
def ended(closed_ports: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Ended]:
    """Every command of FAILING and JSON, run as a process of its own in a bare folder."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "bad.toml").write_text('[[cameras]]\ncamera_id = ""\n', encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("VIGIL_")}
    environment = {**own, **closed_ports, "VIGIL_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    lines = [*FAILING, *JSON]
    # side by side, for most of the time is spent waiting for a Kafka that does not answer
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip(lines, pool.map(lambda line: run(line, folder, environment), lines), strict=True))


def run(line: str, folder: Path, environment: Mapping[str, str]) -> Ended:
    """Run `vigil` with the words of a line to its end."""
    arguments = [sys.executable, "-m", "infra.cli", *line.split()]
    done = subprocess.run(
        arguments, cwd=folder, env=environment, text=True, capture_output=True, timeout=100, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("path", ALL)
def test_help_answers_with_an_example(path: str) -> None:
    """-h and --help say the same, and an example shows the command itself."""
    arguments = path.split()[1:]
    long, short = (CliRunner().invoke(vigil, [*arguments, flag], prog_name="vigil") for flag in ("--help", "-h"))
    assert (long.exit_code, long.output) == (0, short.output)
    assert long.output.startswith(f"Usage: {path} ")
    assert any(line in long.output and f"{path} " in f"{line} " for line in examples(ALL[path]))


@pytest.mark.parametrize("path", ALL)
def test_examples_hold(path: str) -> None:
    """Each example names a command that there is, and options that it has."""
    for line in examples(ALL[path]):
        command: click.Command = vigil
        options = set()
        for word in words(line):
            if isinstance(command, click.Group) and not word.startswith("-"):
                found = command.get_command(click.Context(command), word)
                assert found is not None, f"{line}: no command {word}"
                command = found
                options = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
            elif word.startswith("-"):
                assert word.partition("=")[0] in options, f"{line}: no option {word}"


@pytest.mark.parametrize("path", [path for path, command in ALL.items() if not isinstance(command, click.Group)])
def test_every_option_is_explained(path: str) -> None:
    """An option without a help text is a riddle."""
    for option in ALL[path].params:
        if isinstance(option, click.Option):
            assert option.help, f"{path} {option.opts[0]}"


@pytest.mark.parametrize("line", FAILING)
def test_an_error_is_one_sentence(line: str, ended: Mapping[str, Ended]) -> None:
    """The exit code says it failed; the last line says what and what to do; there is no traceback and nothing else."""
    found = ended[line]
    assert found.code in {1, 2}, found
    assert found.out == ""
    assert "Traceback" not in found.err
    *before, last = found.err.strip().splitlines()
    assert last.startswith("Error: ")
    # what a wrong call gets above its sentence: how to call it
    assert all(re.match(r"(Usage: |Try '|$)", text) for text in before), found.err
    for name in FAILING[line]:
        assert name in last


@pytest.mark.parametrize("line", JSON)
def test_json_is_json(line: str, ended: Mapping[str, Ended]) -> None:
    """With --json, standard output is one document, whatever the exit code."""
    assert isinstance(json.loads(ended[line].out), JSON[line])
    assert "Traceback" not in ended[line].err


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (81, "Database vigil does not exist. (UNKNOWN_DATABASE)", "vigil migrate"),
        (516, "default: Authentication failed. (AUTHENTICATION_FAILED)", "VIGIL_CLICKHOUSE_PASSWORD"),
        (62, "Syntax error: failed at\nposition 1. (SYNTAX_ERROR)", "(SYNTAX_ERROR)"),
    ],
)
def test_a_refusal_of_clickhouse_is_its_own_words_and_a_cure(code: int, said: str, expected: str) -> None:
    """What the client wraps around the server's words is gone; the line is one."""
    wrapped = f"Received ClickHouse exception, code: {code}, server response: Code: {code}. DB::Exception: {said}"
    text = clickhouse_sentence("http://h:1", ClickHouseError(code, f"{wrapped} (for url http://h:1)"))
    assert text.startswith(f"ClickHouse at http://h:1 refuses: {' '.join(said.split())}")
    assert expected in text
    assert "for url" not in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(
    ("variables", "toml", "named"),
    [
        ({"VIGIL_KAFKA_PORT": "abc"}, "", "VIGIL_KAFKA_PORT"),
        ({}, "kafka_prot = 1\n", "'kafka_prot'"),
        ({}, "kafka_port = \n", "vigil.toml"),
    ],
)
def test_a_wrong_setting_is_named(variables: Mapping[str, str], toml: str, named: str, tmp_path: Path) -> None:
    """A wrong setting is one sentence as well, and says which."""
    (tmp_path / "vigil.toml").write_text(toml, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("VIGIL_")}
    found = run("status", tmp_path, {**own, **variables, "PYTHONPATH": str(ROOT)})
    assert found.code == 1
    assert found.err.startswith("Error: ")
    assert len(found.err.splitlines()) == 1
    assert named in found.err
