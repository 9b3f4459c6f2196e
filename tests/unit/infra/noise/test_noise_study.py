"""The noise file's making: fusing, linking, correcting, matching, and that the fit finds what was put in."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from infra.noise.clips import CLIPS
from infra.noise.comparison import quality, simulated
from infra.noise.corrections import ClipCorrections, corrected, corrections_of
from infra.noise.estimate import Observed, refined
from infra.noise.fusion import fuse
from infra.noise.linking import link
from infra.noise.matching import FoundBoxes, match, visible_ratios
from infra.noise.noise_text import noise_text
from infra.noise.truth_file import ClipTruth, read_truth
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.noise.noise_tables import NoiseTables

SIZE = (416, 416)


def truth_of_walkers(frames: int, objects: int) -> ClipTruth:
    """Return persons who drift through the picture, 30 by 60 pixels."""
    frame = np.repeat(np.arange(frames), objects)
    thing = np.tile(np.arange(objects), frames)
    left = 20.0 + thing * 60.0 + 10.0 * np.sin(frame / 9.0)
    xyxy = np.column_stack([left, np.full(len(frame), 200.0), left + 30.0, np.full(len(frame), 260.0)])
    return ClipTruth(frame, thing, np.zeros(len(frame), np.int64), np.ones(len(frame), bool), xyxy)


def test_votes_of_models_and_views_become_one_candidate() -> None:
    """Boxes of one object are fused, their support is what of the six votes there is; a part of it is dropped."""
    rows = np.array(
        [
            [10, 10, 30, 50, 0.8, 0, 0],
            [11, 10, 31, 50, 0.6, 0, 10],
            [10, 11, 30, 51, 0.7, 0, 21],
            [10, 10, 30, 28, 0.15, 0, 1],
            [200, 200, 260, 240, 0.9, 2, 0],
            [300, 10, 340, 30, 0.9, 60, 0],
        ],
        np.float64,
    )
    found = fuse(rows)
    assert found.class_id.tolist() == [2, 0]
    assert found.support == pytest.approx([0.9 / 6, (0.8 + 0.6 + 0.7) / 6])
    assert found.xyxy_px[1] == pytest.approx([10, 10, 30, 50], abs=1)


def test_linking_fills_what_single_frames_miss() -> None:
    """A moving object that is not seen for three frames is there all the same, where it must have been."""
    frames = []
    for n in range(20):
        box = [10.0 + 5 * n, 50.0, 40.0 + 5 * n, 110.0, 0.9, 0, 0]
        rows = [[*box[:6], voter] for voter in (0, 10, 1, 20, 30, 21)] if n not in (8, 9, 10) else []
        frames.append(fuse(np.array(rows, np.float64).reshape(-1, 7)))
    (one,) = link(frames, SIZE)
    assert one.sure
    assert one.frames.tolist() == list(range(20))
    assert one.xyxy_px[9] == pytest.approx([55, 50, 85, 110], abs=1)


def test_corrections_drop_and_add_by_place_and_time() -> None:
    """A change holds in its frames alone; what eyes added is sure."""
    frames = [fuse(np.array([[10, 10, 30, 50, 0.9, 0, v] for v in (0, 10, 1, 20, 30, 21)], np.float64))] * 10
    changes = [
        ("drop", {"box": [0, 0, 60, 60], "frames": [0, 4], "kind": 0}),
        ("add", {"class_id": 5, "at": [2, 6], "boxes": [[100, 0, 200, 80], [140, 0, 240, 80]]}),
    ]
    person, bus = corrected(link(frames, SIZE), ClipCorrections((), changes))
    assert person.frames.tolist() == [5, 6, 7, 8, 9]
    assert (bus.class_id, bus.sure, bus.frames.tolist()) == (5, True, [2, 3, 4, 5, 6])
    assert bus.xyxy_px[2].tolist() == [120, 0, 220, 80]


def test_matching_counts_misses_doubles_and_boxes_on_unsure_objects() -> None:
    """One box finds one object; a second one on it is its double; one on an unsure object is no false alarm."""
    truth = ClipTruth(
        np.zeros(3, np.int64),
        np.arange(3),
        np.array([2, 2, 0]),
        np.array([True, True, False]),
        np.array([[0, 0, 100, 50], [200, 0, 300, 50], [0, 100, 50, 200]], np.float64),
    )
    boxes = FoundBoxes(
        np.zeros(4, np.int64),
        np.array([[0, 0, 100, 60], [30, 0, 130, 50], [0, 100, 50, 200], [350, 350, 400, 400]], np.float64),
        np.array([0.9, 0.5, 0.6, 0.4]),
        np.array([7, 2, 0, 2]),
    )
    out = match(truth, boxes)
    assert out.found.tolist() == [True, False]
    assert out.label.tolist() == [7, -1]
    assert out.error[0] == pytest.approx([0.0, 0.1, 0.0, 0.2])
    assert out.false_alarm.tolist() == [False, True, False, True]
    assert out.double_of.tolist() == [-1, 0, -1, -1]
    got = quality([out])
    assert got.recall == 0.5
    assert got.precision == pytest.approx(1 / 3)


def test_what_is_nearer_hides() -> None:
    """Of two boxes that overlap, the one that ends further down hides the other."""
    boxes = np.array([[0, 0, 60, 60], [30, 0, 90, 80]], np.float64)
    truth = ClipTruth(np.zeros(2, np.int64), np.arange(2), np.zeros(2, np.int64), np.ones(2, bool), boxes)
    assert visible_ratios(truth).tolist() == [0.5, 1.0]


def test_the_fit_finds_what_was_put_in() -> None:
    """Boxes that the shipped noise made of a known truth give its own figures back, whatever file one starts from."""
    shipped = NoiseModel.load()
    truth = truth_of_walkers(3_000, 6)
    clip = Observed("made", 1.0, 3_000, _none(), match(truth, _none()))
    boxes = simulated(NoiseTables.of(shipped), clip, truth, SIZE, 3)
    clip = replace(clip, boxes=boxes, matched=match(truth, boxes))
    person = shipped.classes["person"]
    start = replace(shipped, classes={**shipped.classes, "person": replace(person, label_run_frames=9.0)})
    fitted, shown = refined(start, [clip])
    got = fitted.classes["person"]
    place = person.height_px_edges.index(42.0)
    assert shown["person"] == 18_000
    assert got.recall[place] == pytest.approx(person.recall[place], abs=0.02)
    assert got.missed_run_frames[place] == pytest.approx(person.missed_run_frames[place], rel=0.25)
    assert got.centre_sd_ratio[place] == pytest.approx(person.centre_sd_ratio[place], abs=0.01)
    assert got.size_sd_ratio[place] == pytest.approx(person.size_sd_ratio[place], abs=0.015)
    assert got.score_mean[place] == pytest.approx(person.score_mean[place], abs=0.02)
    assert got.doubles.share_found == pytest.approx(person.doubles.share_found, abs=0.03)


def test_the_files_text_reads_back() -> None:
    """What is written is what is read."""
    model = NoiseModel.load()
    assert NoiseModel.from_toml(tomllib.loads(noise_text(model, {"car": "a remark"}))) == model


def test_each_clip_has_a_truth_that_eyes_have_seen() -> None:
    """Sixty frames at least were looked at; every clip's file has sure boxes within its frames."""
    assert sum(len(corrections_of(name).viewed) for name in CLIPS) >= 60
    for name, clip in CLIPS.items():
        truth = read_truth(name)
        assert truth.sure.any()
        assert 0 <= truth.frame.min() <= truth.frame.max() < clip.most_frames


def _none() -> FoundBoxes:
    return FoundBoxes(np.zeros(0, np.int64), np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64))
