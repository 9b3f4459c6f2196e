"""The tracker's hot loop: every message of every camera of a batch in one call of machine code.

For each sampled frame, with the real time since each track's last box:
1. tracks that were looked for in vain too long, or not seen too long, are forgotten, and so are lost ones of whose
   predicted box nothing is in the picture: who comes in where they went out is somebody else;
2. boxes are chosen: not in an ignored zone, not a duplicate under another class of the same group, the best MOST_BOXES;
3. tracks are matched: those seen in the last frame with the high-score boxes that are certainly theirs, then all tracks
   with the other high-score boxes, then confirmed ones seen in the last frame with the low-score ones;
4. high-score boxes that no track took begin tentative tracks; a tentative track without a box is forgotten at once.

Step 3 is ByteTrack's (arXiv 2110.06864, algorithm 1) but for two things. The margin of buffered IoU grows while a track
is lost, so that in the end the track is more similar to a box than the one whose box it is; therefore boxes that are
certainly a track's are given away first, without margin. (DeepSORT, arXiv 1703.07402, section 2.3, has its cascade for
the same reason; C-BIoU, arXiv 2211.14317, matches with the smaller buffer first.) And tentative tracks compete with
lost ones instead of coming after them: a tentative track is there because none of them fitted its first box.

State and results are flat arrays (columns below); core.py builds and reads them.
"""

import hashlib
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processors.tracking.association import assign, buffered_iou
from processors.tracking.classes import VOTES
from processors.tracking.compiled import compiled, compiled_and_cached
from processors.tracking.ground import inside, project
from processors.tracking.kalman import FILTER, VARIANCE, initiate, predict, update
from processors.tracking.speed import ground_velocity

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Points = NDArray[np.uint16]

#: Sources whose change must lead to new machine code.
SOURCES: Final = ("association", "classes", "compiled", "ground", "kalman", "kernel", "speed")

#: Most tracks that a camera's state holds; further ones do not begin.
MOST_TRACKS: Final = 512
#: Most tracks within one message, those that ended in it included.
MOST_SLOTS: Final = 1024
#: Most boxes of one frame that are looked at, the best scores first.
MOST_BOXES: Final = 300

#: A foot is hidden where so much of a box's lower edge lies in a nearer box,
HIDDEN_RATIO: Final = 0.3
#: unless the two overlap so much that they are one object's (as TrackingSettings.duplicate_iou_ratio, more careful).
SAME_IOU: Final = 0.5

# A stored track: int64 first seen, last seen (us), sequence, packet << 32 | ordinal, boxes, flags;
# float32 filter and class votes; path points.
STORED_INTS: Final = 6
STORED_FLOATS: Final = FILTER + VOTES
#: Path points of a track; each is uint16 time, column, row, box height (see _add_point).
PATH: Final = 16
POINT: Final = 4
#: Unit of a path point's time, microseconds; the low 16 bits are stored, so 16.4 s are told apart.
TICK_US: Final = 250
#: Columns, rows and heights of path points are stored as this many parts of the picture.
PARTS: Final = 65_535

# Columns of a track at work.
FIRST, LAST, SEQUENCE, PACKET, ORDINAL, BOXES, GROUP, COUNT, CONFIRMED, MISSED, ALIVE = range(11)
COLUMNS: Final = 11
# What is gathered of a track in one message.
SUM_SCORE, SUM_BOXES, FOOT_U, FOOT_V, FOOT_ERROR = range(5)

#: Columns of a place: homography (9), 1 where it is usable, position error (m), scale error (ratio).
PLACE: Final = 12
#: Columns of a message: epoch_us, sequence, place, width, height.
MESSAGE: Final = 5
#: Columns of a track in a message: first seen, sequence, packet, ordinal, class, boxes.
TRACK_INTS: Final = 6
#: And: score, x, y, speed, its error, heading; NaN where unknown.
TRACK_FLOATS: Final = 6
#: Columns of a box in a message: track, sample; and x1, y1, x2, y2, x, y.
BOX_INTS: Final = 2
BOX_FLOATS: Final = 6


