"""Speeds against known motion through a known homography: right within the uncertainty they state, and no better."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.tracking.core import TrackingCore
from processors.tracking.ground import oriented_homography, project
from processors.tracking.place import place_of
from processors.tracking.settings import TrackingSettings
from processors.tracking.speed import ground_velocity
from schemas.messages import Calibration, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Cameras, camera
from tests.unit.processors.tracking.scene import Box, group, ids, of_camera, run, seconds, tracks_of

WIDTH, HEIGHT = 1920, 1080
Floats = NDArray[np.float64]
#: What the messages of a registered camera of this picture size have.
SIZE: dict[str, Any] = {"registry_version": 1, "width_px": WIDTH, "height_px": HEIGHT}


@dataclass(frozen=True, slots=True)
class View:
    """A camera above the origin that looks along +y, tilted down.

    Attributes:
        height_m: above ground.
        tilt_deg: below the horizontal.
        focal_px: focal length.
    """

    height_m: float = 8.0
    tilt_deg: float = 25.0
    focal_px: float = 1200.0

    def to_picture(self) -> Floats:
        """Return the homography from the ground (x, y, metres) to the picture (pixels)."""
        c, s = math.cos(math.radians(self.tilt_deg)), math.sin(math.radians(self.tilt_deg))
        lens = np.array([[self.focal_px, 0, WIDTH / 2], [0, self.focal_px, HEIGHT / 2], [0, 0, 1]])
        # Rows: right, down and forward of the camera; columns: x, y and the constant of a point on the ground.
        pose = np.array([[1, 0, 0], [0, -s, c * self.height_m], [0, c, s * self.height_m]])
        return np.asarray(lens @ pose, np.float64)

    def to_ground(self) -> list[float]:
        """Return the homography from the picture to the ground, as a calibration has it."""
        inverse = np.linalg.inv(self.to_picture())
        return [float(value) for value in (inverse / inverse[2, 2]).ravel()]

    def foot(self, x_m: Floats, y_m: Floats) -> tuple[Floats, Floats]:
        """Return where points on the ground are in the picture."""
        u, v, w = self.to_picture() @ np.stack([x_m, y_m, np.ones_like(x_m)])
        return u / w, v / w


VIEW = View()


def surveyed(position_error_m: float = 0.0, scale_error_ratio: float = 0.0) -> Calibration:
    """Return the calibration of VIEW."""
    return Calibration(2, "survey", VIEW.to_ground(), WIDTH, HEIGHT, position_error_m, scale_error_ratio)


def estimate(
    speed_ms: float, heading_rad: float, rng: np.random.Generator, *, error_px: float = 1.5, scale: float = 1.0,
    scale_error_ratio: float = 0.0, points: int = 12,
) -> Floats:  # fmt: skip
    """Return speed, uncertainty and heading of an object that moves straight through VIEW, from noisy foot points.

    Args:
        speed_ms: true speed.
        heading_rad: true direction, clockwise from +y.
        rng: noise.
        error_px: standard deviation of the foot points, the one the estimator assumes.
        scale: the calibration's lengths over the true ones.
        scale_error_ratio: the calibration's stated uncertainty of that.
        points: foot points, over two seconds.
    """
    t = np.linspace(0.0, 2.0, points)
    x = rng.uniform(-6, 6) + speed_ms * math.sin(heading_rad) * (t - 1)
    y = rng.uniform(12, 25) + speed_ms + speed_ms * math.cos(heading_rad) * (t - 1)  # all of it in view
    u, v = VIEW.foot(x, y)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT))
    h = np.diag([scale, scale, 1.0]) @ h
    out = np.empty(3)
    assert ground_velocity(
        h.ravel(), 0.0, scale_error_ratio, points, t, u + rng.normal(0, error_px, points),
        v + rng.normal(0, error_px, points), np.full(points, error_px), 0.0, 0.0, 1.0, out,
    )  # fmt: skip
    return out


@pytest.mark.parametrize("speed_kmh", [20.0, 50.0, 90.0])
def test_the_stated_interval_holds_as_often_as_it_says(speed_kmh: float) -> None:
    """The 95 % interval contains the true speed in about 95 of 100 trials, in any direction; the mean is unbiased."""
    rng = np.random.default_rng(int(speed_kmh))
    true_ms = speed_kmh / 3.6
    trials = 600
    found = np.array([estimate(true_ms, rng.choice([0.0, math.pi]) + rng.normal(0, 0.3), rng) for _ in range(trials)])
    holds = np.abs(found[:, 0] - true_ms) <= 1.96 * found[:, 1]
    assert 0.92 <= holds.mean() <= 0.98
    assert abs(found[:, 0].mean() - true_ms) < 4 * found[:, 0].std() / math.sqrt(trials) + 0.01 * true_ms


def test_wrong_noise_shows_in_the_uncertainty() -> None:
    """Feet that scatter three times as much as assumed: the residuals widen the interval, it still holds."""
    rng = np.random.default_rng(4)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT)).ravel()
    holds = []
    for _ in range(400):
        t = np.linspace(0.0, 2.0, 15)
        u, v = VIEW.foot(np.zeros(15), 25.0 + 12.0 * (t - 1))
        out = np.empty(3)
        noise = rng.normal(0, 3.0, (2, 15))
        assert ground_velocity(h, 0.0, 0.0, 15, t, u + noise[0], v + noise[1], np.full(15, 1.0), 0.0, 0.0, 1.0, out)
        holds.append(abs(out[0] - 12.0) <= 1.96 * out[1])
    assert 0.90 <= np.mean(holds) <= 0.98


def test_who_brakes_towards_the_camera_is_not_measured_by_the_near_end_alone() -> None:
    """From 54 to 40 km/h within two seconds, 47 on average: feet near by are exact and outweigh those far off.

    At a constant speed the estimate is that of the near end, by more than half a km/h, and its interval holds less
    often; with a speed that may change most of that is gone. So it is for who drives off.
    """
    rng = np.random.default_rng(8)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT)).ravel()
    t: Floats = np.linspace(0.0, 2.0, 11)
    for change_mps2 in (-2.0, 2.0):
        speed = 13.0 + change_mps2 * (t - 1.0)
        y = 29.0 - 13.0 * (t - 1.0) - 0.5 * change_mps2 * (t - 1.0) ** 2
        u, v = VIEW.foot(np.zeros(11), y)
        error_px = 0.07 * 1.5 * VIEW.focal_px / y
        mean_ms = float(np.trapezoid(speed, t)) / 2.0
        bias, holds = {}, {}
        for acceleration in (0.0, 1.0):
            errors, held = [], []
            for _ in range(400):
                out = np.empty(3)
                feet = u + rng.normal(0, error_px), v + rng.normal(0, error_px)
                assert ground_velocity(h, 0.0, 0.0, 11, t, *feet, error_px, 0.0, acceleration, 1.0, out)
                errors.append(3.6 * (out[0] - mean_ms))
                held.append(abs(out[0] - mean_ms) <= 1.96 * out[1])
            bias[acceleration], holds[acceleration] = float(np.mean(errors)), float(np.mean(held))
        assert bias[0.0] * change_mps2 > 0.0
        assert abs(bias[0.0]) > 0.5
        assert abs(bias[1.0]) < 0.4 * abs(bias[0.0])
        assert holds[0.0] < holds[1.0] >= 0.9


def test_errors_that_last_widen_the_interval() -> None:
    """Errors correlated by 0.7 from frame to frame: the interval holds, and does not where they are taken for new."""
    rng = np.random.default_rng(6)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT)).ravel()
    t: Floats = np.linspace(0.0, 2.0, 11)
    u, v = VIEW.foot(np.zeros(11), 25.0 + 12.0 * (t - 1))
    holds: dict[float, list[bool]] = {0.0: [], 0.56: []}
    for _ in range(500):
        noise = rng.normal(0, 2.0, (2, 11))
        for i in range(1, 11):
            noise[:, i] = 0.7 * noise[:, i - 1] + math.sqrt(1 - 0.49) * noise[:, i]
        for correlation_s, held in holds.items():
            out = np.empty(3)
            feet = u + noise[0], v + noise[1]
            assert ground_velocity(h, 0.0, 0.0, 11, t, *feet, np.full(11, 2.0), correlation_s, 0.0, 1.0, out)
            held.append(abs(out[0] - 12.0) <= 1.96 * out[1])
    assert 0.92 <= np.mean(holds[0.56]) <= 0.98
    assert np.mean(holds[0.0]) < 0.85


def test_one_foot_that_is_none_is_left_out() -> None:
    """A box that takes in a shadow once: the speed is as without it, and the interval is not blown up."""
    rng = np.random.default_rng(8)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT)).ravel()
    t: Floats = np.linspace(0.0, 2.0, 11)
    u, v = VIEW.foot(np.zeros(11), 25.0 + 12.0 * (t - 1))
    for n in (1, 5, 9):
        clean, shadowed = np.empty(3), np.empty(3)
        feet = u + rng.normal(0, 1, 11), v + rng.normal(0, 1, 11)
        without = np.delete(np.arange(11), n)
        ones = np.ones(11)
        assert ground_velocity(
            h, 0.0, 0.0, 10, t[without], feet[0][without], feet[1][without], ones, 0.5, 0.0, 1.0, clean
        )
        feet[1][n] += 40.0
        assert ground_velocity(h, 0.0, 0.0, 11, t, *feet, ones, 0.5, 0.0, 1.0, shadowed)
        assert shadowed == pytest.approx(clean)


def test_a_foot_behind_another_vehicle_is_no_point_of_the_path() -> None:
    """A car that goes behind a nearer lorry, so that its box ends at the lorry's roof, does not slow down by that."""
    t: Floats = np.linspace(0.0, 2.8, 15)
    u, v = (feet.tolist() for feet in VIEW.foot(np.zeros(15), 28.0 - 6.0 * t))
    alone = [[Box(a, b, 120, 80)] for a, b in zip(u, v, strict=True)]
    lorry = Box(u[9], v[9] + 160.0, 420, 220)
    hidden = [[Box(u[n], lorry.y - 190.0, 120, 80), lorry] if n >= 10 else box for n, box in enumerate(alone)]
    view = camera(calibration=surveyed(0.0, 0.0))
    for boxes in (alone, hidden):
        out = tracks_of([replace(m, **SIZE) for m in seconds(boxes)], view)[-1]
        assert out.track_speed_kmh[0] == pytest.approx(21.6, rel=0.05)


