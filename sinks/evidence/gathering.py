"""From a finding to its material: which seconds, where they lie, and the messages themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.codec import MessageCodec
from schemas.messages import Detections, Evidence, Frames, Lead
from schemas.wire import BadMessageError
from sinks.evidence.backlog import Backlog
from sinks.evidence.detections_follower import DetectionsFollower
from sinks.evidence.exhibit import EventSource, Material
from sinks.evidence.finding import Finding
from sinks.evidence.lineage import Kept, Lineage
from sinks.evidence.lineage_reader import LineageReader
from sinks.evidence.lineage_span import LineageSpan, span_of
from sinks.evidence.missing import FAR, GONE, TOO_MUCH, Missing, holes, of_second
from sinks.evidence.record_reader import RecordGoneError, RecordReader
from sinks.evidence.scan import Want
from sinks.evidence.seconds_index import CameraSecond, SecondsIndex
from sinks.evidence.settings import WindowSettings
from sinks.evidence.source_group import SourceGroup
from sinks.evidence.verify import sha256
from sinks.evidence.window import Window, left_out, windows_of

#: Detections are read from this long before the frames they may be of were written.
MARGIN_S = 5.0
#: Rules name up to three seconds; a message that names very many would be read for hours.
MOST_NAMED = 32
#: A finding is sent with a later second than those it names: rules wait for a better measurement, for an end.
SENT_WITHIN_US = 180_000_000
#: Detections of one partition come in about the order of their frames; so much later none is waited for.
DISORDER_MS = 2_000
#: Perception is waited for so much longer while frames are before it. It may be away for longer, or have refused the
#: last frames of a partition on which nothing follows: then what is there is kept, and the rest said to be missing.
MOST_BACKLOG_MS = 3_600_000
#: A span that no second covers: what is read for it ends by the time of its writing.
NEVER_US = 1 << 62
#: Number of a search's span for the recomputation, beside those of its windows.
LINEAGE = 999


@dataclass(slots=True)
class Search:
    """What a finding waits for.

    Attributes:
        ticket: its number in index and follower.
        windows: the spans it needs.
        span: the time that a recomputation needs; None: there is none of a lead.
        wants: what is read for all of them, with the partition of each.
    """

    ticket: int
    windows: Sequence[Window]
    span: LineageSpan | None
    wants: list[tuple[int, Want]] = field(default_factory=list)


class Gatherer:
    """Finds and reads the messages of findings.

    Args:
        index: filled by the follower.
        follower: reads `detections`.
        frames: reads `frames`, and knows where they end.
        lineages: reads what findings are recomputed from.
        codec: the wire codec.
        window: how much is kept.
        lead_window: how much of a lead; None: as much.
        gap_timeout_s: see EvidenceSettings.
        topic_ids: UUIDs of frames and detections, by name without prefix.
    """

    def __init__(
        self,
        index: SecondsIndex,
        follower: DetectionsFollower,
        frames: RecordReader,
        lineages: LineageReader,
        codec: MessageCodec,
        *,
        window: WindowSettings,
        lead_window: WindowSettings | None = None,
        gap_timeout_s: float,
        topic_ids: dict[str, str],
    ) -> None:
        self._index = index
        self._follower = follower
        self._frames = frames
        self._backlog = Backlog(frames.end)
        self._lineages = lineages
        self._codec = codec
        self._window = window
        self._lead_window = lead_window or window
        self._gap_timeout_s = gap_timeout_s
        self._topic_ids = topic_ids

    def search(self, ticket: int, message: Finding) -> Search:
        """Begin to look for what a finding needs; end it with `release`.

        Raises:
            KafkaSilentError: Kafka does not answer; nothing has begun.
            ValueError: it names more seconds than any rule does, or a partition that is not there.
        """
        if len(message.evidence) > MOST_NAMED:
            raise ValueError(f"it names {len(message.evidence)} seconds, expected at most {MOST_NAMED}")
        for one in message.evidence:
            if not self._follower.has(one.frames_partition):
                raise ValueError(f"it names partition {one.frames_partition} of frames, which is not there")
        lead = isinstance(message, Lead)
        windows = windows_of(message.evidence, self._lead_window if lead else self._window)
        span = None if isinstance(message, Lead) else span_of(message, self._lineages.settings)
        out = Search(ticket * 1_000, windows, span)
        early = 0
        if span is not None:
            early = self._follower.offset_at(span.frames_partition, span.from_ms - round(MARGIN_S * 1000))
        plans = [(window, *self._times(window, message)) for window in windows]
        for number, (window, partition, cursor, named_ms, until_ms) in enumerate(plans):
            lookback_us = round(self._window.lookback_s * 1e6)
            self._index.want(out.ticket + number, window.camera_id, window.from_us - lookback_us, window.to_us)
            want = Want(out.ticket, window.camera_id, window.to_us, named_ms, until_ms, cursor)
            self._follower.want(partition, want)
            out.wants.append((partition, want))
        if span is not None:
            self._index.want(out.ticket + LINEAGE, span.camera_id, span.from_us, self._sent_by_us(out))
            want = Want(out.ticket, span.camera_id, NEVER_US, span.until_ms, span.until_ms + DISORDER_MS, early)
            self._follower.want(span.frames_partition, want)
            out.wants.append((span.frames_partition, want))
        return out

    def over(self, search: Search, now_ms: int) -> bool:
        """Return whether all is there, or will not come any more.

        What perception has not come to is still to come, however old it is: in a backlog detections are written long
        after their frames, and a finding before the seconds behind it.
        """
        return all(want.over or self._given_up(partition, want, now_ms) for partition, want in search.wants)

    def _given_up(self, partition: int, want: Want, now_ms: int) -> bool:
        if now_ms <= want.until_ms or not self._follower.ended(partition):
            return False
        if now_ms > want.until_ms + MOST_BACKLOG_MS:
            return True
        return not self._backlog.is_before(partition, self._follower.frames_read(partition), now_ms)

    def release(self, search: Search) -> None:
        """Forget a search."""
        self._follower.drop(search.ticket)
        for number, window in enumerate(search.windows):
            self._index.release(search.ticket + number, window.camera_id)
        if search.span is not None:
            self._index.release(search.ticket + LINEAGE, search.span.camera_id)

    def gather(self, search: Search, message: Finding, source: EventSource, value: bytes) -> Material:
        """Read what was found.

        Args:
            search: the finding's.
            message: the finding.
            source: where its message lies.
            value: its message as Kafka holds it.

        Raises:
            KafkaSilentError: Kafka does not answer.
            RegistryUnavailableError: the registry does not answer.
        """
        missing = [Missing(camera, from_us, to_us, FAR) for camera, from_us, to_us in left_out(search.windows)]
        groups: dict[tuple[str, int, int], SourceGroup] = {}
        left = self._window.most_bytes
        for window in search.windows:
            seconds = self._index.between(window.camera_id, window.from_us, window.to_us)
            missing += holes(window, seconds)
            found: list[SourceGroup] = []
            for second in seconds:
                if left <= 0:
                    missing.append(of_second(second, TOO_MUCH))
                    continue
                group = self._read(second)
                if isinstance(group, Missing):
                    missing.append(group)
                    continue
                if not found:
                    found += self._back_to_keyframe(group, window)
                found.append(group)
                left -= group.size
            for group in found:
                groups.setdefault((group.frames.camera_id, group.frames.epoch_us, group.frames.sequence), group)
        lineage = self._lineage(search, message, source, value)
        return Material(message, source, search.windows, list(groups.values()), missing, self._topic_ids, lineage)

    def _lineage(self, search: Search, message: Finding, source: EventSource, value: bytes) -> Lineage | None:
        span = search.span
        if span is None or isinstance(message, Lead):
            return None
        seconds = self._index.between(span.camera_id, span.from_us, self._sent_by_us(search))
        return self._lineages.read(message, Kept(source.partition, source.offset, value), span, seconds)

    def _sent_by_us(self, search: Search) -> int:
        return max(window.to_us for window in search.windows) + SENT_WITHIN_US

    def _times(self, window: Window, message: Finding) -> tuple[int, int, int, int]:
        """Return the partition, the first offset to read, and when the last named frames and their wait are over."""
        first, last = window.named[0], window.named[-1]
        end_us = max(one.at_us for one in message.evidence)
        first_ms = self._created_ms(first, message.frames_created_at_ms - (end_us - first.at_us) // 1000)
        last_ms = self._created_ms(last, message.frames_created_at_ms)
        before_s = self._window.before_s + self._window.lookback_s + MARGIN_S
        cursor = self._follower.offset_at(first.frames_partition, first_ms - round(before_s * 1000))
        until_ms = last_ms + round((self._window.after_s + self._gap_timeout_s) * 1000)
        return first.frames_partition, cursor, last_ms, until_ms

    def _created_ms(self, named: Evidence, otherwise_ms: int) -> int:
        try:
            return self._frames.read(named.frames_partition, named.frames_offset).created_at_ms
        except RecordGoneError:
            return otherwise_ms

    def _back_to_keyframe(self, first: SourceGroup, window: Window) -> list[SourceGroup]:
        """Return the groups before a window's first from the keyframe on that it depends on; none if that is gone."""
        out: list[SourceGroup] = []
        at = first
        while not at.frames.starts_with_keyframe:
            before = self._index.get(window.camera_id, at.frames.epoch_us, at.frames.sequence - 1)
            # what lies further back may be at hand for another finding: this one's evidence must not depend on it
            if before is not None and before.end_us <= window.from_us - round(self._window.lookback_s * 1e6):
                return []
            group = self._read(before) if before is not None else None
            if not isinstance(group, SourceGroup):
                return []
            out.insert(0, group)
            at = group
        return out

    def _read(self, second: CameraSecond) -> SourceGroup | Missing:
        try:
            record = self._frames.read(second.frames_partition, second.frames_offset)
            frames: Frames = self._codec.decode("frames", record.value)
        except RecordGoneError:
            return of_second(second, GONE)
        except BadMessageError as error:
            return of_second(second, f"its frames message cannot be read: {error}")
        if (frames.camera_id, frames.epoch_us, frames.sequence) != (second.camera_id, second.epoch_us, second.sequence):
            return of_second(second, "another message lies at the place of its frames: the topic was made anew")
        detections: Detections | None = None
        try:
            detections = self._codec.decode("detections", second.detections)
        except BadMessageError:
            detections = None  # the manifest says that it is not readable; its pictures are kept
        return SourceGroup(
            frames,
            second.frames_partition,
            second.frames_offset,
            sha256(record.value),
            len(record.value),
            detections,
            second.detections_partition,
            second.detections_offset,
            sha256(second.detections),
        )
