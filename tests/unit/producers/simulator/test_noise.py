"""The noise file's reader, and its application to true boxes."""

import tomllib
from importlib import resources
from typing import Any

import numpy as np
import pytest

from producers.simulator.noise.apply import apply_noise, ticks_of
from producers.simulator.noise.checked_table import NoiseFileError
from producers.simulator.noise.frames import NoisyFrames, TrueFrames
from producers.simulator.noise.noise_model import COCO_IDS, SHIPPED, NoiseModel
from producers.simulator.noise.noise_tables import NoiseTables
from producers.simulator.noise.plate_reading import PlateSights, as_bytes, as_text, read_plates


def data() -> dict[str, Any]:
    """Return the shipped file's content, to be changed."""
    return tomllib.loads((resources.files("producers.simulator.noise") / SHIPPED).read_text(encoding="utf-8"))


def simple() -> dict[str, Any]:
    """Return a file with round figures for persons and no false boxes."""
    out = data()
    person = out["class"][0]
    count = len(person["recall"])
    person |= {
        "recall": [0.8] * count,
        "missed_run_frames": [4.0] * count,
        "recall_factor": [0.25, 0.5, 0.75, 1.0],
        "centre_bias_ratio": [[0.1, 0.0]] * count,
        "centre_sd_ratio": [[0.05, 0.02]] * count,
        "size_bias_ratio": [[0.0, 0.0]] * count,
        "size_sd_ratio": [[0.08, 0.04]] * count,
        "error_correlation": [0.6] * count,
        "score_mean": [0.6] * count,
        "score_sd": [0.05] * count,
        "confusion": {"person": 0.9, "bicycle": 0.1},
        "label_run_frames": 1.0,
    }
    person["doubles"] |= {"share_found": 0.0, "share_missed": 0.0}
    for alarm in out["false_alarms"].values():
        alarm["per_frame"] = 0.0
    return out


def standing(frames: int, objects: int, visible: float = 1.0) -> TrueFrames:
    """Return persons of 40 by 100 pixels who stand, in pictures as large as the canvas."""
    count = frames * objects
    left = np.tile(np.linspace(20.0, 320.0, objects), frames)
    return TrueFrames(
        camera_number=np.full(frames, 3, np.int64),
        tick=np.arange(frames, dtype=np.int64) + 8_000_000_000,
        size_px=np.full((frames, 2), 416.0),
        zoom=np.ones(frames),
        first=np.arange(frames + 1, dtype=np.int64) * objects,
        object_id=np.tile(np.arange(objects, dtype=np.int64), frames),
        class_index=np.zeros(count, np.int64),
        xyxy_px=np.column_stack([left, np.full(count, 150.0), left + 40.0, np.full(count, 250.0)]),
        visible_ratio=np.full(count, visible),
    )


def part(frames: TrueFrames, first: int, last: int) -> TrueFrames:
    """Return some of the frames by themselves."""
    boxes = slice(int(frames.first[first]), int(frames.first[last]))
    return TrueFrames(
        frames.camera_number[first:last],
        frames.tick[first:last],
        frames.size_px[first:last],
        frames.zoom[first:last],
        frames.first[first : last + 1] - frames.first[first],
        frames.object_id[boxes],
        frames.class_index[boxes],
        frames.xyxy_px[boxes],
        frames.visible_ratio[boxes],
    )


def boxes_of(out: NoisyFrames) -> list[bytes]:
    """Return what was found as bytes, but for the places of the true boxes."""
    return [out.xyxy_px.tobytes(), out.score.tobytes(), out.class_id.tobytes(), np.diff(out.first).tobytes()]


def found_by_frame(out: NoisyFrames, frames: int, objects: int) -> np.ndarray[Any, Any]:
    """Return bool [frames, objects]: found."""
    found = np.zeros(frames * objects, bool)
    found[out.source[out.source >= 0]] = True
    return found.reshape(frames, objects)


