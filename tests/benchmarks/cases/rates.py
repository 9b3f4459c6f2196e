"""Messages that a core of CPU takes through cases in a second: the core alone, and the whole stage on a Kafka.

    python -m tests.benchmarks.cases.rates

Each vehicle has one case, from the violation to the discounted payment: five commands and five steps. The core's figure
holds decoding a command, applying it, its steps as bytes and the state's bytes, one message a batch and vehicle. The
stage's is taken as in tests.benchmarks.stage.cores: a process of its own, all its threads, Kafka not counted. Every
case needs one officer here: a second verdict would be one more cheap message.
"""

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from confluent_kafka import Producer

from processors.cases.app import NoCameras, PlainCodec
from processors.cases.core import CasesCore
from processors.cases.vehicle_log import VehicleLog
from processors.stage import Parts, StageSettings, run_stage
from processors.stage_core import Record
from schemas.codec import MessageCodec
from tests.benchmarks.cases.commands import COMMANDS, rounds
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.benchmarks.fixed_ids import fixed_ids
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka
from tests.benchmarks.stage.cores import _Counted
from tests.unit.processors.cases.desk import one_officer

GOAL: Final = at_least(5_000)
VEHICLES: Final = 8_000
WARM_UP: Final = 8_000
WITHIN_S: Final = 240.0


def run(say: Say, vehicles: int = VEHICLES, warm_up: int = WARM_UP) -> list[Figure]:
    """Return both figures.

    Args:
        say: takes lines of progress.
        vehicles: each has one case.
        warm_up: messages before those whose CPU counts, in the stage.

    Raises:
        BenchmarkError: a message was refused, or the stage ended early or was not done in time.
    """
    alone = core_rate(vehicles)
    say(f"core: {alone:,.0f} messages a core-second")
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as bootstrap:
        found = _stage(bootstrap, vehicles, warm_up)
    rate = found["applied"] / found["cpu_s"]
    say(f"stage: {rate:,.0f} messages a core-second, {found['outputs'] / found['applied']:.2f} steps each")
    load = f"{vehicles} vehicles, {COMMANDS} commands of one case each"
    return [
        Figure("cases_core_messages_per_core_second", round(alone), "messages/core-s", GOAL, load),
        Figure("stage_cases_messages_per_core_second", round(rate), "messages/core-s", GOAL, f"{load}, Kafka to Kafka"),
    ]


def core_rate(vehicles: int) -> float:
    """Return messages a second of CPU through decoding, core, steps as bytes and state bytes.

    Raises:
        ImpossibleError: the load is not as the core expects.
    """
    codec = MessageCodec(fixed_ids())
    core = CasesCore(codec.decode, rules=one_officer())
    datums = [
        (command.vehicle_key, command.happened_at_us // 1_000, codec.encode("case-commands", command))
        for command in rounds(codec, vehicles)
    ]
    logs: dict[str, VehicleLog] = {}
    told = 0
    began = time.process_time()
    for offset, (key, written_ms, datum) in enumerate(datums):
        log = logs.setdefault(key, VehicleLog())
        for output in core.apply(key, log, Record(codec.decode("case-commands", datum), 0, offset, written_ms)):
            codec.encode(output.topic, output.message)
            told += 1
        core.to_bytes(log)
    spent_s = time.process_time() - began
    if told != len(datums):
        raise BenchmarkError(f"{len(datums)} commands gave {told} steps; expected one each")
    return len(datums) / spent_s


def _stage(bootstrap: str, vehicles: int, warm_up: int) -> Mapping[str, float]:
    prefix = f"bench{uuid4().hex[:8]}."
    make_topics(bootstrap, prefix, ["case-commands", "cases-state-changelog", "case-events", "dead-letters"])
    codec = MessageCodec(fixed_ids())
    producer = Producer({
        "bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 50, "enable.idempotence": True
    })  # fmt: skip
    for command in rounds(codec, vehicles):
        while True:
            try:
                producer.produce(
                    f"{prefix}case-commands", codec.encode("case-commands", command), command.vehicle_key.encode()
                )
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(60):
        raise BenchmarkError("the load did not reach the benchmark's Kafka within a minute")
    argv = [sys.executable, "-m", "tests.benchmarks.cases.rates", "--bootstrap", bootstrap, "--prefix", prefix]
    argv += ["--warm-up", str(warm_up), "--messages", str(vehicles * COMMANDS)]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=False, timeout=WITHIN_S)
    except subprocess.TimeoutExpired as error:
        raise BenchmarkError(f"the cases stage was not done within {WITHIN_S:.0f} s") from error
    if done.returncode or not done.stdout.strip():
        raise BenchmarkError(f"the cases stage ended with {done.returncode} before it was done; its log is above")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _be_the_stage(arguments: argparse.Namespace) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    codec = PlainCodec(fixed_ids())
    core = CasesCore(codec.decode, rules=one_officer())
    with tempfile.TemporaryDirectory() as folder:
        settings = StageSettings(arguments.bootstrap, "", arguments.prefix, Path(folder))
        run_stage(
            replace(settings, checkpoint_interval_s=None),
            _Counted(core, arguments.warm_up, arguments.messages),
            Parts(codec=codec, registry=NoCameras(), outputs=("case-events",)),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bootstrap", help=argparse.SUPPRESS)
    parser.add_argument("--prefix", help=argparse.SUPPRESS)
    parser.add_argument("--warm-up", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--messages", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.bootstrap is None:
        main(run)
    else:
        _be_the_stage(given)
