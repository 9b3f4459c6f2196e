"""Association: high boxes first, low ones continue only, gaps are bridged for as long as the settings say."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from processors.tracking.association import assign, buffered_iou
from processors.tracking.classes import LABELLED, LEAST_RATIO
from processors.tracking.settings import TrackingSettings
from producers.simulator.noise.noise_model import NoiseModel
from schemas.messages import Tracks
from tests.unit.processors.tracking.scene import BUS, CAR, PERSON, TRUCK, Box, group, ids, run, seconds, tracks_of


def best_total(gain: np.ndarray) -> float:
    """Return the largest total of positive gains over all matchings, by trying them all."""
    rows, columns = gain.shape
    if rows > columns:
        gain, rows, columns = gain.T, columns, rows
    return max(
        sum(max(float(gain[i, j]), 0.0) for i, j in enumerate(chosen))
        for chosen in itertools.permutations(range(columns), rows)
    )


def test_the_assignment_is_the_best_of_all() -> None:
    """Held against every matching of small random problems; pairs without gain stay apart."""
    rng = np.random.default_rng(7)
    for _ in range(200):
        rows, columns = rng.integers(1, 6, 2)
        gain = rng.uniform(-0.5, 1.0, (rows, columns))
        match = np.full(8, 99, np.int64)
        assign(gain, int(rows), int(columns), match)
        pairs = [(i, int(match[i])) for i in range(rows) if match[i] >= 0]
        assert len({j for _, j in pairs}) == len(pairs)
        assert all(gain[i, j] > 0 for i, j in pairs)
        assert sum(gain[i, j] for i, j in pairs) == pytest.approx(best_total(gain))


def test_a_row_gives_way_for_the_sum() -> None:
    """The greedy choice (0.9 for the first row) loses to 0.8 + 0.85."""
    match = np.zeros(2, np.int64)
    assign(np.array([[0.9, 0.8], [0.85, 0.1]]), 2, 2, match)
    assert match.tolist() == [1, 0]


def test_a_margin_brings_boxes_into_reach() -> None:
    """Side by side, 10 px wide, 5 px apart: no overlap, one of 5 in 25 px with 5 px more on each side."""
    assert buffered_iou(0, 0, 10, 10, 15, 0, 10, 10, 0, 0) == 0
    assert buffered_iou(0, 0, 10, 10, 15, 0, 10, 10, 5, 0) == pytest.approx(5 / 35)
    assert buffered_iou(3, 4, 10, 10, 3, 4, 10, 10, 2, 2) == pytest.approx(1)


def test_low_boxes_continue_a_track_and_begin_none() -> None:
    """A car that fades to 0.2 for a second stays its track; one that was never better than 0.2 is none."""
    fading = [Box(300 + 4 * n, 400, score=0.9 if n < 5 else 0.2) for n in range(10)]
    never = [Box(300 + 4 * n, 800, score=0.2) for n in range(10)]
    out = tracks_of(seconds([[a, b] for a, b in zip(fading, never, strict=True)]))
    assert ids(out) == [["0.0.0"], ["0.0.0"]]
    assert out[1].track_boxes == [10]


def test_boxes_below_the_low_threshold_do_not_count() -> None:
    """At 0.1 the car is not there."""
    out = tracks_of(seconds([[Box(300, 400, score=0.9 if n < 5 else 0.1)] for n in range(10)]))
    assert ids(out) == [["0.0.0"], []]


def test_high_boxes_are_matched_before_low_ones() -> None:
    """A low box right on the track does not take it from the high box beside it."""
    first = [[Box(300, 400)]] * 5
    out = tracks_of(seconds([*first, *[[Box(300, 400, score=0.2), Box(310, 400, score=0.9)]] * 5]))
    assert ids(out) == [["0.0.0"], ["0.0.0"]]
    assert set(out[1].box_x1_px) == {270.0}


def test_a_medium_box_begins_no_track() -> None:
    """Between high and birth score a box only continues."""
    score = (TrackingSettings().high_score_ratio + TrackingSettings().birth_score_ratio) / 2
    assert ids(tracks_of(seconds([[Box(300, 400, score=score)]] * 10))) == [[], []]


def test_one_box_is_no_track() -> None:
    """A false alarm of one frame is not sent, and not kept."""
    result = run({"cam-1": [group(0, [[Box(300, 400)], [], [], [], []])]})["cam-1"]
    assert ids([o.message for o in result.outputs]) == [[]]
    assert result.state.tracks == 0


def test_an_occlusion_is_bridged() -> None:
    """A moving car is hidden for a second and comes out as itself; after lost_s it is another."""
    position = [Box(100 + 8 * n, 400) for n in range(60)]
    short = [[box] if not 15 <= n < 20 else [] for n, box in enumerate(position)]
    assert ids(tracks_of(seconds(short))) == [["0.0.0"]] * 3 + [[]] + [["0.0.0"]] * 8
    gone = 15 + int(TrackingSettings().lost_s * 5) + 5
    long = [[box] if not 15 <= n < gone else [] for n, box in enumerate(position)]
    assert ids(tracks_of(seconds(long)))[-1] == [f"{gone // 5}.0.0"]


def test_two_that_meet_keep_their_names() -> None:
    """Persons who pass each other at half a body's width: motion tells them apart."""
    frames = [
        [
            Box(300 + 6 * n, 500, 40, 120, class_id=PERSON),
            Box(600 - 6 * n, 530, 40, 120, class_id=PERSON),
        ]
        for n in range(50)
    ]
    out = tracks_of(seconds(frames))
    assert {track for message in ids(out) for track in message} == {"0.0.0", "0.0.1"}
    last = {track: out[-1].box_x1_px[out[-1].box_track.index(i)] for i, track in enumerate(ids(out)[-1])}
    assert last["0.0.0"] > last["0.0.1"]