@compiled
def _load(  # noqa: PLR0917  compiled code takes flat arguments
    ints: Ints, floats: Singles, points: Points, row: int, point: int, t: Ints, f: Singles, p: Points
) -> int:
    """Unpack a stored track into a slot; return the first point of the next."""
    t[FIRST] = ints[row, 0]
    t[LAST] = ints[row, 1]
    t[SEQUENCE] = ints[row, 2]
    t[PACKET] = ints[row, 3] >> 32
    t[ORDINAL] = ints[row, 3] & 0xFFFFFFFF
    t[BOXES] = ints[row, 4]
    flags = ints[row, 5]
    t[GROUP] = flags & 0xFF
    t[COUNT] = (flags >> 8) & 0xFF
    t[CONFIRMED] = (flags >> 16) & 1
    t[MISSED] = (flags >> 17) & 1
    t[ALIVE] = 1
    f[:] = floats[row]
    for i in range(t[COUNT]):
        for j in range(POINT):
            p[i, j] = points[point + i, j]
    return point + int(t[COUNT])


@compiled
def _store(  # noqa: PLR0917  compiled code takes flat arguments
    t: Ints, f: Singles, p: Points, row: int, point: int, ints: Ints, floats: Singles, points: Points
) -> int:
    """Pack a slot into a stored track; return the first point of the next."""
    ints[row, 0] = t[FIRST]
    ints[row, 1] = t[LAST]
    ints[row, 2] = t[SEQUENCE]
    ints[row, 3] = (t[PACKET] << 32) | t[ORDINAL]
    ints[row, 4] = t[BOXES]
    ints[row, 5] = t[GROUP] | (t[COUNT] << 8) | (t[CONFIRMED] << 16) | (t[MISSED] << 17)
    floats[row] = f
    for i in range(t[COUNT]):
        for j in range(POINT):
            points[point + i, j] = p[i, j]
    return point + int(t[COUNT])


@compiled
def _part(value: float, whole: int) -> int:
    """Return a length as a part of the picture, 0 to PARTS."""
    return int(min(max(math.floor(value / whole * PARTS + 0.5), 0.0), float(PARTS)))


@compiled
def _add_point(  # noqa: PLR0917  compiled code takes flat arguments
    t: Ints,
    p: Points,
    at_us: int,
    box: Floats,
    width: int,
    height: int,
    cut_off: bool,  # noqa: FBT001  likewise
    s: Any,
) -> None:
    """Drop the path points that are too old and, where the foot is in view, append this one unless it comes too soon.

    Args:
        t: the track's columns.
        p: its path.
        at_us: time of the box.
        box: float64 [4], centre x, centre y, width, height, pixels.
        width: picture width.
        height: picture height.
        cut_off: the box ends at the picture's border or behind another: its lower edge is not where the foot is.
        s: settings.
    """
    tick = at_us // TICK_US
    most = int(s.path_most_s * 1e6) // TICK_US
    count = t[COUNT]
    old = 0
    while old < count and ((tick - int(p[old, 0])) & 0xFFFF) > most:
        old += 1
    if cut_off:
        new = False
    elif old < count:
        spacing = 0.9 * s.path_window_s * 1e6 / (PATH - 1) / TICK_US
        new = ((tick - int(p[count - 1, 0])) & 0xFFFF) >= spacing
    else:
        new = True
    if new and count - old == PATH:
        old += 1
    if old > 0:
        for i in range(old, count):
            for j in range(POINT):
                p[i - old, j] = p[i, j]
        count -= old
    if new:
        p[count, 0] = tick & 0xFFFF
        p[count, 1] = _part(box[0], width)
        p[count, 2] = _part(box[1] + 0.5 * box[3], height)
        p[count, 3] = _part(box[3], height)
        count += 1
    t[COUNT] = count


