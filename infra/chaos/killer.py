"""Carries a plan out beside the playing footage, and times how long each process takes until it serves again."""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from confluent_kafka import KafkaException

from infra.chaos.kill import Kill
from infra.chaos.plan import PlannedKill
from infra.demo.groups import Groups
from infra.demo.run import GROUPS
from infra.demo.topic_reader import TopicReader
from infra.local.canary import Canary
from infra.local.control import SERVING, LocalStack, StackError
from infra.local.kafka import message_max_bytes
from infra.local.triton import models
from infra.settings import Settings

log = logging.getLogger(__name__)

POLL_S: Final = 0.1
#: The model whose stub is killed: every frame that is sampled needs it.
STUB_MODEL: Final = "detector"
#: After the last kill everything must serve again within this time: the session timeouts of the groups are 10 and 30 s,
#: a stub's healing waits for the server's patience.
RECOVER_WITHIN_S: Final = 120.0


class Killer:
    """Kills in a thread, watches the killed in another. A context manager: its end waits for both.

    Args:
        settings: the play's topics.
        stack: whose processes are killed.
        planned: what is killed when, ascending in time.
    """

    def __init__(self, settings: Settings, stack: LocalStack, planned: Sequence[PlannedKill]) -> None:
        self._settings = settings
        self._stack = stack
        self.kills = [Kill(one) for one in planned]
        self._watches: list[_Watch] = []
        self._over = threading.Event()
        self._ended = threading.Event()
        self._groups = _Groups(settings)
        self._killer = threading.Thread(target=self._kill_all, name="killer")
        self._watcher = threading.Thread(target=self._watch_all, name="watcher")

    def __enter__(self) -> Self:
        """Begin: the first kill waits for the footage."""
        self._killer.start()
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End: no kill comes any more; after a play that went well, wait until what was killed serves again."""
        self._over.set()
        self._killer.join()
        deadline = time.monotonic() + (RECOVER_WITHIN_S if error is None else 0.0)
        while any(k.pid is not None and k.served_after_s is None for k in self.kills) and time.monotonic() < deadline:
            time.sleep(POLL_S)
        self._ended.set()
        self._watcher.join()

    def _kill_all(self) -> None:
        begun = self._footage_begins()
        for kill in self.kills:
            while not self._over.is_set():
                due = time.monotonic() - begun >= kill.planned.at_s
                if due and self._serves(kill.planned.target.child) and self._strike(kill, begun):
                    break
                time.sleep(POLL_S)

    def _footage_begins(self) -> float:
        """Return the moment at which `frames` holds something."""
        reader = TopicReader(self._settings.bootstrap_servers, message_max_bytes())
        try:
            while not self._over.is_set() and not reader.count(self._settings.topic_prefix + "frames"):
                time.sleep(POLL_S)
            return time.monotonic()
        finally:
            reader.close()

    def _serves(self, child: str) -> bool:
        """Whether a child runs; what has ended after its work cannot be killed."""
        return bool(self._stack.status().get(child, {}).get("state") == "ready")

    def _strike(self, kill: Kill, begun: float) -> bool:
        target = kill.planned.target
        away = tuple(sorted(k.planned.target.name for k in self.kills if k.pid is not None and not k.passed))
        watch = _Watch(kill, self._groups.members.get(target.group or "", frozenset()))
        try:
            if target.is_stub:
                watch.stubs = self._stack.stub_pids(STUB_MODEL)
                pid = watch.stubs[0]
                os.kill(pid, signal.SIGKILL)
            else:
                pid = self._stack.kill(target.child)
        except (StackError, ProcessLookupError, IndexError):  # it ended, or a stub is being replaced
            return False
        watch.killed_at = time.monotonic()
        kill.at_s, kill.away, kill.pid = round(watch.killed_at - begun, 3), away, pid
        self._watches.append(watch)
        return True

    def _watch_all(self) -> None:
        canary = Canary(self._settings.triton_address, models(self._settings.triton_models))
        while not self._ended.is_set():
            self._groups.look()
            for watch in self._watches:
                if watch.kill.served_after_s is None and self._back(watch, canary):
                    watch.kill.served_after_s = round(time.monotonic() - watch.killed_at, 1)
            self._ended.wait(POLL_S)
        canary.forget()

    def _back(self, watch: "_Watch", canary: Canary) -> bool:
        """Whether a killed process serves again: a new one, and where it has a group a new member with partitions."""
        target, kill = watch.kill.planned.target, watch.kill
        child = self._stack.status().get(target.child, {})
        if child.get("state") not in SERVING:
            return False
        if target.is_stub:
            stubs = self._stack.stub_pids(STUB_MODEL)
            if kill.pid in stubs or len(stubs) < len(watch.stubs):
                return False
            try:
                return canary.ready()
            except Exception as error:  # noqa: BLE001  Triton may be away: whatever it says, it does not serve
                log.debug("Triton: %s", error)
                return False
        if child.get("state") != "done" and child.get("pid") in {None, kill.pid}:
            return False
        return target.group is None or bool(self._groups.members.get(target.group, frozenset()) - watch.members)


class _Watch:
    """A kill with what must be otherwise for its process to serve again."""

    def __init__(self, kill: Kill, members: frozenset[str]) -> None:
        self.kill = kill
        self.members = members
        self.stubs: Sequence[int] = ()
        self.killed_at = 0.0


class _Groups:
    """Members with partitions of each consumer group, as last seen."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = settings.topic_prefix
        self._groups = Groups(settings.bootstrap_servers)
        self.members: dict[str, frozenset[str]] = {}

    def look(self) -> None:
        """Look again; what cannot be seen now stays as it was."""
        for group in GROUPS:
            try:
                members = self._groups.members(self._prefix + group)
            except KafkaException as error:
                log.debug("groups cannot be seen: %s", error)
                return
            if members:  # between two generations a group has none
                self.members[group] = members
