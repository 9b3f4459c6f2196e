"""The trial: bad input beside a good camera, on a running stack, and what each came to."""

import dataclasses
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from infra.bad_input.outcome import Outcome, Summary
from infra.bad_input.poison import READERS, Poison, outcome_of, spoil
from infra.bad_input.recordings import GOOD_CLIP, BadSource, bad_sources, good_clip, packets_of
from infra.demo.accounting import Second, second_of
from infra.demo.run import REGISTRY, STAGES, Demo, DemoError, Watcher
from infra.demo.tables import Tables
from infra.demo.topic_reader import RawRecord, TopicReader
from infra.local.kafka import message_max_bytes
from infra.local.stages import StageProcess
from infra.settings import ROOT, Settings
from producers.registry_topic import write_cameras
from producers.settings import producer_settings
from schemas.codec import MessageCodec
from schemas.messages import Camera, CameraHealth, DeadLetter
from schemas.registry import RegistrySchemaIds

GOOD: Final = "GOOD"
#: A good camera that plays after the bad messages: stages must have gone past them.
AFTER: Final = "GOOD-AFTER"
NO_GROUND: Final = "NO-GROUND"
#: Of rank 1: it maps the whole picture to one point.
DEGENERATE: Final = (1.0, 2.0, 3.0, 2.0, 4.0, 6.0, 3.0, 6.0, 9.0)
#: Bounds for a broken run, no measures.
JOIN_WITHIN_S = 90.0
SETTLE_WITHIN_S = 180.0
COMMAND_WITHIN_S = 120.0


