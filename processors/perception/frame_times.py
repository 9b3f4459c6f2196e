"""When each packet of a group is shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages import Frames


@dataclass(frozen=True, slots=True)
class FrameTimes:
    """Presentation of a group's packets.

    Attributes:
        at_us: capture time of each packet in decoding order, microseconds since the Unix epoch.
        order: indices of the packets in presentation order.
        rank: for each packet its place in presentation order.
    """

    at_us: Sequence[int]
    order: Sequence[int]
    rank: Sequence[int]


def frame_times(frames: Frames) -> FrameTimes:
    """Return the presentation times of a group, from its packets' timestamps and never from a clock.

    A packet without pts is placed by its dts; without either by its share of the group's duration. Times that lie
    further from the group's start than an hour are rubbish and are placed by their share too.
    """
    packets = frames.packets
    step_us = frames.duration_us / max(1, len(packets))
    num, den = frames.time_base_num, max(1, frames.time_base_den)
    first = _ticks(packets[0]) if packets else None
    at_us = []
    for index, packet in enumerate(packets):
        ticks = packet.pts if packet.pts is not None else packet.dts
        offset_us = int(index * step_us)
        if ticks is not None and first is not None:
            exact_us = (ticks - first) * num * 1_000_000 // den
            if abs(exact_us) <= LONGEST_OFFSET_US:
                offset_us = exact_us
        at_us.append(frames.captured_at_us + offset_us)
    order = sorted(range(len(packets)), key=lambda index: (at_us[index], index))
    rank = [0] * len(packets)
    for place, index in enumerate(order):
        rank[index] = place
    return FrameTimes(at_us, order, rank)


#: One hour, as the grouping's own bound on a believable step of timestamps.
LONGEST_OFFSET_US = 3_600_000_000


def _ticks(packet: object) -> int | None:
    pts: int | None = getattr(packet, "pts", None)
    return pts if pts is not None else getattr(packet, "dts", None)
