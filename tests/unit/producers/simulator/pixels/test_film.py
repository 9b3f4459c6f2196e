"""Films: things stand where truth has them, the nearer in front; the same input gives the same bytes."""

from dataclasses import replace

import av
import numpy as np
import pytest
from av.video.frame import PictureType
from numpy.typing import NDArray

from infra.film.write import film
from producers.simulator.city import City, build_city
from producers.simulator.city_clock import PACKETS, START_US
from producers.simulator.lens import View
from producers.simulator.motions import CAR, MOTORCYCLE, PERSON, Motions
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.outlook import Outlook
from producers.simulator.pixels.film import Film
from producers.simulator.pixels.pasting import paste
from producers.simulator.pixels.placement import place, whole_boxes
from producers.simulator.pixels.showing import Effect, Showing, showings, standing_box
from producers.simulator.pixels.sprite import Sprite, SpriteLibrary, levels_of
from producers.simulator.pixels.take import Take, take
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.sight import Seen, Sight
from producers.simulator.traffic.conveyor import Conveyor
from schemas.messages import Truth, TruthFamily, TruthTracks

SEED = 7
SECONDS = 1
VIEW = View(0.0, 0.0, 6.0, 0.0, 16.0, 1600.0, 1920, 1080)


def _block(rgb: tuple[int, int, int], kind: str) -> Sprite:
    """Return a cut-out of one colour."""
    rgba = np.full((40, 30, 4), 255, np.uint8)
    rgba[..., :3] = rgb
    return Sprite(f"{kind}-{rgb}", kind, 0.0, levels_of(rgba))


LIBRARY = SpriteLibrary.of([_block((255, 0, 0), "person"), _block((0, 0, 255), "car")])


@pytest.fixture(scope="module")
def city() -> City:
    """Return a small city."""
    return build_city(SEED, 10)


@pytest.fixture(scope="module")
def taken(city: City) -> Take:
    """Return two seconds before one camera of it."""
    camera = next(one for one in city.cameras if one.outlook is Outlook.ENTRANCE)
    plan = RunPlan(START_US, SECONDS, 20.0)
    return take(city, [camera], plan, NoiseModel.load(None), Conveyor(city, START_US))


def _seen(city: City, things: list[tuple[int, int, float, float]]) -> tuple[Seen, View]:
    """Return what a camera sees of standing things: actor, class, metres ahead, metres to the right."""
    camera = replace(city.cameras[0], view=VIEW)
    n = len(things)
    x = np.array([[right, right] for _, _, _, right in things]).reshape(n, 2)
    y = np.array([[ahead, ahead] for _, _, ahead, _ in things]).reshape(n, 2)
    motions = Motions(
        actor=np.array([thing[0] for thing in things], np.int64),
        kind=np.array([thing[1] for thing in things], np.int64),
        from_us=np.zeros(n, np.int64),
        to_us=np.full(n, 1_000_000, np.int64),
        x_m=x,
        y_m=y,
        heading_rad=np.full((n, 2), np.pi),
        speed_kmh=np.zeros(n),
    )
    return Sight([camera]).look(np.zeros(1, np.int64), np.array([500_000], np.int64), motions), VIEW


def _film(city: City, shown: list[Showing] | None = None) -> Film:
    """Return a film over a grey background."""
    grey = np.full((VIEW.height_px, VIEW.width_px, 3), 128, np.uint8)
    return Film(replace(city.cameras[0], view=VIEW), grey, LIBRARY, shown or [], SEED)


