"""Second: one camera-second as a rule sees it."""

import math
from collections.abc import Sequence
from struct import pack
from typing import Any

import numpy as np

from processors.rules.geometry import digest_kernel
from processors.rules.place import Place
from processors.rules.sight import Sight
from schemas.messages import DecodeStatus, Tracks

#: COCO-80 class of a person.
PERSON = 0
#: COCO-80 classes of motor vehicles: car, motorcycle, bus, truck.
MOTOR_VEHICLES = frozenset({2, 3, 5, 7})

#: Boxes that one sight shows at most: a crowd's picture needs no more, and incidents stay small.
MOST_BOXES = 64


#: Where a box stands on the ground: its place in the box arrays, its track's in the track arrays, x and y in metres. A
#: plain tuple: a second has dozens.
Foot = tuple[int, int, float, float]


class Second:
    """The tracks, scene and signals of one camera-second, with what several rules need of them.

    Zones and boxes are worked out when a rule first asks: most seconds of most cameras need neither.

    Args:
        tracks: the message.
        place: the camera's registry entry of the version that the message names.

    Raises:
        ValueError: the message's arrays do not fit together.
    """

    __slots__ = (
        *("_feet", "_order", "_seen", "at_us", "begins_us", "classes", "ends_us", "observed", "place", "shared"),
        *("step_us", "tracks"),
    )

    def __init__(self, tracks: Tracks, place: Place) -> None:
        self.tracks = tracks
        self.place = place
        #: Begin and end of the second, and how long it is, microseconds.
        self.begins_us = tracks.captured_at_us
        self.ends_us = tracks.captured_at_us + tracks.duration_us
        self.step_us = tracks.duration_us
        #: Whether a frame of it was looked at; what is not seen in an unobserved second is not absent.
        self.observed = bool(tracks.sample_at_us) and tracks.decode_status is DecodeStatus.DECODED
        #: Capture time of its last sampled frame, or its begin: the event time of what is found in it.
        self.at_us = tracks.sample_at_us[-1] if tracks.sample_at_us else tracks.captured_at_us
        #: For each track: COCO-80 class id.
        self.classes = tracks.track_class
        #: What one rule worked out and others need, by a key that says what it is.
        self.shared: dict[Any, Any] = {}
        self._seen: tuple[Any, ...] | None = None
        self._order: Sequence[int] | None = None
        self._feet: Sequence[Foot] | None = None
        self._check()

    def _check(self) -> None:
        t = self.tracks
        count, boxes, samples = len(t.track_class), len(t.box_track), len(t.sample_at_us)
        tracks = len(t.track_id) == len(t.track_first_seen_us) == len(t.track_x_m) == len(t.track_y_m) == count
        speeds = len(t.track_speed_kmh) == len(t.track_speed_error_kmh) == len(t.track_heading_deg) == count
        corners = len(t.box_x1_px) == len(t.box_y1_px) == len(t.box_x2_px) == len(t.box_y2_px) == boxes
        if not (tracks and speeds and corners and len(t.track_boxes) == count and len(t.box_sample) == boxes):
            of_tracks = {
                len(a) for a in (t.track_id, t.track_first_seen_us, t.track_x_m, t.track_y_m, t.track_speed_kmh)
            }
            of_tracks |= {len(t.track_speed_error_kmh), len(t.track_heading_deg), len(t.track_boxes)}
            of_boxes = {len(a) for a in (t.box_sample, t.box_x1_px, t.box_y1_px, t.box_x2_px, t.box_y2_px)}
            raise ValueError(
                f"the arrays of the second differ in length: {count} track classes beside {sorted(of_tracks)} of the "
                f"other track fields, {boxes} box tracks beside {sorted(of_boxes)}; tracking writes one a track and box"
            )
        if not boxes:
            return
        if min(t.box_track) < 0 or max(t.box_track) >= count:
            raise ValueError(f"box_track names track {max(t.box_track)}, the second has {count} tracks")
        if min(t.box_sample) < 0 or max(t.box_sample) >= samples:
            raise ValueError(f"box_sample names sampled frame {max(t.box_sample)}, the second has {samples}")

    def _digest(self) -> tuple[Any, ...]:
        if self._seen is None:
            t = self.tracks
            count, boxes, samples = len(t.track_class), len(t.box_track), len(t.sample_at_us)
            if not boxes:
                self._seen = (
                    *([[0.0] * 4] * count, [-1] * count, [0] * count),
                    *([[0] * samples for _ in self.place.zones], [1.0] * count),
                )
                return self._seen
            # struct packs numbers in half the time that array takes.
            edges = pack(f"={4 * boxes}d", *t.box_x1_px, *t.box_y1_px, *t.box_x2_px, *t.box_y2_px)
            both = np.frombuffer(pack(f"={2 * boxes}q", *t.box_track, *t.box_sample), np.int64)
            camera = self.place.camera
            sizes, places = np.empty((count, 5)), np.empty((2, count), np.int64)
            people = np.zeros((len(self.place.zones), samples), np.int64)
            digest_kernel()(
                np.frombuffer(edges, np.float64).reshape(4, boxes),
                both[:boxes],
                both[boxes:],
                np.frombuffer(bytes([c == PERSON for c in t.track_class]), np.uint8),
                camera.width_px / t.width_px if t.width_px else 1.0,
                camera.height_px / t.height_px if t.height_px else 1.0,
                self.place.corners,
                self.place.starts,
                self.place.ignored,
                sizes,
                places,
                people,
            )
            last, mask = places.tolist()
            self._seen = (sizes[:, :4].tolist(), last, mask, people.tolist(), sizes[:, 4].tolist())
        return self._seen

    @property
    def mean_box(self) -> list[list[float]]:
        """For each track: mean box x1, y1, x2, y2 over the second, the registry's pixels; 0 without one."""
        return (self._seen or self._digest())[0]  # type: ignore[no-any-return]

    @property
    def last_box(self) -> list[int]:
        """For each track: index of its latest box; -1 without one."""
        return (self._seen or self._digest())[1]  # type: ignore[no-any-return]

    @property
    def zone_mask(self) -> list[int]:
        """For each track: bit z set where the foot of its latest box lies in Place.zones[z]; 0 in a zone to ignore."""
        return (self._seen or self._digest())[2]  # type: ignore[no-any-return]

    @property
    def people(self) -> list[list[int]]:
        """For each zone and sampled frame: persons with their foot in it."""
        return (self._seen or self._digest())[3]  # type: ignore[no-any-return]

    @property
    def steady(self) -> list[float]:
        """For each track: overlap (IoU) of its first and latest box in the second; 1 with one box."""
        return (self._seen or self._digest())[4]  # type: ignore[no-any-return]

    @property
    def boxes_in_time(self) -> Sequence[int]:
        """Its boxes' places in the box arrays, ascending by the frame they are in."""
        if self._order is None:
            of = self.tracks.box_sample
            self._order = sorted(range(len(of)), key=of.__getitem__)
        return self._order

    @property
    def vehicle_feet(self) -> Sequence[Foot]:
        """Boxes of motor vehicles with a place on the ground, ascending by time."""
        if self._feet is None:
            t = self.tracks
            of, xs, ys, classes, finite = t.box_track, t.box_x_m, t.box_y_m, t.track_class, math.isfinite
            vehicle = [coco in MOTOR_VEHICLES for coco in classes]
            self._feet = [
                (b, of[b], xs[b], ys[b])
                for b in (self.boxes_in_time if xs else ())
                if vehicle[of[b]] and finite(xs[b]) and finite(ys[b])
            ]
        return self._feet

    def sight(self, tracks: list[int]) -> Sight:
        """Return where these tracks are to be seen: the frame of the latest box among them, and each one's latest box.

        Args:
            tracks: indices into the track arrays; those beyond MOST_BOXES are left out.
        """
        t = self.tracks
        last = self.last_box
        shown = [i for i in tracks if last[i] >= 0][:MOST_BOXES]
        sample = max((t.box_sample[last[i]] for i in shown), default=-1)
        boxes: list[float] = []
        for i in shown:
            b = last[i]
            boxes += (t.box_x1_px[b], t.box_y1_px[b], t.box_x2_px[b], t.box_y2_px[b])
        return Sight(
            t.epoch_us,
            t.sequence,
            t.frames_partition,
            t.frames_offset,
            t.sample_at_us[sample] if sample >= 0 else self.at_us,
            [t.track_id[i] for i in shown],
            boxes,
        )

    def sight_of(self, track: int) -> Sight:
        """Return where one track is to be seen: its latest box."""
        b = self.last_box[track]
        return self.sight([]) if b < 0 else self.sight_of_box(b)

    def sight_of_box(self, box: int) -> Sight:
        """Return where one box is to be seen: the frame that it was found in."""
        t = self.tracks
        frame = t.epoch_us, t.sequence, t.frames_partition, t.frames_offset, t.sample_at_us[t.box_sample[box]]
        edges = [t.box_x1_px[box], t.box_y1_px[box], t.box_x2_px[box], t.box_y2_px[box]]
        # Half the time that Sight's own making takes: a junction's second has dozens.
        return tuple.__new__(Sight, (*frame, [t.track_id[t.box_track[box]]], edges))
