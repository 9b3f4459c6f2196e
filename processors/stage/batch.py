"""From a batch of Kafka records to what must become durable: the part of the harness that knows no Kafka.

1. decode: bytes that are no message become dead letters.
2. missing_versions: registry versions that must be at hand first.
3. advance: drop what the states have applied, one call of the core for all keys, outputs and states as bytes.

A call of the core that fails is repeated on halves until the message that causes it stands alone and is dead-lettered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, TypeVar

from processors.stage.breaker import Breaker
from processors.stage.dead_letters import RECORD_OVERHEAD_BYTES, encode_dead_letters
from processors.stage.dead_letters import TOPIC as DEAD_LETTERS
from processors.stage.failures import BreakerOpenError, NotReadyError, StageStoppedError, TooLargeError
from processors.stage.prepared_batch import Dead, Encoded, NewState, PreparedBatch
from processors.stage.source_record import SourceRecord
from processors.stage.stamped_state import NO_INTERVAL, pack
from processors.stage.state_cache import LiveState, StateCache
from processors.stage_core import BY_OFFSET, KeyBatch, Output, Record, Registry, ServiceUnavailableError, StageCore
from schemas.codec import MessageCodec
from schemas.messages import Checkpoint, ErrorClass
from schemas.registry import RegistryUnavailableError, SchemaNotRegisteredError
from schemas.wire import BadMessageError, UnknownSchemaError

M = TypeVar("M")
S = TypeVar("S")

#: An exception's text in a dead letter is cut here.
MOST_ERROR_CHARACTERS = 2_000
#: Errors that are nobody's message's fault.
NOT_THE_MESSAGES_FAULT = (
    ServiceUnavailableError,
    RegistryUnavailableError,
    SchemaNotRegisteredError,
    StageStoppedError,
    MemoryError,
)


@dataclass(slots=True)
class Arrived(Generic[M]):
    """A decoded message beside the record it came in.

    Attributes:
        source: the record as it came.
        record: what the core sees.
        stamp: (epoch_us, sequence).
        captured_at_us: capture time, microseconds since the Unix epoch; None where the message has none.
    """

    source: SourceRecord
    record: Record[M]
    stamp: tuple[int, int]
    captured_at_us: int | None


@dataclass(slots=True)
class Decoded(Generic[M]):
    """A batch after decoding.

    Attributes:
        records: everything that came.
        by_key: messages by key bytes, in order.
        needs: registry versions that the messages name.
        dead: messages that could not be decoded.
    """

    records: Sequence[SourceRecord]
    by_key: dict[bytes, list[Arrived[M]]]
    needs: set[tuple[str, int]]
    dead: list[Dead]


@dataclass(slots=True)
class _Work(Generic[M, S]):
    """One key's part of one call of the core."""

    key: bytes
    name: str
    arrived: list[Arrived[M]]
    checkpoint: bool
    live: LiveState[S] | None