def test_labels_are_weighed_by_what_each_class_is_named() -> None:
    """A truck that is named a car in six boxes of ten is one, for cars are hardly named trucks; so is a bus a bus."""
    trucks = tracks_of(seconds([[Box(300, 400, class_id=TRUCK if n % 5 in {0, 2} else CAR)] for n in range(10)]))
    assert trucks[1].track_class == [TRUCK]
    buses = tracks_of(seconds([[Box(300, 400, class_id=BUS if n % 5 in {0, 2} else TRUCK)] for n in range(10)]))
    assert buses[1].track_class == [BUS]


def test_the_weights_are_those_of_the_noise_file() -> None:
    """What the detector names cars, buses and trucks was measured once, and stands in the simulated detector's file."""
    classes = NoiseModel.load().classes
    names = {2: "car", 5: "bus", 7: "truck"}
    for true, shares in LABELLED.items():
        measured = [classes[names[true]].confusion.get(names[label], 0.0) for label in LABELLED]
        assert [max(share, LEAST_RATIO) for share in measured] == list(shares)


def test_a_class_that_flickers_is_voted() -> None:
    """Car, truck, car: one track, a car. A bus and a car on the same box: the better one only."""
    out = tracks_of(seconds([[Box(300, 400, class_id=TRUCK if n % 3 == 1 else CAR)] for n in range(10)]))
    assert ids(out) == [["0.0.0"], ["0.0.0"]]
    assert out[1].track_class == [CAR]
    both = [Box(300, 400, class_id=CAR, score=0.6), Box(301, 400, class_id=BUS, score=0.8)]
    out = tracks_of(seconds([both] * 10))
    assert ids(out) == [["0.0.0"], ["0.0.0"]]
    assert out[1].track_class == [BUS]


def test_a_person_is_no_car() -> None:
    """A person where a car was: a track of its own."""
    out = tracks_of(seconds([[Box(300, 400, class_id=CAR if n < 5 else PERSON)] for n in range(10)]))
    assert ids(out) == [["0.0.0"], ["1.0.0"]]


def test_sparse_frames_keep_a_moving_car() -> None:
    """At one frame a second boxes of a car do not overlap, and it is still one track once it is confirmed."""
    frames = [[Box(100 + 100 * n, 500, 120, 70)] for n in range(8)]
    out = tracks_of(seconds(frames, fps=1))
    assert len({track for message in ids(out) for track in message}) == 1
    assert ids(out)[-1] == ["0.0.0"]