def test_a_scale_that_is_off_is_within_its_stated_error() -> None:
    """Calibrations drawn with 3 % standard error of lengths: the interval holds with it, and not without it."""
    rng = np.random.default_rng(9)
    with_it: list[bool] = []
    without: list[bool] = []
    for _ in range(500):
        scale = rng.normal(1, 0.03)
        for ratio, holds in ((0.03, with_it), (0.0, without)):
            speed, error, _ = estimate(20.0, 0.0, rng, error_px=0.5, scale=scale, scale_error_ratio=ratio)
            holds.append(abs(speed - 20.0) <= 1.96 * error)
    assert 0.92 <= np.mean(with_it) <= 0.98
    assert np.mean(without) < 0.8


def test_the_heading_is_clockwise_from_y() -> None:
    """Away from the camera 0, to the right 90 degrees."""
    rng = np.random.default_rng(1)
    for heading in (0.0, math.pi / 2, math.pi, -math.pi / 2):
        found = float(estimate(10.0, heading, rng, error_px=0.2)[2])
        assert abs(math.remainder(found - heading, 2 * math.pi)) < math.radians(3)


def test_standing_is_slow_within_the_error() -> None:
    """A parked car's speed is not above twice its uncertainty, and near zero."""
    rng = np.random.default_rng(3)
    found = np.array([estimate(0.0, 0.0, rng) for _ in range(300)])
    assert np.mean(found[:, 0] <= 2 * found[:, 1]) > 0.95


