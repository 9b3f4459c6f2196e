"""The score of a film: what is asked for, and what counts as found."""

from dataclasses import replace

from infra.film.score import _classes, _truth
from infra.noise.matching import FoundBoxes, match
from producers.simulator.city import build_city
from producers.simulator.city_camera import CityCamera
from schemas.messages import TruthTracks

CAMERA: CityCamera = build_city(7, 10).cameras[0]
#: A person that shows, one that is hidden for the most part, a car that shows; in two sampled frames.
TRUTH = TruthTracks(
    camera_id=CAMERA.camera_id,
    epoch_us=0,
    sequence=3,
    captured_at_us=0,
    seed=7,
    sample_at_us=[0, 480_000],
    box_sample=[0, 0, 1],
    box_actor=[11, 12, 13],
    box_class=[0, 0, 2],
    box_x1_px=[100.0, 400.0, 800.0],
    box_y1_px=[100.0, 100.0, 300.0],
    box_x2_px=[180.0, 480.0, 1200.0],
    box_y2_px=[340.0, 340.0, 600.0],
    box_visible_ratio=[1.0, 0.3, 0.9],
    box_x_m=[0.0] * 3,
    box_y_m=[0.0] * 3,
    box_speed_kmh=[0.0] * 3,
    box_heading_deg=[0.0] * 3,
    box_plate=[-1] * 3,
    plates=[],
)


def _exact(truth: TruthTracks) -> FoundBoxes:
    """Return a detector that gives each true box."""
    own = _truth([truth], CAMERA)
    return FoundBoxes(own.frame, own.xyxy_px, own.xyxy_px[:, 0] * 0.0 + 1.0, own.class_id)


def test_a_perfect_detector_misses_nothing_and_alarms_at_nothing() -> None:
    """Hidden objects are not asked for, and a box on one is no false alarm."""
    matched = match(_truth([TRUTH], CAMERA), _exact(TRUTH))
    assert [(one.name, one.true_boxes, one.recall, one.labelled) for one in _classes([matched])] == [
        ("person", 1, 1.0, 1.0),
        ("car", 1, 1.0, 1.0),
    ]
    assert not matched.false_alarm.any()


def test_a_box_in_another_frame_finds_nothing() -> None:
    """The same place half a second later is a miss and a false alarm."""
    moved = replace(TRUTH, box_sample=[1, 1, 0])
    matched = match(_truth([TRUTH], CAMERA), _exact(moved))
    assert not matched.found.any()
    assert matched.false_alarm.sum() == 3


def test_what_is_too_small_for_the_detector_is_not_asked_for() -> None:
    """A person of 30 pixels is six and a half on the canvas of a camera without regions."""
    small = replace(TRUTH, box_y2_px=[130.0, 340.0, 600.0])
    assert CAMERA.zoom == 1.0
    assert _truth([small], CAMERA).sure.tolist() == [False, False, True]