class Trial:
    """One run.

    Args:
        settings: where the stack is, and the topics and database of the trial.
        folder: where recordings and registry files go; must be there.
        console: where progress goes.
    """

    def __init__(self, settings: Settings, folder: Path, console: Console) -> None:
        self._settings = settings
        self._folder = folder
        self._registry = folder / "cameras.json"
        self.demo = Demo(settings, folder / "report", self._registry, pace="max", console=console)
        self._whole = good_clip(folder / "whole.mp4")
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port: int = closed.getsockname()[1]
        self._bad = bad_sources(folder, self._whole, port)
        self._write_registry()

    def run(self) -> Summary:
        """Try everything; topics, tables and cameras must have been laid out (`demo.lay_out`).

        Raises:
            DemoError: the trial could not be carried out; says where it stopped.
        """
        watcher = Watcher(self._settings, self.demo.stack)
        codec = MessageCodec(RegistrySchemaIds.connect(self._settings.schema_registry_url, self._settings.topic_prefix))
        with self._reader() as reader:
            try:
                self._start_stages(watcher)
                refused = self._import_degenerate()
                self._register_degenerate(codec, reader)
                self._produce(watcher, [GOOD, NO_GROUND, *self._bad], may_fail=True)
                poisons = self._spoil(reader)
                self._produce(watcher, [AFTER], may_fail=False)
                outcomes = [
                    *self._sources(codec, reader),
                    refused,
                    self._without_ground(),
                    *self._dead_letters(codec, reader, poisons),
                    *self._stored(codec, reader, poisons),
                ]
                states = self.demo.stack.status()
            finally:
                self.demo.stop_stages()
        restarts = {name: int(states[name]["restarts"]) if name in states else 0 for name in STAGES}
        down = [name for name in STAGES if name not in states or states[name]["state"] != "ready"]
        return Summary(outcomes, restarts, down)

    def _write_registry(self) -> None:
        """Write two registry files: cameras whose entries are right, and one with a degenerate homography."""
        shipped = tomllib.loads(REGISTRY.read_text(encoding="utf-8"))["cameras"]
        entry = next(one for one in shipped if one["source_uri"] == GOOD_CLIP)
        good = {**entry, "source_uri": self._whole.resolve().as_uri()}
        entries = [{**good, "camera_id": camera_id} for camera_id in (GOOD, AFTER)]
        for camera_id, source in self._bad.items():
            bad = {**good, "camera_id": camera_id, "source_uri": source.uri}
            if not source.uri.startswith("file:"):
                del bad["source_start"]
            entries.append(bad)
        _write_json(self._registry, entries)
        rows = [list(DEGENERATE[at : at + 3]) for at in (0, 3, 6)]
        calibration = {**good["calibration"], "homography": rows}
        _write_json(self._folder / "degenerate.json", [{**good, "camera_id": "DEGENERATE", "calibration": calibration}])

    @contextmanager
    def _reader(self) -> Iterator[TopicReader]:
        reader = TopicReader(self._settings.bootstrap_servers, message_max_bytes())
        try:
            yield reader
        finally:
            reader.close()

    def _start_stages(self, watcher: Watcher) -> None:
        names = {
            "VIGIL_TOPIC_PREFIX": self._settings.topic_prefix,
            "VIGIL_CLICKHOUSE_DATABASE": self._settings.clickhouse_database,
        }
        self.demo.stack.start([StageProcess(name, (), names) for name in STAGES])
        deadline = time.monotonic() + JOIN_WITHIN_S
        while missing := watcher.groups_without_members():
            if time.monotonic() > deadline:
                raise DemoError(f"{', '.join(missing)}: no member of the group after {JOIN_WITHIN_S:.0f} s")
            time.sleep(0.3)

    def _vigil(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "infra.cli", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, **self._settings.environment()},
            check=False,
            timeout=COMMAND_WITHIN_S,
        )

    def _import_degenerate(self) -> Outcome:
        done = self._vigil("cameras", "import", str(self._folder / "degenerate.json"))
        lines = [line for line in done.stderr.splitlines() if "calibration.homography" in line]
        found = f"vigil cameras import ends with {done.returncode}: {' '.join(lines) or 'no sentence'}"
        return Outcome("registry file with a degenerate homography", found, done.returncode == 1 and bool(lines))

    def _register_degenerate(self, codec: MessageCodec, reader: TopicReader) -> None:
        """Write the entry that import refuses past it, straight to the topic."""
        good: Camera = next(camera for camera in self._read(codec, reader, "cameras") if camera.camera_id == GOOD)
        if good.calibration is None:
            raise DemoError(f"the demo's camera of {GOOD_CLIP} has no calibration to spoil")
        calibration = dataclasses.replace(good.calibration, homography=DEGENERATE)
        camera = dataclasses.replace(good, camera_id=NO_GROUND, calibration=calibration)
        write_cameras(producer_settings(self._settings), codec, [camera])

    def _produce(self, watcher: Watcher, cameras: Sequence[str], *, may_fail: bool) -> None:
        """Play cameras and wait until every group's lag is 0."""
        chosen = [text for camera in cameras for text in ("--camera", camera)]
        done = self._vigil("run", "producers", "--pace", "max", "--exit-when-done", *chosen)
        if done.returncode and not may_fail:
            raise DemoError(f"producers ended with {done.returncode}: {done.stderr[-2000:]}")
        self._settle(watcher)

    def _settle(self, watcher: Watcher) -> None:
        deadline = time.monotonic() + SETTLE_WITHIN_S
        calm = 0
        while calm < 3:
            time.sleep(0.7)
            now = watcher.look()
            stopped = [name for name, state in now.processes.items() if name in STAGES and state == "failed"]
            if stopped:
                lines = "\n  ".join(self.demo.stack.log(stopped[0], 15))
                raise DemoError(f"{stopped[0]} gave up; its last lines:\n  {lines}")
            if time.monotonic() > deadline:
                raise DemoError(f"not all settled within {SETTLE_WITHIN_S:.0f} s; lag: {dict(now.lag)}")
            calm = calm + 1 if now.total_lag == 0 else 0

    def _read(self, codec: MessageCodec, reader: TopicReader, topic: str) -> Iterator[Any]:
        for record in reader.read(self._settings.topic_prefix + topic):
            yield codec.decode(topic, record.value or b"")

    def _spoil(self, reader: TopicReader) -> list[Poison]:
        whole: dict[str, RawRecord] = {}
        for topic in READERS:
            for record in reader.read(self._settings.topic_prefix + topic):
                if record.key == GOOD.encode():
                    whole[topic] = record
            if topic not in whole:
                raise DemoError(f"{topic} holds nothing of the good camera; there is no message to spoil")
        return spoil(self._settings.bootstrap_servers, self._settings.topic_prefix, whole)

    def _sources(self, codec: MessageCodec, reader: TopicReader) -> list[Outcome]:
        reports: dict[str, list[CameraHealth]] = {camera_id: [] for camera_id in self._bad}
        for health in self._read(codec, reader, "camera-health"):
            if health.camera_id in reports:
                reports[health.camera_id].append(health)
        return [_source_outcome(self._bad[camera_id], found) for camera_id, found in reports.items()]

    def _without_ground(self) -> Outcome:
        """The camera with a degenerate homography has tracks but no positions; the good one, same video, has both."""
        sql = """
            SELECT camera_id, sum(length(track_id)), sum(arrayCount(x -> isNotNull(x), track_x_m))
            FROM tracks WHERE camera_id IN ({good:String}, {spoilt:String}) GROUP BY camera_id"""
        rows = Tables.connect(self._settings).rows(sql, {"good": GOOD, "spoilt": NO_GROUND})
        found = {str(camera): (int(tracks), int(placed)) for camera, tracks, placed in rows}
        tracks, placed = found.get(NO_GROUND, (0, 0))
        good_tracks, good_placed = found.get(GOOD, (0, 0))
        text = f"{tracks} tracks, {placed} with a position (same video, good homography: {good_tracks}, {good_placed})"
        passed = tracks == good_tracks > 0 and placed == 0 < good_placed
        return Outcome("degenerate homography straight to the topic cameras", text, passed)

    def _dead_letters(self, codec: MessageCodec, reader: TopicReader, poisons: Sequence[Poison]) -> list[Outcome]:
        letters: list[DeadLetter] = list(self._read(codec, reader, "dead-letters"))
        prefix = self._settings.topic_prefix
        outcomes = [outcome_of(poison, prefix, letters) for poison in poisons]
        places = {(prefix + poison.topic, poison.partition, poison.offset) for poison in poisons}
        others = [one for one in letters if (one.topic, one.partition, one.offset) not in places]
        text = "; ".join(f"{one.stage} {one.topic} {one.partition}/{one.offset}: {one.error}" for one in others)
        return [*outcomes, Outcome("everything else", text or "no other dead letter", not others)]

    def _stored(self, codec: MessageCodec, reader: TopicReader, poisons: Sequence[Poison]) -> list[Outcome]:
        """The good cameras: every packet in frames, every camera-second in both tables exactly once."""
        bad = {(poison.partition, poison.offset) for poison in poisons if poison.topic == "frames"}
        seconds: dict[str, list[Second]] = {GOOD: [], AFTER: []}
        packets = dict.fromkeys(seconds, 0)
        for record in reader.read(self._settings.topic_prefix + "frames"):
            if (record.partition, record.offset) not in bad:
                frames = codec.decode("frames", record.value or b"")
                if frames.camera_id in seconds:
                    seconds[frames.camera_id].append(second_of(frames))
                    packets[frames.camera_id] += len(frames.packets)
        tables = Tables.connect(self._settings)
        stored = {topic: tables.seconds(topic) for topic in ("detections", "tracks")}
        expected = packets_of(self._whole)
        outcomes = []
        for camera_id, title in ((GOOD, "good camera beside them"), (AFTER, "good camera after the bad messages")):
            sent = sorted(seconds[camera_id])
            rows = {topic: sorted(one for one in found if one[0] == camera_id) for topic, found in stored.items()}
            counts = ", ".join(f"{len(found)} in {topic}" for topic, found in rows.items())
            text = f"{packets[camera_id]} of {expected} packets in {len(sent)} camera-seconds; {counts}"
            whole = packets[camera_id] == expected > 0 and all(found == sent for found in rows.values())
            outcomes.append(Outcome(title, text, whole))
        return outcomes


def _source_outcome(source: BadSource, reports: Sequence[CameraHealth]) -> Outcome:
    shown = [one for one in reports if one.status is source.status and one.error] or list(reports)
    if not shown:
        return Outcome(source.title, "no report in camera-health", passed=False)
    last = shown[-1]
    passed = last.status is source.status and source.sentence in (last.error or "")
    return Outcome(source.title, f"{last.status}: {last.error or 'no error'}", passed)


def _write_json(path: Path, cameras: Sequence[Mapping[str, Any]]) -> None:
    path.write_text(json.dumps({"cameras": cameras}, default=datetime.isoformat), encoding="utf-8")