def test_the_shipped_file_is_fitted_and_names_its_clips() -> None:
    """What the city uses is no placeholder: it says which model, which clips, and how their truth was had."""
    model = NoiseModel.load()
    assert not model.detector.provisional
    assert model.detector.fitted_on
    assert model.detector.checked_on
    assert not set(model.detector.fitted_on) & set(model.detector.checked_on)
    assert tuple(model.classes) == tuple(COCO_IDS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d["class"][2].update(recall=[0.5]), r"\[\[class\]\] car: recall is \[0.5\]; expected a list of 7"),
        (lambda d: d["class"][0]["recall"].__setitem__(0, 1.5), r"recall\[0\] is 1.5; expected a number from 0 to 1"),
        (lambda d: d["class"][0].update(confusion={"person": 0.4}), r"add up to 1; they add up to 0.4"),
        (lambda d: d["class"][0].update(confusion={"cat": 1.0}), r"names among person"),
        (lambda d: d["class"][0].update(recal=[1.0]), r"recal is \[1.0\]; expected one of the fields"),
        (lambda d: d["class"][0].update(height_px_edges=[5, 4]), r"edges in ascending order"),
        (lambda d: d["class"].pop(), r"\[\[class\]\] truck is missing"),
        (lambda d: d["class"][0]["doubles"].update(share_found=True), r"doubles: share_found is True; expected a fin"),
        (lambda d: d["plates"]["confusions"].update({"0": {"0": 1.0}}), r"'0' is confused with itself"),
        (lambda d: d["plates"]["confusions"].update({"00": {"O": 1.0}}), r"'00' is no character of a plate"),
        (lambda d: d["false_alarms"]["car"].update(run_frames=0.5), r"run_frames is 0.5; expected a number from 1"),
        (lambda d: d["detector"].pop("truth"), r"\[detector\]: truth is None; expected a text"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(change: Any, sentence: str) -> None:
    """The sentence names the table, the field, what was found and what was expected."""
    content = data()
    change(content)
    with pytest.raises(NoiseFileError, match=sentence):
        NoiseModel.from_toml(content)


def test_recall_runs_and_errors_are_the_files() -> None:
    """Over many frames the simulated detector has the stated recall, runs of misses, bias, spread and correlation."""
    frames, objects = 20_000, 4
    out = apply_noise(NoiseTables.of(NoiseModel.from_toml(simple())), 7, standing(frames, objects))
    found = found_by_frame(out, frames, objects)
    assert found.mean() == pytest.approx(0.8, abs=0.01)
    edges = np.diff(np.pad(~found, ((1, 1), (0, 0))).astype(int), axis=0)
    assert (~found).sum() / (edges == 1).sum() == pytest.approx(4.0, abs=0.25)
    one = out.source % objects == 0
    error = (out.xyxy_px[one][:, 0] + out.xyxy_px[one][:, 2]) / 2.0 / 40.0 - 1.0
    assert error.mean() == pytest.approx(0.1, abs=0.005)
    assert error.std() == pytest.approx(0.05, abs=0.003)
    frame = out.source[one] // objects
    next_one = np.diff(frame) == 1
    assert np.corrcoef(error[:-1][next_one], error[1:][next_one])[0, 1] == pytest.approx(0.6, abs=0.03)
    assert (out.class_id == COCO_IDS["bicycle"]).mean() == pytest.approx(0.1, abs=0.01)
    assert out.score.mean() == pytest.approx(0.6, abs=0.01)


def test_hidden_objects_are_found_less() -> None:
    """The factor of the visible share's bin multiplies the recall."""
    tables = NoiseTables.of(NoiseModel.from_toml(simple()))
    out = apply_noise(tables, 7, standing(20_000, 2, visible=0.4))
    assert found_by_frame(out, 20_000, 2).mean() == pytest.approx(0.8 * 0.5, abs=0.01)


def test_false_boxes_and_doubles_come_at_their_rates() -> None:
    """False alarms at the stated number a frame, doubles on the stated share of found boxes."""
    content = simple()
    content["false_alarms"]["person"] |= {"per_frame": 0.7, "run_frames": 3.0}
    content["class"][0]["doubles"] |= {"share_found": 0.3, "share_missed": 0.0}
    frames = 20_000
    out = apply_noise(NoiseTables.of(NoiseModel.from_toml(content)), 7, standing(frames, 2))
    assert (out.source < 0).sum() / frames == pytest.approx(0.7, abs=0.05)
    sources, boxes = np.unique(out.source[out.source >= 0], return_counts=True)
    assert len(sources) / (frames * 2) == pytest.approx(0.8, abs=0.01)
    assert (boxes == 2).mean() == pytest.approx(0.3, abs=0.02)


def test_any_split_gives_the_same_boxes() -> None:
    """Frames one by one, in two halves or all at once: the same bytes, so cameras may be split over processes."""
    tables = NoiseTables.of(NoiseModel.load())
    frames = standing(60, 5)
    whole = apply_noise(tables, 11, frames)
    singles = [apply_noise(tables, 11, part(frames, n, n + 1)) for n in range(60)]
    assert b"".join(boxes_of(one)[0] for one in singles) == boxes_of(whole)[0]
    assert b"".join(boxes_of(one)[1] for one in singles) == boxes_of(whole)[1]
    assert boxes_of(apply_noise(tables, 11, frames)) == boxes_of(whole)
    assert boxes_of(apply_noise(tables, 12, frames)) != boxes_of(whole)


def test_boxes_are_as_perception_gives_them() -> None:
    """Within the picture, at least a pixel wide and tall, the strongest first, quantised."""
    tables = NoiseTables.of(NoiseModel.load())
    out = apply_noise(tables, 5, standing(200, 5))
    assert (out.xyxy_px >= 0.0).all()
    assert (out.xyxy_px <= 416.0).all()
    assert (out.xyxy_px[:, 2:] - out.xyxy_px[:, :2] >= 1.0 - 1e-9).all()
    assert (out.xyxy_px == np.round(out.xyxy_px, 2)).all()
    assert (out.score >= NoiseModel.load().detector.score_threshold).all()
    for first, last in zip(out.first[:-1], out.first[1:], strict=True):
        assert (np.diff(out.score[first:last]) <= 0.0).all()


def test_a_shrunk_picture_is_seen_worse_and_a_zoomed_view_better() -> None:
    """Heights count on the detector's canvas: 20 px of a 1080p picture are 4 px there, with zoom 3 they are 13."""
    content = simple()
    person = content["class"][0]
    person["recall"] = [0.1, *[0.9] * (len(person["recall"]) - 1)]
    person["missed_run_frames"] = [10.0, *[1.5] * (len(person["recall"]) - 1)]
    tables = NoiseTables.of(NoiseModel.from_toml(content))
    frames = standing(4_000, 1)
    frames.size_px[:] = (1920.0, 1080.0)
    frames.xyxy_px[:] = (100.0, 100.0, 110.0, 120.0)
    assert found_by_frame(apply_noise(tables, 1, frames), 4_000, 1).mean() == pytest.approx(0.1, abs=0.05)
    frames.zoom[:] = 3.0
    assert found_by_frame(apply_noise(tables, 1, frames), 4_000, 1).mean() == pytest.approx(0.9, abs=0.05)


def test_ticks_follow_the_files_rate() -> None:
    """Five ticks a second: frames within 200 ms share one."""
    at_us = np.array([0, 199_999, 200_000, 1_000_000], np.int64)
    assert ticks_of(at_us, 5.0).tolist() == [0, 0, 1, 5]


def test_plates_are_read_and_misread_at_their_rates() -> None:
    """Read rate and share of right characters are the bin's; a small plate is not read; wrong characters are shapes."""
    content = data()
    content["plates"] |= {
        "height_px_edges": [10, 20, 10_000],
        "read_rate": [0.5, 0.9],
        "character_accuracy": [0.9, 0.99],
        "second_rank_right": 1.0,
    }
    tables = NoiseTables.of(NoiseModel.from_toml(content))
    count = 20_000
    numbers = np.arange(count, dtype=np.int64)
    plate = np.tile(as_bytes("080OBZ02"), (count, 1))
    sights = PlateSights(numbers % 7, numbers, numbers, np.full(count, 15.0), plate)
    reads = read_plates(tables, 7, sights)
    assert reads.read.mean() == pytest.approx(0.5, abs=0.02)
    right = reads.text[reads.read, 0, :8] == plate[reads.read, :8]
    assert right.mean() == pytest.approx(0.9, abs=0.01)
    first = [as_text(one) for one in reads.text[reads.read, 0]]
    second = [as_text(one) for one in reads.text[reads.read, 1]]
    wrong = [n for n, text in enumerate(first) if text != "080OBZ02"]
    assert all(second[n] == "080OBZ02" for n in wrong)
    zeroes = {text[0] for text in first} - {"0"}
    assert zeroes == set(content["plates"]["confusions"]["0"])
    low = PlateSights(numbers, numbers, numbers, np.full(count, 9.0), plate)
    assert not read_plates(tables, 7, low).read.any()
    with pytest.raises(ValueError, match="expected 1 to 12 characters"):
        as_bytes("080 OB")