class BatchLogic(Generic[M, S]):
    """Turns batches into prepared batches. Deterministic: no clock but for timing, no I/O but the codec's registry.

    Args:
        core: the stage's core.
        codec: decodes the source and encodes outputs.
        registry: cameras' registry for the core.
        states: where states are found and kept.
        breaker: asked before anything of a batch is let through.
        limit_of: largest record of a topic (without prefix; "" stands for the changelog), bytes.
        checkpoint_interval_s: event time between two checkpoints of a key, seconds; None: none.
        spent: called with a phase's name and the seconds spent in it.
    """

    def __init__(
        self,
        *,
        core: StageCore[M, S],
        codec: MessageCodec,
        registry: Registry,
        states: StateCache[S],
        breaker: Breaker,
        limit_of: Callable[[str], int],
        checkpoint_interval_s: float | None,
        spent: Callable[[str, float], None],
    ) -> None:
        self._core = core
        self._codec = codec
        self._registry = registry
        self._states = states
        self._breaker = breaker
        self._limit_of = limit_of
        self._interval_us = None if checkpoint_interval_s is None else int(checkpoint_interval_s * 1e6)
        self._spent = spent

    def decode(self, records: Sequence[SourceRecord]) -> Decoded[M]:
        """Decode a batch.

        Raises:
            RegistryUnavailableError: a schema is not at hand and the schema registry is away; try again.
            BreakerOpenError: too many of the messages are none.
        """
        began = perf_counter()
        core, source, decode = self._core, self._core.source, self._codec.decode
        stamp_of, needs_of = core.stamp, core.needs
        out: Decoded[M] = Decoded(records, {}, set(), [])
        by_key, needs = out.by_key, out.needs
        for source_record in records:
            key, value = source_record.key, source_record.value
            try:
                if key is None or value is None:
                    raise BadMessageError(f"message without {'key' if key is None else 'value'}")  # noqa: TRY301
                message = decode(source, value)
                key.decode()
                stamp = stamp_of(message)
                arrived = Arrived(
                    source_record,
                    Record(message, source_record.partition, source_record.offset, source_record.timestamp),
                    stamp if stamp != BY_OFFSET else (0, source_record.offset),
                    getattr(message, "captured_at_us", None),
                )
                need = needs_of(message)
            except NOT_THE_MESSAGES_FAULT:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it is this message's
                self._refuse(out.dead, source_record, _class_of(error), error, len(records))
                continue
            if need is not None:
                needs.add(need)
            of_key = by_key.get(key)
            if of_key is None:
                by_key[key] = [arrived]
            else:
                of_key.append(arrived)
        self._spent("decode", perf_counter() - began)
        return out

    def missing_versions(self, decoded: Decoded[M]) -> frozenset[tuple[str, int]]:
        """Return the registry versions that messages name and this stage has not read yet."""
        version = self._registry.version
        return frozenset(need for need in decoded.needs if version(*need) is None)

    async def advance(self, decoded: Decoded[M]) -> PreparedBatch:
        """Apply a decoded batch; on an exception the states are as if it had not been tried.

        Raises:
            ServiceUnavailableError: the core's service is away; try again with the same batch.
            BreakerOpenError: too many of the messages are unusable.
            StageStoppedError: a state or a schema cannot be used by this version.
        """
        run = _Run(self, decoded)
        try:
            await run.rounds()
            return run.finish()
        except SchemaNotRegisteredError as error:
            raise NotReadyError(str(error)) from error

    def _refuse(
        self, dead: list[Dead], record: SourceRecord, error_class: ErrorClass, error: Exception | str, messages: int
    ) -> None:
        text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        dead.append(Dead(record, error_class, text[:MOST_ERROR_CHARACTERS]))
        if self._breaker.opens(len(dead)):
            classes: dict[str, int] = {}
            for one in dead:
                classes[one.error_class] = classes.get(one.error_class, 0) + 1
            counts = ", ".join(f"{n} {name}" for name, n in sorted(classes.items()))
            raise BreakerOpenError(
                f"{self._core.name} stops: {len(dead)} of the first messages of a batch of {messages} ({counts}) and"
                f" {self._breaker.dead_in_window()} before it are unusable, more than the breaker allows;"
                f" the last is {record.topic} partition {record.partition} offset {record.offset}: {text[:300]}."
                " Nothing of this batch was acknowledged or dead-lettered; mend the producer or the schema, or raise"
                " breaker_share_ratio to let it drain into dead-letters"
            )


def _class_of(error: Exception) -> ErrorClass:
    if isinstance(error, UnknownSchemaError):
        return ErrorClass.UNKNOWN_SCHEMA
    if isinstance(error, BadMessageError | UnicodeDecodeError):
        return ErrorClass.DECODE
    if isinstance(error, TooLargeError):
        return ErrorClass.TOO_LARGE
    return ErrorClass.HANDLER


