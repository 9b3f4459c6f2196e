"""The process that `vigil run producers` starts."""

import logging
import signal
import threading
from collections.abc import Collection
from types import FrameType
from typing import Final

from confluent_kafka import KafkaException

from producers.allocator import share_one_arena
from producers.camera_reader import Pace
from producers.delivery import Delivery
from producers.fleet import Fleet
from producers.registry_topic import RegistryReader
from producers.resume import last_marks
from producers.settings import ProducerSettings, StackSettings, producer_settings
from schemas.codec import MessageCodec
from schemas.messages import Camera
from schemas.registry import RegistrySchemaIds, SchemaIds

log = logging.getLogger(__name__)

POLL_S: Final = 0.25


def run(
    settings: StackSettings,
    *,
    pace: Pace = "realtime",
    cameras: Collection[str] | None = None,
    exit_when_done: bool = False,
    replay: bool = False,
) -> int:
    """Read cameras into `frames` until asked to stop (SIGTERM, SIGINT).

    Args:
        settings: where everything is.
        pace: file sources at real time, or as fast as Kafka takes them.
        cameras: ids of the cameras to read; None for all enabled ones of the registry.
        exit_when_done: return when every file source was played out and delivered.
        replay: play files from their start although `frames` holds them; their ids repeat.

    Returns:
        0; with `exit_when_done` 1 where a file was rejected or there was none to play.

    Raises:
        KafkaException, RegistryUnavailableError, SchemaNotRegisteredError: the process cannot start; says why.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each schema looked up
    stack = producer_settings(settings)
    ids = RegistrySchemaIds.connect(stack.schema_registry_url, stack.topic_prefix)
    return run_producers(stack, ids, pace=pace, cameras=cameras, exit_when_done=exit_when_done, replay=replay)


def run_producers(
    settings: ProducerSettings,
    ids: SchemaIds,
    *,
    pace: Pace = "realtime",
    cameras: Collection[str] | None = None,
    exit_when_done: bool = False,
    replay: bool = False,
    stop: threading.Event | None = None,
) -> int:
    """Do what `run` says, with the producers' own settings and any source of schema ids; `stop` ends it."""
    stop = threading.Event() if stop is None else stop
    share_one_arena()
    _stop_on_signals(stop)
    codec = MessageCodec(ids)
    with RegistryReader(settings, codec) as registry, Delivery(settings) as delivery:
        entries = registry.read_to_end()
        chosen = [c for c in entries.values() if cameras is None or c.camera_id in cameras]
        for missing in sorted(set(cameras or ()) - set(entries)):
            log.error("camera %s is not in the registry; 'vigil cameras list' shows those that are", missing)
        files = [c.camera_id for c in chosen if c.enabled and c.source_start_us is not None]
        marks = {} if replay or not files else last_marks(settings, codec, files)
        fleet = Fleet(settings, ids, delivery, pace=pace, only=cameras, marks=marks)
        log.info("reading %d cameras, %d of them files", sum(c.enabled for c in chosen), len(files))
        if exit_when_done and not files:
            log.error("no file camera to play; import some with 'vigil cameras import'")
            return 1
        fleet.apply(chosen)
        reported = 0
        while not stop.is_set() and delivery.fatal is None:
            fleet.apply(_newest(registry, POLL_S))
            for text in registry.unreadable[reported:]:
                log.error("registry entry left out: %s", text)
            reported = len(registry.unreadable)
            fleet.tick()
            if exit_when_done and fleet.files_finished():
                break
        rejected = fleet.rejected()
        delivery.stop()
        fleet.stop()
        left = delivery.close()
        if delivery.fatal is not None:
            raise KafkaException(delivery.fatal)
        if exit_when_done and rejected:
            log.error("rejected, see camera-health: %s", ", ".join(rejected))
        return 1 if exit_when_done and (rejected or left) else 0


def _newest(registry: RegistryReader, wait_s: float) -> list[Camera]:
    newest = {c.camera_id: c for c in registry.poll(wait_s)}
    return list(newest.values())


def _stop_on_signals(stop: threading.Event) -> None:
    if threading.current_thread() is not threading.main_thread():
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