@compiled
def _foot_hidden(b: int, chosen: Ints, count: int, boxes: Floats) -> bool:
    """Tell whether a nearer object's box covers much of a box's lower edge: the foot is then behind it.

    Nearer is what stands lower in the picture. Boxes that overlap much are one object's.

    Args:
        b: the box.
        chosen: int64 [>= count], the frame's boxes.
        count: how many.
        boxes: float64 [5, all boxes], x1, y1, x2, y2, score.
    """
    foot = boxes[3, b]
    width = boxes[2, b] - boxes[0, b]
    area = width * (foot - boxes[1, b])
    for k in range(count):
        o = chosen[k]
        if o == b or not boxes[1, o] < foot < boxes[3, o]:
            continue
        across = min(boxes[2, b], boxes[2, o]) - max(boxes[0, b], boxes[0, o])
        if across < HIDDEN_RATIO * width:
            continue
        both = across * (foot - max(boxes[1, b], boxes[1, o]))
        union = area + (boxes[2, o] - boxes[0, o]) * (boxes[3, o] - boxes[1, o]) - both
        if both < SAME_IOU * union:
            return True
    return False


@compiled
def _velocity(  # noqa: PLR0917  compiled code takes flat arguments
    t: Ints,
    p: Points,
    place: Floats,
    width: int,
    height: int,
    vehicle: bool,  # noqa: FBT001
    s: Any,
    work: Floats,
    out: Floats,
) -> bool:
    """Estimate a track's speed from its path; see speed.py. Returns False where it is not measurable."""
    count = t[COUNT]
    if count < s.path_points:
        return False
    last = int(p[count - 1, 0])
    stale_s = ((t[LAST] // TICK_US - last) & 0xFFFF) * TICK_US * 1e-6
    if stale_s > s.path_stale_s:
        return False
    n = 0
    first = count
    for i in range(count - 1, -1, -1):
        age_s = ((last - int(p[i, 0])) & 0xFFFF) * TICK_US * 1e-6
        if age_s > s.path_window_s and n >= s.path_points:
            break
        first = i
        n += 1
    if n < s.path_points:
        return False
    if ((last - int(p[first, 0])) & 0xFFFF) * TICK_US < s.path_least_s * 1e6:
        return False
    for i in range(n):
        q = p[first + i]
        work[0, i] = -((last - int(q[0])) & 0xFFFF) * TICK_US * 1e-6
        work[1, i] = int(q[1]) * width / PARTS
        work[2, i] = int(q[2]) * height / PARTS
        work[3, i] = max(s.foot_error_px, s.foot_error_ratio * int(q[3]) * height / PARTS)
    correlation_s = s.vehicle_foot_correlation_s if vehicle else s.foot_correlation_s
    # The speed is said of the track's last two seconds, as far as its path reaches back.
    at_s = 0.5 * (stale_s + max(work[0, 0], stale_s - s.path_window_s))
    return ground_velocity(
        place[:9], place[10], place[11], n, work[0], work[1], work[2], work[3], correlation_s, s.acceleration_mps2,
        at_s, out,
    )  # fmt: skip


@compiled
def _choose(  # noqa: C901, PLR0912, PLR0917  one pass over a frame's boxes; compiled code takes flat arguments
    first: int,
    last: int,
    sample: int,
    box_sample: Ints,
    box_class: Ints,
    boxes: Floats,
    table: Ints,
    zones: tuple[Ints, Ints, Floats],
    place: int,
    s: Any,
    chosen: Ints,
) -> int:
    """Choose a frame's boxes; write their indices in ascending order and return how many."""
    place_zones, zone_corners, corners = zones
    n = 0
    for b in range(first, last):
        if box_sample[b] != sample or boxes[4, b] < s.low_score_ratio:
            continue
        if not (boxes[2, b] > boxes[0, b] and boxes[3, b] > boxes[1, b]):
            continue
        ignored = False
        for z in range(place_zones[place], place_zones[place + 1]):
            if inside(corners, zone_corners[z], zone_corners[z + 1], 0.5 * (boxes[0, b] + boxes[2, b]), boxes[3, b]):
                ignored = True
        if not ignored:
            chosen[n] = b
            n += 1
    if n > MOST_BOXES:
        order = np.argsort(-boxes[4, chosen[:n]], kind="mergesort")
        chosen[:MOST_BOXES] = np.sort(chosen[:n][order[:MOST_BOXES]])
        n = MOST_BOXES
    kept = 0
    for i in range(n):
        b = chosen[i]
        double = False
        for j in range(n):
            o = chosen[j]
            if o == b or box_class[o] == box_class[b] or table[box_class[o], 0] != table[box_class[b], 0]:
                continue
            if boxes[4, o] < boxes[4, b] or (boxes[4, o] == boxes[4, b] and o > b):
                continue
            aw, ah = boxes[2, b] - boxes[0, b], boxes[3, b] - boxes[1, b]
            bw, bh = boxes[2, o] - boxes[0, o], boxes[3, o] - boxes[1, o]
            overlap = buffered_iou(
                boxes[0, b] + 0.5 * aw, boxes[1, b] + 0.5 * ah, aw, ah,
                boxes[0, o] + 0.5 * bw, boxes[1, o] + 0.5 * bh, bw, bh, 0.0, 0.0,
            )  # fmt: skip
            if overlap > s.duplicate_iou_ratio:
                double = True
                break
        if not double:
            chosen[kept] = b
            kept += 1
    return kept


@compiled
def _associate(  # noqa: PLR0917  compiled code takes flat arguments
    rows: Ints,
    n_rows: int,
    columns: Ints,
    n_columns: int,
    least: float,
    margin_sds: float,
    group: Ints,
    table: Ints,
    box_class: Ints,
    boxes: Floats,
    predicted: Floats,
    s: Any,
    partner: Ints,
) -> None:
    """Match tracks with boxes by buffered IoU above `least`; write each row's box (index into all boxes) or -1."""
    gain = np.zeros((n_rows, n_columns))
    for i in range(n_rows):
        slot = rows[i]
        p = predicted[slot]
        mx = min(margin_sds * math.sqrt(p[VARIANCE]), s.most_margin_ratio * 0.5 * (p[2] + p[3]))
        my = min(margin_sds * math.sqrt(p[VARIANCE + 3]), s.most_margin_ratio * 0.5 * (p[2] + p[3]))
        for j in range(n_columns):
            b = columns[j]
            if table[box_class[b], 0] != group[slot]:
                continue
            w, h = boxes[2, b] - boxes[0, b], boxes[3, b] - boxes[1, b]
            gain[i, j] = (
                buffered_iou(p[0], p[1], p[2], p[3], boxes[0, b] + 0.5 * w, boxes[1, b] + 0.5 * h, w, h, mx, my) - least
            )
    assign(gain, n_rows, n_columns, partner)
    for i in range(n_rows):
        if partner[i] >= 0:
            partner[i] = columns[partner[i]]


@compiled
def _voted(f: Singles, votes: Floats) -> int:
    """Return the place of the class that a track's labels speak for most; see classes.vote_table."""
    best = 0
    most = -math.inf
    for k in range(VOTES):
        figure = votes[k, VOTES]
        for label in range(VOTES):
            figure += votes[k, label] * float(f[FILTER + label])
        if figure > most:
            best = k
            most = figure
    return best


@compiled
def _out_of_view(p: Floats, width: int, height: int) -> bool:
    """Say whether nothing of a predicted box is in the picture, whose size may be unknown (0): then it is not.

    Args:
        p: float64 [FILTER], see kalman.py; pixels.
        width: picture width, pixels.
        height: picture height, pixels.
    """
    if width < 1 or height < 1:
        return False
    half_width, half_height = 0.5 * float(p[2]), 0.5 * float(p[3])
    x, y = float(p[0]), float(p[1])
    return x < -half_width or x > width + half_width or y < -half_height or y > height + half_height


@compiled
def _rounded(value: float, per_unit: float) -> float:
    """Return a value rounded to 1 / per_unit, halves upwards; NaN stays."""
    return math.floor(value * per_unit + 0.5) / per_unit if value == value else value  # noqa: PLR0124


@cache
def kernel() -> Callable[..., Any]:
    """Return the compiled kernel (the first call compiles it, or loads it from the disk)."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(b"".join((folder / f"{name}.py").read_bytes() for name in SOURCES)).hexdigest()
    return _build(int(digest[:15], 16))


def _build(source: int) -> Callable[..., Any]:  # noqa: C901, PLR0915  it holds the loop, which must close over `source`
    """Return the kernel of one state of the sources: numba's cache takes the closure's `source` into its key."""

    def advance(  # noqa: C901, PLR0912, PLR0915, PLR0917  the docstring's loop, one piece for the compiler
        camera_messages: Ints,
        camera_tracks: Ints,
        camera_epoch: Ints,
        ints: Ints,
        floats: Singles,
        points: Points,
        messages: Ints,
        message_samples: Ints,
        message_boxes: Ints,
        sample_at: Ints,
        sample_packet: Ints,
        box_sample: Ints,
        box_class: Ints,
        boxes: Floats,
        places: Floats,
        zones: tuple[Ints, Ints, Floats],
        table: Ints,
        members: Ints,
        votes: Floats,
        s: Any,
    ) -> Any:
        """Advance all cameras over all their messages.

        Args:
            camera_messages: int64 [cameras + 1], first message of each camera.
            camera_tracks: int64 [cameras + 1], first stored track of each camera.
            camera_epoch: int64 [cameras], epoch of each camera's state.
            ints: int64 [tracks, STORED_INTS].
            floats: float32 [tracks, STORED_FLOATS].
            points: uint16 [points, POINT], the tracks' path points one after the other.
            messages: int64 [messages, MESSAGE].
            message_samples: int64 [messages + 1], first sample of each message.
            message_boxes: int64 [messages + 1], first box of each message.
            sample_at: int64 [samples], microseconds.
            sample_packet: int64 [samples].
            box_sample: int64 [boxes], sample within the message.
            box_class: int64 [boxes], below CLASSES.
            boxes: float64 [5, boxes], x1, y1, x2, y2 (pixels), score.
            places: float64 [places, PLACE].
            zones: int64 [places + 1] first ignored zone of each place, int64 [zones + 1] first corner of each zone,
                float64 [corners, 2] pixels.
            table: classes.class_table().
            members: classes.member_table().
            votes: classes.vote_table().
            s: settings.

        Returns:
            camera_tracks, ints, floats, camera_points (int64 [cameras + 1]) and points of the new states;
            message_tracks (int64 [messages + 1]), track ints, track floats; message_boxes, box ints, box floats;
            box_key (int64 [boxes, 3]: sequence, packet, ordinal of the box's track; sequence -1: none) and
            box_track (int64 [boxes]: index into its message's tracks, or -1).
        """
        if source < 0:
            raise ValueError("no source")
        cameras = camera_messages.shape[0] - 1
        total = box_sample.shape[0]
        n_messages = messages.shape[0]
        room = ints.shape[0] + total
        out_camera_tracks = np.zeros(cameras + 1, np.int64)
        out_camera_points = np.zeros(cameras + 1, np.int64)
        out_ints = np.empty((room, STORED_INTS), np.int64)
        out_floats = np.empty((room, STORED_FLOATS), np.float32)
        out_points = np.empty((points.shape[0] + total, POINT), np.uint16)
        message_tracks = np.zeros(n_messages + 1, np.int64)
        track_ints = np.empty((total, TRACK_INTS), np.int64)
        track_floats = np.empty((total, TRACK_FLOATS), np.float64)
        message_out = np.zeros(n_messages + 1, np.int64)
        box_ints = np.empty((total, BOX_INTS), np.int64)
        box_floats = np.empty((total, BOX_FLOATS), np.float64)
        box_key = np.full((total, 3), -1, np.int64)
        box_track = np.full(total, -1, np.int64)
        box_slot = np.full(total, -1, np.int64)

        t = np.zeros((MOST_SLOTS, COLUMNS), np.int64)
        f = np.zeros((MOST_SLOTS, STORED_FLOATS), np.float32)
        p = np.zeros((MOST_SLOTS, PATH, POINT), np.uint16)
        seen = np.zeros((MOST_SLOTS, 5), np.float64)
        predicted = np.zeros((MOST_SLOTS, FILTER), np.float64)
        group = np.zeros(MOST_SLOTS, np.int64)
        rows = np.empty(MOST_SLOTS, np.int64)
        partner = np.empty(MOST_SLOTS, np.int64)
        out_index = np.empty(MOST_SLOTS, np.int64)
        widest = 0
        for m in range(n_messages):
            widest = max(widest, message_boxes[m + 1] - message_boxes[m])
        chosen = np.empty(max(widest, 1), np.int64)
        columns = np.empty(max(widest, 1), np.int64)
        box = np.empty(4)
        foot = np.empty(5)
        velocity = np.empty(3)
        work = np.empty((4, PATH))

        stored = 0
        stored_point = 0
        load_point = 0
        tracks_out = 0
        boxes_out = 0
        for c in range(cameras):
            n = 0
            for row in range(camera_tracks[c], camera_tracks[c + 1]):
                load_point = _load(ints, floats, points, row, load_point, t[n], f[n], p[n])
                group[n] = t[n, GROUP]
                n += 1  # noqa: SIM113  it goes on as the number of slots in use
            epoch = camera_epoch[c]
            for m in range(camera_messages[c], camera_messages[c + 1]):
                if messages[m, 0] != epoch:
                    epoch = messages[m, 0]
                    n = 0
                sequence, place_at, width, height = messages[m, 1], messages[m, 2], messages[m, 3], messages[m, 4]
                place = places[place_at]
                for i in range(n):
                    seen[i, SUM_BOXES] = 0.0
                    seen[i, SUM_SCORE] = 0.0
                first_box, last_box = message_boxes[m], message_boxes[m + 1]
                first_sample = message_samples[m]
                alive = n
                for sample in range(message_samples[m + 1] - first_sample):
                    at = sample_at[first_sample + sample]
                    for i in range(n):
                        if t[i, ALIVE] == 0:
                            continue
                        age = (at - t[i, LAST]) * 1e-6
                        if age > s.unseen_s or (t[i, MISSED] == 1 and age > s.lost_s):
                            t[i, ALIVE] = 0
                            alive -= 1
                        else:
                            predict(f[i], max(age, 0.0), s.acceleration, predicted[i])
                            if t[i, MISSED] == 1 and _out_of_view(predicted[i], width, height):
                                t[i, ALIVE] = 0
                                alive -= 1
                    n_chosen = _choose(
                        first_box, last_box, sample, box_sample, box_class, boxes, table, zones, place_at, s, chosen
                    )
                    existing = n
                    for stage in range(3):
                        n_rows = 0
                        for i in range(existing):
                            if t[i, ALIVE] == 0 or t[i, MISSED] == 2:
                                continue
                            if stage == 1 or (t[i, MISSED] == 0 and (stage == 0 or t[i, CONFIRMED] == 1)):
                                rows[n_rows] = i
                                n_rows += 1
                        if n_rows == 0:
                            continue
                        n_columns = 0
                        for j in range(n_chosen):
                            b = chosen[j]
                            if box_slot[b] < 0 and (boxes[4, b] >= s.high_score_ratio) == (stage != 2):
                                columns[n_columns] = b
                                n_columns += 1
                        if n_columns == 0:
                            continue
                        margin_sds = s.margin_sds
                        if stage == 0:
                            least = s.certain_similarity_ratio
                            margin_sds = 0.0
                        elif stage == 1:
                            least = s.first_similarity_ratio
                        else:
                            least = s.second_similarity_ratio
                        _associate(
                            rows, n_rows, columns, n_columns, least, margin_sds, group, table, box_class, boxes,
                            predicted, s, partner,
                        )  # fmt: skip
                        for k in range(n_rows):
                            b = partner[k]
                            if b < 0:
                                continue
                            i = rows[k]
                            box_slot[b] = i
                            box[2] = boxes[2, b] - boxes[0, b]
                            box[3] = boxes[3, b] - boxes[1, b]
                            box[0] = boxes[0, b] + 0.5 * box[2]
                            box[1] = boxes[1, b] + 0.5 * box[3]
                            update(predicted[i], box, s.measurement_ratio, f[i])
                            t[i, LAST] = at
                            t[i, MISSED] = 2  # taken in this frame
                            t[i, BOXES] += 1
                    for j in range(n_chosen):
                        b = chosen[j]
                        if box_slot[b] >= 0 or boxes[4, b] < s.birth_score_ratio:
                            continue
                        if n == MOST_SLOTS or alive == MOST_TRACKS:
                            break
                        box[2] = boxes[2, b] - boxes[0, b]
                        box[3] = boxes[3, b] - boxes[1, b]
                        box[0] = boxes[0, b] + 0.5 * box[2]
                        box[1] = boxes[1, b] + 0.5 * box[3]
                        moves = table[box_class[b], 2] == 1
                        initiate(f[n], box, s.measurement_ratio, s.vehicle_rate_sd if moves else s.rate_sd)
                        for k in range(VOTES):
                            f[n, FILTER + k] = 0.0
                        t[n, FIRST] = at
                        t[n, LAST] = at
                        t[n, SEQUENCE] = sequence
                        t[n, PACKET] = sample_packet[first_sample + sample]
                        t[n, ORDINAL] = n - existing
                        t[n, BOXES] = 1
                        t[n, GROUP] = table[box_class[b], 0]
                        group[n] = t[n, GROUP]
                        t[n, COUNT] = 0
                        t[n, CONFIRMED] = 0
                        t[n, MISSED] = 2
                        t[n, ALIVE] = 1
                        seen[n, SUM_BOXES] = 0.0
                        seen[n, SUM_SCORE] = 0.0
                        box_slot[b] = n
                        n += 1
                        alive += 1
                    for i in range(n):
                        if t[i, ALIVE] == 0:
                            continue
                        if t[i, MISSED] == 2:
                            t[i, MISSED] = 0
                            if t[i, BOXES] >= s.confirm_boxes:
                                t[i, CONFIRMED] = 1
                        elif t[i, CONFIRMED] == 1:
                            t[i, MISSED] = 1
                        else:
                            t[i, ALIVE] = 0
                            alive -= 1
                    for j in range(n_chosen):
                        b = chosen[j]
                        i = box_slot[b]
                        if i < 0:
                            continue
                        box[2] = boxes[2, b] - boxes[0, b]
                        box[3] = boxes[3, b] - boxes[1, b]
                        box[0] = boxes[0, b] + 0.5 * box[2]
                        box[1] = boxes[1, b] + 0.5 * box[3]
                        cut_off = (
                            boxes[0, b] <= s.border_px
                            or boxes[2, b] >= width - s.border_px
                            or boxes[3, b] >= height - max(s.border_px, s.border_ratio * box[3])
                            or _foot_hidden(b, chosen, n_chosen, boxes)
                        )
                        _add_point(t[i], p[i], at, box, width, height, cut_off, s)
                        f[i, FILTER + table[box_class[b], 1]] += boxes[4, b]
                        seen[i, SUM_BOXES] += 1.0
                        seen[i, SUM_SCORE] += boxes[4, b]
                        seen[i, FOOT_U] = box[0]
                        seen[i, FOOT_V] = boxes[3, b]
                        seen[i, FOOT_ERROR] = max(s.foot_error_px, s.foot_error_ratio * box[3])
                        box_key[b, 0] = t[i, SEQUENCE]
                        box_key[b, 1] = t[i, PACKET]
                        box_key[b, 2] = t[i, ORDINAL]
                first_track = tracks_out
                for i in range(n):
                    out_index[i] = -1
                    if t[i, CONFIRMED] == 0 or seen[i, SUM_BOXES] == 0.0:
                        continue
                    out_index[i] = tracks_out - first_track
                    track_ints[tracks_out, 0] = t[i, FIRST]
                    track_ints[tracks_out, 1] = t[i, SEQUENCE]
                    track_ints[tracks_out, 2] = t[i, PACKET]
                    track_ints[tracks_out, 3] = t[i, ORDINAL]
                    best = _voted(f[i], votes[group[i]])
                    track_ints[tracks_out, 4] = members[group[i], best]
                    track_ints[tracks_out, 5] = t[i, BOXES]
                    out = track_floats[tracks_out]
                    out[:] = np.nan
                    out[0] = _rounded(seen[i, SUM_SCORE] / seen[i, SUM_BOXES], 1e4)
                    if place[9] > 0.0:
                        if project(place[:9], seen[i, FOOT_U], seen[i, FOOT_V], seen[i, FOOT_ERROR], foot):
                            out[1] = _rounded(foot[0], 100.0)
                            out[2] = _rounded(foot[1], 100.0)
                        if _velocity(t[i], p[i], place, width, height, table[group[i], 2] == 1, s, work, velocity):
                            out[3] = _rounded(velocity[0] * 3.6, 100.0)
                            out[4] = max(_rounded(velocity[1] * 3.6, 100.0), 0.01)
                            if out[3] >= s.heading_least_kmh:
                                heading = _rounded(math.degrees(velocity[2]), 100.0)
                                out[5] = heading + 360.0 if heading < 0.0 else heading
                    tracks_out += 1
                for sample in range(message_samples[m + 1] - first_sample):
                    for b in range(first_box, last_box):
                        if box_sample[b] != sample or box_slot[b] < 0 or out_index[box_slot[b]] < 0:
                            continue
                        box_track[b] = out_index[box_slot[b]]
                        box_ints[boxes_out, 0] = box_track[b]
                        box_ints[boxes_out, 1] = sample
                        for k in range(4):
                            box_floats[boxes_out, k] = _rounded(boxes[k, b], 100.0)
                        box_floats[boxes_out, 4] = np.nan
                        box_floats[boxes_out, 5] = np.nan
                        error = max(s.foot_error_px, s.foot_error_ratio * (boxes[3, b] - boxes[1, b]))
                        if place[9] > 0.0 and project(
                            place[:9], 0.5 * (boxes[0, b] + boxes[2, b]), boxes[3, b], error, foot
                        ):
                            box_floats[boxes_out, 4] = _rounded(foot[0], 100.0)
                            box_floats[boxes_out, 5] = _rounded(foot[1], 100.0)
                        boxes_out += 1
                message_tracks[m + 1] = tracks_out
                message_out[m + 1] = boxes_out
                kept = 0
                for i in range(n):
                    if t[i, ALIVE] == 0:
                        continue
                    if kept < i:
                        t[kept] = t[i]
                        f[kept] = f[i]
                        p[kept] = p[i]
                        group[kept] = group[i]
                    kept += 1
                n = kept
            for i in range(n):
                stored_point = _store(t[i], f[i], p[i], stored, stored_point, out_ints, out_floats, out_points)
                stored += 1
            out_camera_tracks[c + 1] = stored
            out_camera_points[c + 1] = stored_point
        return (
            out_camera_tracks, out_ints, out_floats, out_camera_points, out_points,
            message_tracks, track_ints, track_floats,
            message_out, box_ints, box_floats, box_key, box_track,
        )  # fmt: skip

    return compiled_and_cached(advance)
