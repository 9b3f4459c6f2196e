"""What the evidence of a finding costs: CPU-seconds of the whole sink, on a Kafka of its own.

    python -m tests.benchmarks.evidence.cost

1,000 violations on four cameras that play a shipped clip (320 x 240, H.264, 0.3 Mbit/s), each with 14 to 15 s of it,
three stills with their blurred twins, two crops, signature and log. Measured at two lengths, whose difference leaves
the start-up out. It counts only if each finding's objects are there exactly once and every case verifies.
"""

import sys
import tempfile
from pathlib import Path

from confluent_kafka import KafkaError, Message, Producer

from schemas.codec import MessageCodec
from schemas.messages import Frames
from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive
from sinks.evidence.case_name import CaseName
from sinks.evidence.evidence_log import LOGS, entries_of, entry_name
from sinks.evidence.folder_store import FolderStore
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_most, main
from tests.benchmarks.fixed_ids import fixed_ids
from tests.benchmarks.producers.own_kafka import make_topics, own_kafka
from tests.benchmarks.producers.process_cpu import cpu_s
from tests.unit.sinks.evidence import findings

FEW, MANY = 100, 1_000
CAMERAS = 4
SECONDS = 56
TOPICS = ("frames", "detections", "checkpoints", "cameras", "incidents", "violations", "leads", "dead-letters")


def run(say: Say) -> list[Figure]:
    """Return the figures.

    Raises:
        BenchmarkError: the sink failed, or a finding's evidence is not there once and whole.
    """
    return measure(say, FEW, MANY)


def measure(say: Say, few: int, many: int) -> list[Figure]:
    """Return the figures of two runs with so many findings."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder) / "kafka") as bootstrap:
        key = signing.generate(Path(folder) / "key.pem")
        spent = []
        for count in (few, many):
            prefix, store = f"b{count}.", Path(folder) / f"store{count}"
            make_topics(bootstrap, prefix, TOPICS)
            _fill(bootstrap, prefix, count)
            module = [sys.executable, "-m", "tests.benchmarks.evidence.sink"]
            spent.append(cpu_s([*module, bootstrap, prefix, str(store), str(Path(folder) / "key.pem"), str(count)]))
            say(f"{count} findings: {spent[-1]:.1f} s of CPU")
            _check(FolderStore(store), key, count)
        size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    each = (spent[1] - spent[0]) / (many - few)
    return [
        Figure("evidence_cpu_s_per_clip", each, "s", at_most(0.25), "nothing; with stills, crops, signature and log"),
        Figure("evidence_kb_per_finding", size / many / 1000, "kB", None, "nothing; clips of 0.3 Mbit/s"),
    ]


def _fill(bootstrap: str, prefix: str, count: int) -> None:
    """Write the cameras' seconds and the findings."""
    codec = MessageCodec(fixed_ids())
    producer = Producer(
        {"bootstrap.servers": bootstrap, "partitioner": "murmur2_random", "linger.ms": 5, "enable.idempotence": True}
    )
    places: dict[tuple[str, int], tuple[Frames, int, int, int]] = {}

    def write(topic: str, key: str, message: object, delivered: object = None) -> None:
        options = {} if delivered is None else {"on_delivery": delivered}
        producer.produce(prefix + topic, codec.encode(topic, message), key.encode(), **options)  # type: ignore[arg-type]

    for number in range(CAMERAS):
        for frames in findings.camera_frames(f"BENCH-{number:04}")[:SECONDS]:

            def delivered(error: KafkaError | None, message: Message, frames: Frames = frames) -> None:
                if error is None:
                    place = (message.partition() or 0, message.offset() or 0, message.timestamp()[1])
                    places[frames.camera_id, frames.sequence] = (frames, *place)

            write("frames", frames.camera_id, frames, delivered)
    producer.flush(60)
    for frames, partition, offset, created_at_ms in places.values():
        write("detections", frames.camera_id, findings.detections_of(frames, offset, created_at_ms, partition))
    producer.flush(60)
    for number in range(count):
        camera_id = f"BENCH-{number % CAMERAS:04}"
        first = 7 + number // CAMERAS % (SECONDS - 16)
        named = []
        for role, sequence in (("onset", first), ("peak", first + 1)):
            frames, partition, offset, created_at_ms = places[camera_id, sequence]
            named.append(findings.evidence(role, frames, offset, partition))
        write("violations", str(number), findings.violation(named, number, created_at_ms))
    if producer.flush(60):
        raise BenchmarkError("Kafka did not take the benchmark's messages within a minute")


def _check(store: FolderStore, key: signing.SigningKey, count: int) -> None:
    """Hold every finding's evidence against its manifest, and the log against itself."""
    archive = Archive(store)
    public = verify.raw_key(key.public_pem)
    for number in range(count):
        case = CaseName("violations", f"speeding-{number:020x}", 1)
        manifest = store.get(case.manifest)
        statement = store.get(case.signature(verify.sha256(manifest)))
        files = {file["name"]: store.get(file["object"]) for file in archive.manifest(case)["files"]}
        lines = verify.check_signature(manifest, statement, public, signing.holds)
        lines += verify.check_files(archive.manifest(case), files, frozenset())
        if not verify.agrees(lines) or archive.manifest(case)["missing"] or archive.manifest(case)["problems"]:
            raise BenchmarkError(f"evidence of finding {number} is not whole: {verify.report(lines)}")
    logged = 0
    for hour in store.folders(f"{LOGS}bench/"):
        log = hour.rstrip("/")
        lines = archive.check_log(entry_name(log, 0), public)
        if not verify.agrees(lines):
            raise BenchmarkError(f"the log differs: {verify.report(lines)}")
        logged += len(entries_of(store, log)) - 1
    if logged != count:
        raise BenchmarkError(f"{count} findings have {logged} entries in the log; expected one each")


if __name__ == "__main__":
    main(run)
