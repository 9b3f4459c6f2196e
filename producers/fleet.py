"""The cameras of one process: which are read, how they change, and their reports."""

import logging
import threading
import time
from collections.abc import Collection, Mapping
from functools import partial
from importlib import metadata

from producers.camera_reader import CameraReader, Mark, Outlet, Pace
from producers.camera_secrets import SecretsFileError, read_secrets
from producers.delivery import Delivery
from producers.grouping import Oversized
from producers.health import HealthBoard
from producers.settings import ProducerSettings
from producers.source import Address
from schemas.codec import MessageCodec
from schemas.messages import Camera, CameraHealth, CameraStatus, DeadLetter, ErrorClass
from schemas.registry import SchemaIds

log = logging.getLogger(__name__)

JOIN_S = 2.0


def now_us() -> int:
    """Return microseconds since the Unix epoch."""
    return time.time_ns() // 1000


class Fleet:
    """The cameras of one process.

    Args:
        settings: of the process.
        ids: schema ids.
        delivery: way to Kafka.
        pace: of sources with a declared start.
        only: the cameras to read; None for all.
        marks: where sources with a declared start go on.
    """

    def __init__(
        self,
        settings: ProducerSettings,
        ids: SchemaIds,
        delivery: Delivery,
        *,
        pace: Pace,
        only: Collection[str] | None,
        marks: Mapping[str, Mark],
    ) -> None:
        self._settings = settings
        self._codec = MessageCodec(ids)
        self._schema_id = ids.id_for("frames")
        self._delivery = delivery
        self._pace = pace
        self._only = None if only is None else frozenset(only)
        self._marks = dict(marks)
        self._readers: dict[str, CameraReader] = {}
        self._codec_lock = threading.Lock()
        self._refused: set[str] = set()
        self._due_s = time.monotonic() + settings.health_s

    @property
    def readers(self) -> Mapping[str, CameraReader]:
        """The cameras that are read, or were until they ended."""
        return self._readers

    def apply(self, cameras: Collection[Camera]) -> None:
        """Start what is new, stop what is disabled, restart what changed; every other camera goes on undisturbed."""
        changes = [c for c in cameras if self._only is None or c.camera_id in self._only]
        starts = []
        for camera in changes:
            reader = self._readers.get(camera.camera_id)
            if reader is not None:
                if not camera.enabled:
                    log.info("camera %s: taken out of service", camera.camera_id)
                    self._remove(camera.camera_id)
                    continue
                if _connects_alike(reader.camera, camera):
                    continue
                log.info("camera %s: its entry changed (version %d)", camera.camera_id, camera.version)
                self._remove(camera.camera_id)
            if camera.enabled:
                starts.append(camera)
        for number, camera in enumerate(starts):
            self._start(camera, self._settings.stagger_s * number / len(starts))

    def tick(self) -> None:
        """Send the periodic reports when they are due."""
        now = time.monotonic()
        if now < self._due_s:
            return
        self._due_s = now + self._settings.health_s
        for reader in list(self._readers.values()):
            reader.report()

    def stop(self) -> None:
        """Stop every camera and send the last reports."""
        for reader in self._readers.values():
            reader.stop()
        deadline = time.monotonic() + JOIN_S
        for reader in self._readers.values():
            reader.join(max(0.0, deadline - time.monotonic()))
            reader.board.report()

    def files_finished(self) -> bool:
        """True when every source with a declared start was played out or rejected."""
        return all(r.finished for r in self._readers.values() if r.plays_file)

    def rejected(self) -> list[str]:
        """Return the cameras that can never work as configured."""
        return sorted(i for i, r in self._readers.items() if r.board.status is CameraStatus.REJECTED)

    def _start(self, camera: Camera, after_s: float) -> None:
        if len(self._readers) >= self._settings.most_cameras and camera.camera_id not in self._readers:
            if camera.camera_id not in self._refused:
                self._refused.add(camera.camera_id)
                log.error(
                    "camera %s is not read: this process reads %d, its limit; start another process for the rest",
                    camera.camera_id,
                    self._settings.most_cameras,
                )
            return
        lane = self._delivery.lane()
        reader = CameraReader(
            camera,
            partial(self._address, camera),
            self._settings,
            Outlet(f"{self._settings.topic_prefix}frames", self._schema_id, lane, self._dead_letter),
            HealthBoard(camera.camera_id, now_us, self._health, lane.counts),
            pace=self._pace,
            after=self._marks.get(camera.camera_id),
            start_after_s=after_s,
        )
        self._readers[camera.camera_id] = reader
        reader.start()

    def _address(self, camera: Camera) -> Address:
        """Return what is opened for a camera, with the credentials that hold now."""
        try:
            credentials = read_secrets(self._settings.secrets_file).get(camera.camera_id)
        except SecretsFileError as error:
            log.error("%s; camera %s is opened without credentials", error, camera.camera_id)  # noqa: TRY400  said in full
            credentials = None
        return Address(camera.source_uri, credentials, camera.source_start_us is not None)

    def _remove(self, camera_id: str) -> None:
        reader = self._readers.pop(camera_id)
        reader.stop()
        reader.join(JOIN_S)
        last = reader.last_mark
        if last is not None:
            self._marks[camera_id] = last

    def _health(self, health: CameraHealth) -> None:
        with self._codec_lock:
            value = self._codec.encode("camera-health", health)
        self._delivery.post(f"{self._settings.topic_prefix}camera-health", health.camera_id.encode(), value)

    def _dead_letter(self, camera: Camera, event: Oversized) -> None:
        at = now_us()
        fits = event.packet.size <= self._settings.payload_bytes
        letter = DeadLetter(
            stage="producers",
            stage_version=metadata.version("vigil"),
            topic=f"{self._settings.topic_prefix}frames",
            topic_id=None,
            partition=-1,
            offset=-1,
            created_at_ms=at // 1000,
            key=camera.camera_id.encode(),
            value=bytes(event.packet.data) if fits else None,
            error_class=ErrorClass.TOO_LARGE,
            error=(
                f"camera {camera.camera_id}: the packet {event.offset_us} us into the connection has"
                f" {event.packet.size} bytes, a frames message holds {event.limit_bytes}"
            ),
            failed_at_us=at,
        )
        with self._codec_lock:
            value = self._codec.encode("dead-letters", letter)
        self._delivery.post(f"{self._settings.topic_prefix}dead-letters", camera.camera_id.encode(), value)


def _connects_alike(old: Camera, new: Camera) -> bool:
    """True where a new entry is read from the same place in the same way: zones and limits change nothing here."""
    return (old.source_uri, old.source_start_us) == (new.source_uri, new.source_start_us)