class _Run(Generic[M, S]):
    """One batch on its way through the core: what succeeded so far lies here, not in the cache."""

    def __init__(self, logic: BatchLogic[M, S], decoded: Decoded[M]) -> None:
        self._logic = logic
        self._core = logic._core  # noqa: SLF001  a part of BatchLogic, apart for its own state
        self._decoded = decoded
        self._outputs: list[Encoded] = []
        self._dead = list(decoded.dead)
        self._fresh: dict[bytes, tuple[LiveState[S], bytes, int]] = {}
        self._replayed = 0
        self._newest_us: int | None = None
        self._skipped = 0
        self._untouched: list[tuple[bytes, LiveState[S]]] = []

    async def rounds(self) -> None:
        """Call the core once for all keys; again for those whose messages go on after a checkpoint."""
        began = perf_counter()
        states = self._logic._states  # noqa: SLF001
        later: list[list[_Work[M, S]]] = []
        for key, arrived in self._decoded.by_key.items():
            name = key.decode()
            live = states.take(key, name)
            new = self._unapplied(arrived, live.stamp)
            if not new:
                self._untouched.append((key, live))
                continue
            for index, (chunk, checkpoint) in enumerate(self._chunks(new, live.interval)):
                if index == len(later):
                    later.append([])
                later[index].append(_Work(key, name, chunk, checkpoint, live if index == 0 else None))
        self._logic._spent("load", perf_counter() - began)  # noqa: SLF001
        for works in later:
            for work in works:
                fresh = self._fresh.get(work.key)
                if fresh is not None:
                    work.live = fresh[0]
            await self._attempt(works)

    def finish(self) -> PreparedBatch:
        """Hand the new states to the cache and return what must become durable; after the last step that may fail."""
        core, codec = self._core, self._logic._codec  # noqa: SLF001
        limit = self._logic._limit_of(DEAD_LETTERS)  # noqa: SLF001
        letters = encode_dead_letters(self._dead, core.name, core.version, codec, limit) if self._dead else []
        states = self._logic._states  # noqa: SLF001
        for key, live in self._untouched:
            states.keep_live(key, live)
        for key, (live, packed, _) in self._fresh.items():
            states.keep(key, live, packed)
        ends: dict[int, int] = {}
        for record in self._decoded.records:
            ends[record.partition] = record.offset + 1
        return PreparedBatch(
            messages=len(self._decoded.records),
            replayed=self._replayed,
            outputs=[*self._outputs, *letters],
            states={key: NewState(packed, partition) for key, (_, packed, partition) in self._fresh.items()},
            dead=self._dead,
            ends=ends,
            newest_us=self._newest_us,
            checkpoints_skipped=self._skipped,
        )

    def _unapplied(self, arrived: list[Arrived[M]], stamp: tuple[int, int]) -> list[Arrived[M]]:
        new = []
        for one in arrived:
            if one.stamp > stamp:
                stamp = one.stamp
                new.append(one)
            else:
                self._replayed += 1
            captured = one.captured_at_us
            if captured is not None and (self._newest_us is None or captured > self._newest_us):
                self._newest_us = captured
        return new

    def _chunks(self, new: list[Arrived[M]], interval: int) -> list[tuple[list[Arrived[M]], bool]]:
        """Split a key's messages behind each that opens a new event-time interval: there a checkpoint is due.

        Where a split falls depends on the messages alone, so a replay writes the same checkpoints.
        """
        interval_us = self._logic._interval_us  # noqa: SLF001
        if interval_us is None:
            return [(new, False)]
        out: list[tuple[list[Arrived[M]], bool]] = []
        start = 0
        for index, one in enumerate(new):
            if one.captured_at_us is None:
                continue
            now = one.captured_at_us // interval_us
            if now > interval:
                if interval != NO_INTERVAL:
                    out.append((new[start : index + 1], True))
                    start = index + 1
                interval = now
        if start < len(new):
            out.append((new[start:], False))
        return out

    async def _attempt(self, works: Sequence[_Work[M, S]]) -> None:
        try:
            await self._apply(works)
        except NOT_THE_MESSAGES_FAULT:
            raise
        except Exception as error:  # noqa: BLE001  a bug in the core, or a message it cannot bear: find which
            await self._divide(works, error)

    async def _divide(self, works: Sequence[_Work[M, S]], error: Exception) -> None:
        for work in works:
            work.live = None  # the failed call may have changed it
        if len(works) > 1:
            middle = len(works) // 2
            await self._attempt(works[:middle])
            await self._attempt(works[middle:])
            return
        (work,) = works
        if len(work.arrived) > 1:
            middle = len(work.arrived) // 2
            await self._attempt([_Work(work.key, work.name, work.arrived[:middle], False, None)])
            await self._attempt([_Work(work.key, work.name, work.arrived[middle:], work.checkpoint, None)])
            return
        (one,) = work.arrived
        self._logic._refuse(self._dead, one.source, _class_of(error), error, len(self._decoded.records))  # noqa: SLF001
        self._step_over(work, one)

    def _step_over(self, work: _Work[M, S], one: Arrived[M]) -> None:
        """Move the stamp past a refused message; the state stays."""
        live = self._state(work)
        live.stamp = one.stamp
        live.interval = self._interval(one, live.interval)
        packed = pack(live.stamp, live.interval, self._core.to_bytes(live.state))
        self._fresh[work.key] = (live, packed, one.source.partition)

    def _state(self, work: _Work[M, S]) -> LiveState[S]:
        fresh = self._fresh.get(work.key)
        if work.live is not None:
            return work.live
        if fresh is None:
            return self._logic._states.restore(work.key, work.name)  # noqa: SLF001
        return self._logic._states.unpacked(fresh[1], work.name)  # noqa: SLF001

    def _interval(self, one: Arrived[M], before: int) -> int:
        interval_us = self._logic._interval_us  # noqa: SLF001
        if interval_us is None or one.captured_at_us is None:
            return before
        return max(before, one.captured_at_us // interval_us)

    async def _apply(self, works: Sequence[_Work[M, S]]) -> None:
        """Call the core once and encode all it returns; nothing is kept unless everything went well."""
        logic, core = self._logic, self._core
        lives = [self._state(work) for work in works]
        batch = [
            KeyBatch(work.name, live.state, [a.record for a in work.arrived])
            for work, live in zip(works, lives, strict=True)
        ]
        began = perf_counter()
        results = await core.advance(batch, logic._registry)  # noqa: SLF001
        advanced = perf_counter()
        logic._spent("advance", advanced - began)  # noqa: SLF001
        if len(results) != len(batch):
            raise ValueError(f"the core returned {len(results)} results for {len(batch)} keys")
        outputs: list[Encoded] = []
        fresh: list[tuple[bytes, LiveState[S], bytes, int]] = []
        refused: list[tuple[SourceRecord, str]] = []
        skipped = 0
        for work, live, result in zip(works, lives, results, strict=True):
            last, partition = work.arrived[-1], work.arrived[-1].source.partition
            outputs += [self._encode(output, partition) for output in result.outputs]
            interval = self._interval(max(work.arrived, key=_captured), live.interval)
            state = core.to_bytes(result.state)
            packed = pack(last.stamp, interval, state)
            self._fits("", work.key, packed)
            if work.checkpoint:
                checkpoint = self._checkpoint(work, last, state)
                if checkpoint is None:
                    skipped += 1
                else:
                    outputs.append(checkpoint)
            refused += [(work.arrived[refusal.record].source, refusal.error) for refusal in result.refusals]
            fresh.append((work.key, LiveState(result.state, last.stamp, interval), packed, partition))
        for source, error in refused:
            logic._refuse(self._dead, source, ErrorClass.INVALID, error, len(self._decoded.records))  # noqa: SLF001
        self._outputs += outputs
        self._skipped += skipped
        for key, live, packed, partition in fresh:
            self._fresh[key] = (live, packed, partition)
        logic._spent("encode", perf_counter() - advanced)  # noqa: SLF001

    def _encode(self, output: Output, partition: int) -> Encoded:
        value = self._logic._codec.encode(output.topic, output.message)  # noqa: SLF001
        key = output.key.encode()
        self._fits(output.topic, key, value)
        return Encoded(output.topic, key, value, partition if output.same_partition else None)

    def _fits(self, topic: str, key: bytes, value: bytes) -> None:
        limit = self._logic._limit_of(topic)  # noqa: SLF001
        size = len(key) + len(value) + RECORD_OVERHEAD_BYTES
        if size > limit:
            what = f"a message for {topic}" if topic else "the state"
            raise TooLargeError(f"{what} of {key.decode()} has {size} bytes, its topic allows {limit}")

    def _checkpoint(self, work: _Work[M, S], last: Arrived[M], state: bytes) -> Encoded | None:
        assert last.captured_at_us is not None
        message = Checkpoint(
            camera_id=work.name,
            stage=self._core.name,
            stage_version=self._core.version,
            epoch_us=last.stamp[0],
            sequence=last.stamp[1],
            captured_at_us=last.captured_at_us,
            state=state,
        )
        try:
            return self._encode(Output("checkpoints", work.name, message, same_partition=True), last.source.partition)
        except TooLargeError:
            return None


def _captured(one: Arrived[Any]) -> int:
    return NO_INTERVAL if one.captured_at_us is None else one.captured_at_us