def test_too_little_gives_nothing() -> None:
    """Two points, points at one time, points in the sky."""
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT)).ravel()
    out, ones = np.empty(3), np.ones(5)
    u, v = VIEW.foot(np.zeros(5), np.linspace(20, 24, 5))
    assert not ground_velocity(h, 0.0, 0.0, 2, np.arange(5.0), u, v, ones, 0.0, 0.0, 1.0, out)
    assert np.isnan(out).all()
    assert not ground_velocity(h, 0.0, 0.0, 5, np.zeros(5), u, v, ones, 0.0, 0.0, 1.0, out)
    assert not ground_velocity(h, 0.0, 0.0, 5, np.arange(5.0), u, np.full(5, -100.0), ones, 0.0, 0.0, 1.0, out)


def test_the_whole_stage_measures_a_car() -> None:
    """Boxes with noisy edges, 60 cameras in one batch: each car's last speed within its interval, in 90 of 100."""
    rng = np.random.default_rng(11)
    true_kmh = 60.0
    work = {}
    cameras = []
    for n in range(60):
        t = np.arange(40) / 10
        y = 45.0 - true_kmh / 3.6 * t * 0.5
        x = rng.uniform(-3, 3) + true_kmh / 3.6 * math.sqrt(0.75) * (t - 2)
        u, v = VIEW.foot(x, y)
        u, v = u + rng.normal(0, 1, 40), v + rng.normal(0, 1, 40)
        boxes = [[Box(float(a), float(b), 120, 80)] for a, b in zip(u, v, strict=True)]
        work[f"cam-{n}"] = [replace(m, **SIZE) for m in of_camera(f"cam-{n}", seconds(boxes, fps=10))]
        cameras.append(camera(camera_id=f"cam-{n}", calibration=surveyed(0.1, 0.01)))
    results = run(work, registry=Cameras(*cameras))
    holds, errors = [], []
    for result in results.values():
        message: Tracks = result.outputs[2].message
        (speed,), (error,) = message.track_speed_kmh, message.track_speed_error_kmh
        assert speed is not None
        assert error is not None
        holds.append(abs(speed - true_kmh) <= 1.96 * error)
        errors.append(error)
        assert message.calibration_version == 2
    assert np.mean(holds) >= 0.9
    assert max(errors) < 0.15 * true_kmh