def walker(x: float, width: float = 40.0) -> Box:
    """Return a person of 120 px whose feet are at row 500."""
    return Box(x, 500, width, 120, class_id=PERSON)


def track_at(messages: Sequence[Tracks], sample: int, x: float, fps: int = 25) -> str:
    """Return the id of the track whose box in the sample-th frame is centred at x."""
    message = messages[sample // fps]
    (found,) = (
        message.track_id[of]
        for of, own, low, high in zip(
            message.box_track, message.box_sample, message.box_x1_px, message.box_x2_px, strict=True
        )
        if own == sample % fps and abs((low + high) / 2 - x) < 0.01
    )
    return found.split("/", 2)[2]


def test_a_lost_track_does_not_take_a_box_from_the_track_it_belongs_to() -> None:
    """One person vanishes behind a van; another walks over the spot where the first is expected by now.

    For a frame the second one's box is narrower, so that the lost track's widened box fits it better than the box of
    the track that was there 40 ms before.
    """
    frames = []
    for n in range(75):
        frame = [walker(700 - 4 * n, width=31 if n == 50 else 40)]
        if n < 25:
            frame.append(walker(200 + 6 * n))
        frames.append(frame)
    out = tracks_of(seconds(frames, fps=25))
    assert {track_at(out, n, 700 - 4 * n) for n in range(75)} == {"0.0.0"}


@pytest.mark.parametrize("fps", [5, 25])
def test_who_comes_in_where_somebody_went_out_is_somebody_else(fps: int) -> None:
    """One person leaves the picture to the right; less than lost_s later another comes in at the same place."""
    frames = []
    for n in range(6 * fps):
        frame = []
        for x in (850 + 80 * n / fps, 1215 - 60 * n / fps):
            left, right = x - 20, min(x + 20, 1000.0)
            if right - left > 8:
                frame.append(Box((left + right) / 2, 500, right - left, 120, class_id=PERSON))
        frames.append(frame)
    first, *_, last = (message for message in ids(tracks_of(seconds(frames, fps=fps))) if message)
    assert first == ["0.0.0"]
    assert len(last) == 1
    assert last[0].startswith("3.")


@pytest.mark.parametrize("step", [0, 8, 20])
def test_a_new_track_competes_with_a_lost_one(step: int) -> None:
    """Where a lost person could not have come to a moment ago, another appears: the second box is the new track's.

    The lost one's reach grows from frame to frame and has come to hold that second box.
    """
    frames = [[walker(300)] for _ in range(15)] + [[]] * 5 + [[walker(416 - step * n)] for n in range(10)]
    out = tracks_of(seconds(frames, fps=5))
    assert ids(out)[-1] == ["4.0.0"]


def test_sparse_frames_keep_a_car_beside_a_parked_one() -> None:
    """At one frame a second a car that overtakes a parked one, and is missed once, stays itself; so does the parked."""
    frames = []
    for n in range(12):
        frame = [Box(600, 480, 120, 70)]
        if n != 8:
            frame.append(Box(100 + 70 * n, 520, 130, 80))
        frames.append(frame)
    out = tracks_of(seconds(frames, fps=1))
    assert all(set(message) == {"0.0.0", "0.0.1"} for n, message in enumerate(ids(out)) if n not in {0, 8})
    assert track_at(out, 11, 600, fps=1) == "0.0.0"
    assert track_at(out, 11, 870, fps=1) == "0.0.1"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("lost_s", float("nan"), "lost_s"),
        ("margin_sds", -1.0, "margin_sds"),
        ("birth_score_ratio", 0.1, "low <= high <= birth"),
        ("path_most_s", 20.0, "path_most_s"),
        ("path_points", 2.0, "path_points"),
    ],
)
def test_settings_that_cannot_be_are_refused(name: str, value: float, text: str) -> None:
    """By name, with the value."""
    with pytest.raises(ValueError, match=text):
        TrackingSettings(**{name: value})
