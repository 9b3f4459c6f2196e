"""A camera's signal heads from one group to the next, and its signals from both sources. Pure but for the crop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import av

from processors.perception.heads.head import Head
from processors.perception.heads.head_track import HeadTrack, in_force, observed
from processors.perception.heads.reading import HeadReading, read_head
from processors.perception.picture import region_of
from schemas.messages import Signal, SignalState

#: What one sampled frame shows of the heads.
Looks = Sequence[tuple[Head, HeadReading]]
#: A camera's heads as its state keeps them: (zone id, track), in the registry's order.
Kept = tuple[tuple[str, HeadTrack], ...]

#: Both phases have lasted so long where controller and picture are compared, microseconds: the clocks' difference, the
#: lamp's own delay and the sampled frames' distance lie well below. A choice.
SETTLED_US: Final = 1_000_000


def look_at(frame: av.VideoFrame, heads: Sequence[Head]) -> Looks:
    """Read the heads of a decoded frame."""
    return [(head, read_head(region_of(frame, head.view), head.lamps)) for head in heads]


def follow(kept: Kept, heads: Sequence[Head], frames: Iterable[tuple[int, Looks]]) -> Kept:
    """Return the heads after a group's frames.

    Args:
        kept: before it; heads that the registry has no more are dropped.
        heads: the registry's.
        frames: (capture time in microseconds since the Unix epoch, what it shows), ascending.
    """
    tracks = dict(kept)
    out = {head.zone_id: tracks.get(head.zone_id, HeadTrack()) for head in heads}
    for at_us, looks in frames:
        for head, reading in looks:
            if head.zone_id in out:
                out[head.zone_id] = observed(out[head.zone_id], at_us, reading, head.lamps)
    return tuple(out.items())


def pictured(kept: Kept, heads: Sequence[Head], at_us: int) -> Mapping[str, SignalState]:
    """Return each group's state as the picture tells it at the begin of a group; several heads of one must agree."""
    tracks = dict(kept)
    out: dict[str, SignalState] = {}
    for head in heads:
        state = in_force(tracks[head.zone_id], head.group_id, at_us)
        other = out.get(head.group_id)
        if other is not None and Signal.UNKNOWN not in {state.signal, other.signal} and state.signal != other.signal:
            state = replace(state, signal=Signal.UNKNOWN)
        elif other is not None and other.signal is not Signal.UNKNOWN:
            state = other if state.signal is Signal.UNKNOWN or other.since_within_us <= state.since_within_us else state
        failed = state.failed or (other is not None and other.failed)
        out[head.group_id] = replace(state, failed=failed)
    return out


def signals_of(
    told: Sequence[SignalState] | None, seen: Mapping[str, SignalState], at_us: int
) -> Sequence[SignalState] | None:
    """Return the signals of a group from its controller and its picture; None: nobody tells any.

    The controller's word goes first; beside it stands what the head shows, where neither is about to change.

    Args:
        told: the controller's states; None: it was not heard, or there is none.
        seen: the picture's, by signal group.
        at_us: the begin of the group, microseconds since the Unix epoch.
    """
    out = []
    for state in told or ():
        shown = seen.get(state.group_id)
        if shown is None:
            out.append(state)
            continue
        since_us = max(state.since_us, shown.since_us + shown.since_within_us)
        settled = at_us - since_us >= SETTLED_US
        out.append(replace(state, seen=shown.signal if settled else Signal.UNKNOWN, failed=shown.failed))
    named = {state.group_id for state in out}
    own = [seen[group_id] for group_id in sorted(seen) if group_id not in named]
    if told is None and all(state.signal is Signal.UNKNOWN for state in own):
        return None
    return [*out, *own]