DEGENERATE = {
    "zeros": ([0.0] * 9, "row of zeros"),
    "line": ([1.0, 2, 3, 2, 4, 6, 0, 0, 1], "singular"),
    "short": ([1.0, 0, 0], "3 numbers"),
    "nan": ([float("nan"), *[1.0] * 8], "expected 9 finite"),
    "sky": ([1.0, 0, 0, 0, 1, 0, 0, 1, -1000], "horizon at or below"),
}


@pytest.mark.parametrize("fault", DEGENERATE)
def test_a_degenerate_calibration_costs_positions_only(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    """Tracks go on in the picture; which calibration is bad, why, and what to do is said once."""
    matrix, text = DEGENERATE[fault]
    view = camera(calibration=Calibration(7, "drawn", matrix, 1000, 1000, 0.1, 0.01))
    messages = [replace(m, registry_version=1) for m in seconds([[Box(300 + 4 * n, 400)] for n in range(20)])]
    out = tracks_of(messages, view)
    assert ids(out) == [["0.0.0"]] * 4
    for message in out:
        assert message.track_x_m == [None]
        assert message.track_speed_kmh == [None]
        assert message.box_x_m == []
        assert message.calibration_version == 0
    (record,) = caplog.records
    assert text in record.message
    assert "camera cam-1: calibration v7 of registry v1 is not used" in record.message
    assert record.message.endswith("calibrate it again")


def test_impossible_errors_of_a_calibration_are_refused() -> None:
    """A negative or unknown uncertainty would make every speed look certain."""
    for calibration in (surveyed(position_error_m=-0.1), surveyed(scale_error_ratio=float("nan"))):
        place = place_of(camera(calibration=calibration), WIDTH, HEIGHT)
        assert not place.has_ground
        assert "expected finite numbers from 0 on" in place.problems[0]


def test_a_calibration_holds_for_pictures_of_another_size() -> None:
    """Half the size, half the pixels, the same place on the ground."""
    out = np.empty(5)
    u, v = VIEW.foot(np.array([2.0]), np.array([30.0]))
    for share in (1.0, 0.5, 2.0):
        picture = (int(WIDTH * share), int(HEIGHT * share))
        h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), picture).ravel()
        assert project(h, float(u[0]) * share, float(v[0]) * share, share, out)
        assert out[:2] == pytest.approx([2.0, 30.0])


def test_errors_are_carried_to_the_ground() -> None:
    """First-order covariance against 20 000 noisy points; farther away it is larger."""
    rng = np.random.default_rng(2)
    h = oriented_homography(VIEW.to_ground(), (WIDTH, HEIGHT), (WIDTH, HEIGHT))
    variances = []
    for y_m in (15.0, 40.0):
        u, v = VIEW.foot(np.array([3.0]), np.array([y_m]))
        out = np.empty(5)
        assert project(h.ravel(), float(u[0]), float(v[0]), 0.5, out)
        x, y, w = h @ np.stack([u + rng.normal(0, 0.5, 20_000), v + rng.normal(0, 0.5, 20_000), np.ones(20_000)])
        sampled = np.cov(x / w, y / w)
        assert [out[2], out[3], out[4]] == pytest.approx([sampled[0, 0], sampled[1, 1], sampled[0, 1]], rel=0.06)
        variances.append(out[3])
    assert variances[1] > 5 * variances[0]


