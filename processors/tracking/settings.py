"""Settings of tracking: each with its unit, where its default comes from, and what moving it does."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """Thresholds of the tracker.

    Attributes:
        high_score_ratio: boxes from this score on take part in the first association (ByteTrack's "high" boxes). 0.35
            is where the shipped detector's precision and recall balance (its model card). Higher: fewer false tracks,
            more broken ones.
        low_score_ratio: boxes below this are ignored; between, they only continue tracks (ByteTrack's second stage).
        birth_score_ratio: a box needs this score to begin a track.
        certain_similarity_ratio: plain IoU above which a box is certainly that of a track seen in the last frame, and
            no other may ask for it. As for duplicate_iou_ratio: boxes that overlap so are one object's. Lower: a track
            without a box takes its neighbour's; from 0.8 on lost tracks take boxes of tracks that were not lost.
        first_similarity_ratio: least buffered IoU of the association of all tracks (ByteTrack: 0.2).
        second_similarity_ratio: least buffered IoU of the association of low-score boxes (ByteTrack: 0.5). Higher:
            weaker boxes continue fewer tracks.
        duplicate_iou_ratio: of two boxes of one class group but two classes that overlap more, the better one is kept:
            detectors name a van car and truck at once.
        confirm_boxes: boxes in a row until a track counts. Higher: fewer false tracks, later ones.
        lost_s: a track that was looked for in vain is forgotten after this long, seconds (ByteTrack: 30 frames).
            Longer: survives longer occlusions, swaps more.
        unseen_s: a track is forgotten after this long even when no frame was sampled meanwhile, seconds: in a gap or
            at one frame in several seconds.
        measurement_ratio: standard deviation of a box's edge, share of its size (DeepSORT: 1/20).
        acceleration: unpredicted change of motion, box sizes a second^1.5 (DeepSORT's 1/160 a frame at 25 frames a
            second is 0.8).
        rate_sd: unknown first speed, box sizes a second: most persons move 1, a car a few.
        vehicle_rate_sd: the same for vehicles and two-wheelers.
        margin_sds: boxes are widened by so many standard deviations of the predicted position; 0: plain IoU.
        most_margin_ratio: but by at most this share of the box's size.
        path_window_s: speed is estimated over this long, seconds. Longer: more precise, slower to follow braking.
        path_most_s: reaching back at most this far for path_points, where samples are rare.
        path_points: fewest points of a speed.
        path_least_s: shortest path of a speed, seconds.
        path_stale_s: a path whose last point is older than this against the track's last box gives no speed, seconds.
        foot_error_ratio: standard deviation of a foot point, share of the box's height; scaled by the residuals later.
            0.07: the shipped detector's on vehicles (noise file: centre and half the height, 0.05 to 0.08 in
            quadrature, and a bias that changes by 0.03 with the height). Smaller: intervals that do not hold.
        foot_error_px: and at least this, pixels.
        foot_correlation_s: how long a detector repeats a foot point's error, seconds until the correlation is 1/e; 0:
            each frame errs anew, as the shipped detector's does on persons (docs/noise.md: 0.01 a frame).
        vehicle_foot_correlation_s: the same for what drives: 0.70 from one frame to the next at 5 a second, so
            -0.2 s / ln 0.70. Longer: wider intervals.
        border_px: a box this close to the picture's left, right or lower border is cut off: its foot point is no
            point of the path, pixels.
        border_ratio: likewise a box whose lower edge is nearer to the picture's lower border than this share of its
            height: it may be cut off there although the detector's error, which shortens it, hides that; its
            foot lies too far up. Twice foot_error_ratio. Larger: fewer points near by.
        acceleration_mps2: standard deviation of how the speed of what is tracked changes, metres a second squared:
            1.4 driving off and 2.0 braking (Treiber, Hennecke, Helbing, Phys. Rev. E 62, 2000), of both the root mean
            square. 0: constant speed, that of another time for who brakes or drives off. Larger: wider intervals.
        heading_least_kmh: slower objects have no heading.
    """

    high_score_ratio: float = 0.35
    low_score_ratio: float = 0.15
    birth_score_ratio: float = 0.4
    certain_similarity_ratio: float = 0.7
    first_similarity_ratio: float = 0.2
    second_similarity_ratio: float = 0.5
    duplicate_iou_ratio: float = 0.7
    confirm_boxes: float = 2.0
    lost_s: float = 2.0
    unseen_s: float = 6.0
    measurement_ratio: float = 0.05
    acceleration: float = 0.8
    rate_sd: float = 1.5
    vehicle_rate_sd: float = 3.0
    margin_sds: float = 1.0
    most_margin_ratio: float = 1.0
    path_window_s: float = 2.0
    path_most_s: float = 6.0
    path_points: float = 5.0
    path_least_s: float = 0.5
    path_stale_s: float = 1.0
    foot_error_ratio: float = 0.07
    foot_error_px: float = 1.0
    foot_correlation_s: float = 0.0
    vehicle_foot_correlation_s: float = 0.56
    border_px: float = 2.0
    border_ratio: float = 0.14
    acceleration_mps2: float = 1.7
    heading_least_kmh: float = 2.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < float("inf"):
                raise ValueError(f"tracking setting {field.name} is {value}; expected a finite number from 0 on")
        if not self.low_score_ratio <= self.high_score_ratio <= self.birth_score_ratio <= 1.0:
            raise ValueError(
                f"scores are low {self.low_score_ratio}, high {self.high_score_ratio}, birth {self.birth_score_ratio};"
                " expected low <= high <= birth <= 1"
            )
        if self.path_most_s > 16.0 or self.path_window_s > self.path_most_s:
            raise ValueError(
                f"path_window_s is {self.path_window_s}, path_most_s {self.path_most_s}; expected window <= most <= 16"
            )
        if self.path_points < 3:
            raise ValueError(f"path_points is {self.path_points}; expected 3 or more")

    def packed(self) -> tuple[float, ...]:
        """Return the settings in the order of their fields, as the kernel takes them."""
        return tuple(float(getattr(self, field.name)) for field in fields(self))