def _red(picture: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns of pure red."""
    rows, columns = np.nonzero((picture[..., 0] > 200) & (picture[..., 1] < 60) & (picture[..., 2] < 60))
    return rows.astype(np.int64), columns.astype(np.int64)


def test_feet_stand_within_a_pixel_of_the_projected_ground(city: City) -> None:
    """A person's lowest row is where the nearest edge of its footprint projects; its middle is the ground point's."""
    seen, view = _seen(city, [(1, PERSON, 18.0, 1.5)])
    rows, columns = _red(_film(city).frame(seen, 0, 500_000))
    feet, _ = view.project(np.array([[1.5, 18.0 - 0.25]]))
    assert abs(rows.max() + 1 - feet[0, 1]) < 1.0
    assert abs((columns.min() + columns.max() + 1) / 2.0 - feet[0, 0]) < 1.0


def test_the_nearer_hides_the_farther(city: City) -> None:
    """Of two people in one line of sight the nearer is whole, whichever comes first in the truth."""
    for order in (slice(None), slice(None, None, -1)):
        seen, _ = _seen(city, [(1, PERSON, 14.0, 0.0), (2, CAR, 20.0, 0.0)][order])
        picture = _film(city).frame(seen, 0, 500_000)
        near = seen.xyxy_px[seen.kind == PERSON][0].round().astype(int)
        inside = picture[near[1] + 2 : near[3] - 2, near[0] + 2 : near[2] - 2]
        assert (inside == (255, 0, 0)).all()


def test_what_is_left_behind_takes_its_turn(city: City) -> None:
    """A bag behind a person is hidden by the person, one before it is not."""
    seen, view = _seen(city, [(1, PERSON, 14.0, 0.0)])
    for ahead_m, hidden in ((16.0, True), (13.6, False)):
        bag = Showing("t", Effect.BAG, 0, 1_000_000, standing_box(view, 0.0, ahead_m, 0.3, 0.3))
        with_bag, without = _film(city, [bag]), _film(city)
        count = len(_red(with_bag.frame(seen, 0, 500_000))[0]) - len(_red(without.frame(seen, 0, 500_000))[0])
        # pixels of the outline, which are mixed with what is behind them, may change colour
        assert abs(count) < 20 if hidden else count < -200


def test_whole_boxes_are_the_truth_where_nothing_is_cut(city: City) -> None:
    """The box of a thing inside the picture is depth 1's; of one at its edge the part inside is."""
    seen, view = _seen(city, [(1, CAR, 22.0, 2.0), (2, CAR, 22.0, 13.3)])
    placed = place(view, seen, 0)
    size = np.array([view.width_px, view.height_px] * 2, np.float64)
    cut = np.clip(placed.xyxy_px, 0.0, size)
    assert np.abs(cut - seen.xyxy_px[::-1]).max() < 0.5
    assert (placed.xyxy_px[:, 2] > view.width_px).sum() == 1
    assert len(whole_boxes(view, np.zeros((0, 2)), np.zeros(0), np.zeros((0, 3)))) == 0


def test_a_cut_out_fills_its_box_at_fractions_of_a_pixel() -> None:
    """The sum of what is laid over a picture is the box's area, wherever it begins."""
    for shift in (0.0, 0.25, 0.5, 0.9):
        picture = np.zeros((60, 60, 3), np.uint8)
        paste(picture, _block((200, 200, 200), "car"), np.array([10 + shift, 12 + shift, 30 + shift, 40 + shift]))
        assert abs(picture[..., 0].sum() / 200.0 - 20 * 28) < 0.02 * 20 * 28


def test_a_class_without_a_cut_out_is_counted_and_not_drawn(city: City) -> None:
    """A motorcycle leaves the background as it was."""
    seen, _ = _seen(city, [(1, MOTORCYCLE, 20.0, 0.0)])
    made = _film(city)
    assert (made.frame(seen, 0, 500_000) == 128).all()
    assert made.left_out[MOTORCYCLE] == 1


def test_each_effect_changes_the_picture_while_it_lasts(city: City) -> None:
    """Before its begin and from its end on, the background is as it was; in between it is not."""
    seen, _ = _seen(city, [])
    region = np.array([600.0, 400.0, 900.0, 700.0])
    for effect in Effect:
        # an arc flickers: some of these moments are dark
        one = Showing("t", effect, 1_000_000, 9_000_000, region)
        made = Film(city.cameras[0], np.full((1080, 1920, 3), 128, np.uint8), SpriteLibrary.load(), [one], SEED)
        changed = {
            at_us: bool((made.frame(seen, 0, at_us) != 128).any()) for at_us in (0, 4_000_000, 4_500_000, 9_000_000)
        }
        assert changed[4_000_000] or changed[4_500_000], effect
        assert not changed[0], effect
        assert not changed[9_000_000], effect


def test_scenarios_that_cannot_be_drawn_are_named() -> None:
    """Truth without actors and without a picture of it is reported for its camera, and for no other."""
    one = Truth(
        truth_id="t",
        seed=SEED,
        family=TruthFamily.INCIDENT,
        kind="container_fill",
        is_hard_negative=False,
        negative_of=[],
        scenario="container_fill",
        site_id="s",
        district="d",
        started_at_us=0,
        due_at_us=0,
        ended_at_us=1,
        x_m=0.0,
        y_m=0.0,
        actor_ids=[],
        vehicle_class=None,
        plate=None,
        measured=None,
        limit=None,
        unit=None,
        article=None,
        camera_ids=["K-00000"],
        view_zone_id=[""],
        view_x1_px=[0.0],
        view_y1_px=[0.0],
        view_x2_px=[9.0],
        view_y2_px=[9.0],
        view_from_us=[0],
        view_to_us=[1],
        notes="",
    )
    drawn = replace(one, scenario="fire")
    shown, missing = showings(VIEW, "K-00000", [one, drawn])
    assert [showing.effect for showing in shown] == [Effect.FIRE]
    assert missing == ["container_fill"]
    shown, missing = showings(VIEW, "K-00001", [one, drawn])
    assert not shown
    assert not missing


def test_truth_is_that_of_depth_1(city: City, taken: Take) -> None:
    """A take of one camera has the very truth-tracks that a run of the whole city gives that camera."""
    plan = taken.plan
    shard = Shard(city, [site.number for site in city.sites], plan, NoiseModel.load(None))
    conveyor = Conveyor(city, plan.start_us)
    shard.begin(conveyor.second())
    name = taken.cameras[0].camera_id
    whole = [one for _ in range(plan.seconds) for one in shard.second(conveyor.second())]
    of_run = [one.message for one in whole if one.topic == "truth-tracks" and one.key == name]
    of_take = [one.message for second in taken.messages for one in second if isinstance(one.message, TruthTracks)]
    assert of_take == of_run
    assert len(of_take) == SECONDS
    # and the film's frames are of the same moments and boxes
    for message, (at_us, seen) in zip(of_take, taken.seconds(taken.cameras[0]), strict=True):
        assert set(message.sample_at_us) <= set(at_us.tolist())
        first = at_us.tolist().index(message.sample_at_us[0])
        boxes = seen.xyxy_px[seen.first[first] : seen.first[first + 1]]
        assert boxes[:, 0].tolist() == [x for x, s in zip(message.box_x1_px, message.box_sample, strict=True) if s == 0]


def test_a_film_is_the_same_twice_and_can_be_decoded(
    city: City, taken: Take, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two films of one take have the same frames and bytes; a decoder gives all of them, without B-frames."""
    first, second = (film(taken, city, tmp_path_factory.mktemp(name), lambda _: None)[0] for name in ("a", "b"))
    assert first == second
    assert first.frames == SECONDS * PACKETS
    with av.open(str(tmp_path_factory.getbasetemp() / "b0" / first.file)) as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == SECONDS * PACKETS
    assert {int(picture.pict_type) for picture in pictures} == {PictureType.I, PictureType.P}
    assert (pictures[0].width, pictures[0].height) == (1920, 1080)