def test_above_the_horizon_there_is_no_ground() -> None:
    """Neither above it nor right at it: a foot that may be in the sky has no position, its track goes on."""
    flat = View(tilt_deg=10.0)
    horizon = HEIGHT / 2 - flat.focal_px * math.tan(math.radians(flat.tilt_deg))
    assert horizon > 200
    view = camera(calibration=replace(surveyed(), homography=flat.to_ground()))
    for foot in (horizon - 50, horizon + 1):
        out = tracks_of([group(n, [[Box(900, foot, 30, 30)]] * 5, **SIZE) for n in range(3)], view)[-1]
        assert (out.track_x_m, out.track_speed_kmh) == ([None], [None])
        assert out.track_boxes == [15]
    (seen,) = tracks_of([group(0, [[Box(900, horizon + 200, 30, 30)]] * 5, **SIZE)], view)
    assert None not in seen.track_x_m


def test_speed_follows_capture_times_alone() -> None:
    """The same boxes a day later give the same speeds."""
    t = np.arange(30) / 10
    u, v = VIEW.foot(np.zeros(30), 40.0 - 8.0 * t)
    boxes = [[Box(float(a), float(b), 120, 80)] for a, b in zip(u, v, strict=True)]
    today = [replace(m, **SIZE) for m in seconds(boxes, fps=10)]
    day_us = 86_400_000_000
    later = [
        replace(m, epoch_us=EPOCH_US + day_us, captured_at_us=m.captured_at_us + day_us,
                sample_at_us=[at + day_us for at in m.sample_at_us])
        for m in today
    ]  # fmt: skip
    core, view = TrackingCore(), camera(calibration=surveyed())
    speeds = [
        [o.message.track_speed_kmh for o in run({"cam-1": m}, registry=Cameras(view), core=core)["cam-1"].outputs]
        for m in (today, later)
    ]
    assert speeds[0] == speeds[1]
    assert speeds[0][-1][0] == pytest.approx(8.0 * 3.6, rel=0.05)


def approaching(shown_ratio: float) -> Tracks:
    """Return the last second of a car that comes towards the camera at 10 m/s and is cut off by the picture's border.

    Args:
        shown_ratio: where it is cut off its box ends so far above the border, share of its height.
    """
    y: Floats = 28.0 - 10.0 * np.linspace(0.0, 2.8, 15)  # from 8.0 m on it is cut off
    u, v = VIEW.foot(np.zeros(15), y)
    boxes = []
    for foot_u, foot_v, far in zip(u.tolist(), v.tolist(), y.tolist(), strict=True):
        height = 1_800.0 / math.hypot(far, VIEW.height_m)
        cut = foot_v > HEIGHT - 0.14 * height
        boxes.append([Box(foot_u, HEIGHT - shown_ratio * height if cut else foot_v, 1.2 * height, height)])
    return tracks_of([replace(m, **SIZE) for m in seconds(boxes)], camera(calibration=surveyed(0.0, 0.0)))[-1]


@pytest.mark.parametrize("shown_ratio", [0.0, 0.05, 0.12])
def test_a_box_that_may_be_cut_off_at_the_border_is_no_point_of_the_path(shown_ratio: float) -> None:
    """The detector may draw the edge of a cut box above the border: its foot stands still, the car does not."""
    (speed,) = approaching(shown_ratio).track_speed_kmh
    assert speed == pytest.approx(36.0, rel=0.05)


def test_a_speed_whose_path_ended_before_is_less_certain() -> None:
    """It is said of a later time: what a speed may have changed by since is in it, and is not for one that is known."""
    stale, fresh = TrackingCore(), TrackingCore(TrackingSettings(acceleration_mps2=0.0))
    view, errors = Cameras(camera(calibration=surveyed(0.0, 0.0))), []
    y: Floats = 20.0 - 4.0 * np.linspace(0.0, 2.8, 15)
    u, v = VIEW.foot(np.zeros(15), y)
    boxes = [[Box(a, b, 300, 300)] for a, b in zip(u.tolist(), v.tolist(), strict=True)]
    boxes[12:] = [[Box(box.x, HEIGHT, 300, HEIGHT - box.y + 300)] for (box,) in boxes[12:]]
    for core in (stale, fresh):
        result = run({"cam-1": [replace(m, **SIZE) for m in seconds(boxes)]}, registry=view, core=core)["cam-1"]
        errors.append(result.outputs[-1].message.track_speed_error_kmh[0])
    assert errors[0] > 1.2 * errors[1]
