"""A junction without a controller: a drawn clip of a head and a car through perception and tracking to a proposal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from processors.perception.core import PerceptionCore
from processors.perception.detector import Canvas, Found, Model
from processors.perception.gop_store import NoGopReader
from processors.perception.settings import PerceptionSettings
from processors.perception.signals import NoSignals
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from producers.encoded_packet import EncodedPacket
from producers.frames_writer import frames_of
from producers.grouping import Group, Grouper, GroupLimits, Oversized, StreamFormat
from schemas.messages import (
    Camera,
    ClockSource,
    Detections,
    Frames,
    PhaseSource,
    Signal,
    SignalState,
    VideoCodec,
    Violation,
)
from tests.unit.processors.perception.heads import drawn
from tests.unit.processors.perception.heads.drawn import Scene, draw
from tests.unit.processors.rules.street import EPOCH_US, Cameras, play, zone
from tests.unit.processors.violations.junction import APPROACH

#: The picture's side: half the registry's; five pixels a metre.
SIDE_PX = 500
FPS = 10
#: Where the head is drawn: left, top and a lamp's side, pixels of the picture.
HEAD_PX = (400, 40, 14)
#: The front passes the line, 50 m, at this second, with 10 m/s; red begins at second 5.
PASSES_S = 8.0
PLACE = replace(
    APPROACH,
    junction_id=None,
    zones=[
        *APPROACH.zones,
        zone("head", "signal_head", (800, 80, 828, 80, 828, 164, 800, 164), **{"signal_group.NS": 1.0}),
    ],
)


def programme(t_s: float) -> str:
    """Return the lamps that are lit: green, 3 s of amber, red from 5.0 s on."""
    return "g" if t_s < 2 else "a" if t_s < 5 else "r"


def blinking(t_s: float) -> str:
    """Return the same from LEDs that every third frame finds off."""
    return "" if round(t_s * FPS) % 3 == 2 else programme(t_s)


def without_amber(t_s: float) -> str:
    """Return green and then red: no signal in order does that."""
    return "g" if t_s < 5 else "r"


def dark(t_s: float) -> str:
    """Return no lamp."""
    del t_s
    return ""


def night_amber(t_s: float) -> str:
    """Return an amber that flashes."""
    return "a" if t_s % 1 < 0.5 else ""


def picture(t_s: float, lit: str, scene: Scene, hidden_s: tuple[float, float]) -> NDArray[np.uint8]:
    """Return a picture: a dull road, a white car that drives up over the line, the head at the right."""
    out = np.full((SIDE_PX, SIDE_PX, 3), 40, np.uint8)
    left, top, side = HEAD_PX
    head = draw(lit, scene, lamp_px=side, seed=round(1000 * t_s))
    out[top : top + 3 * side, left : left + side] = head
    if hidden_s[0] <= t_s < hidden_s[1]:
        out[top - 20 : top + 4 * side, left - 20 : left + 2 * side] = (40, 60, 150)
    front_px = round(5 * (50 + 10 * (PASSES_S - t_s)))
    if 70 <= front_px <= 450:
        out[front_px - 20 : front_px, 24:36] = 240
    return out


@cache
def clip(
    lamps: Callable[[float], str], scene: Scene = drawn.DAY, hidden_s: tuple[float, float] = (-1.0, -1.0)
) -> Sequence[Frames]:
    """Return 13 s of video as the producers group it."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width = context.height = SIDE_PX
    context.pix_fmt = "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, FPS), Fraction(FPS), FPS
    context.options = {"preset": "ultrafast", "threads": "1", "sc_threshold": "0", "bf": "0"}
    packets = []
    for n in range(13 * FPS):
        frame = av.VideoFrame.from_ndarray(picture(n / FPS, lamps(n / FPS), scene, hidden_s), format="rgb24")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = n, Fraction(1, FPS)
        packets += context.encode(frame)
    packets += context.encode(None)
    form = StreamFormat(
        VideoCodec.H264, SIDE_PX, SIDE_PX, Fraction(1, FPS), bytes(context.extradata or b""), Fraction(FPS)
    )
    grouper = Grouper(form, GroupLimits())
    groups: list[Group | Oversized] = []
    for one in packets:
        data = bytes(one)
        groups += grouper.add(EncodedPacket(one.pts, one.dts, one.duration or 1, one.is_keyframe, data, len(data)))
    groups += grouper.flush()
    return [
        frames_of("cam-1", EPOCH_US, EPOCH_US + group.offset_us, ClockSource.RTCP, group)
        for group in groups
        if isinstance(group, Group)
    ]


class WhiteDetector:
    """Finds what is white, as a car: lamps have colours."""

    async def model(self) -> Model:
        """See Detector."""
        return Model("white", "1-000000000000", 416)

    async def infer(self, canvas: Canvas) -> Found:
        """See Detector."""
        white = canvas.min(axis=2) > 190
        white[:, 200:] = False
        if not white.any():
            return Found(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))
        rows, columns = np.flatnonzero(white.any(1)), np.flatnonzero(white.any(0))
        box = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
        return Found(box, np.array([0.9], np.float32), np.array([2], np.int32))


class Controller:
    """Tells that the group NS has been red, or green, since second 5."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal

    async def in_force(self, junction_id: str, at_us: int, created_at_ms: int) -> Sequence[SignalState] | None:
        """See SignalSource."""
        del junction_id, created_at_ms
        since_us = EPOCH_US + 5_000_000
        return [SignalState("NS", self._signal if at_us >= since_us else Signal.AMBER, min(at_us, since_us))]


def perceived(
    frames: Sequence[Frames], place: Camera = PLACE, signal: Signal | None = None, *, at_once: bool = True
) -> list[Detections]:
    """Return the detections of a clip, with a controller that tells `signal` or without one."""
    source = NoSignals() if signal is None else Controller(signal)
    core = PerceptionCore(WhiteDetector(), NoGopReader(), source, PerceptionSettings())
    out = play(core, Cameras(place), frames, at_once=at_once)[0]  # type: ignore[arg-type]
    core.close()
    return out


def proposed(detections: Sequence[Detections], place: Camera = PLACE) -> list[Violation]:
    """Return the violations that follow."""
    tracks = play(TrackingCore(), Cameras(place), detections)[0]  # type: ignore[arg-type]
    return [one for one in play(ViolationsCore(), Cameras(place), tracks)[0] if one.kind == "red_light"]


@pytest.mark.parametrize(
    ("lamps", "scene"),
    [(programme, drawn.DAY), (programme, drawn.NIGHT), (blinking, drawn.CLOUDS), (programme, drawn.OVEREXPOSED_DAY)],
    ids=["day", "night", "LEDs that flicker", "overexposed"],
)
def test_a_red_that_only_the_picture_shows_is_proposed(lamps: Callable[[float], str], scene: Scene) -> None:
    """Three seconds after red began, within the sampling's interval, and the proposal says who told the phase."""
    (one,) = proposed(perceived(clip(lamps, scene)))
    assert one.signal_source is PhaseSource.PICTURE
    assert abs(one.measures["red_s"] - 3.0) <= 0.15 + 1.96 * one.measures["red_error_s"]
    (ground,) = (e for e in one.exculpations if e.ground == "signal_failure")
    assert ground.outcome == "cleared"
    assert "NS as their heads in the picture showed" in ground.reason


def test_the_signals_are_the_same_however_the_seconds_come() -> None:
    """A batch, or one by one with the state through its bytes: red since 5 s, give or take half a sample."""
    frames = clip(programme)
    at_once = perceived(frames)
    assert perceived(frames, at_once=False) == at_once
    (state,) = at_once[8].signals
    assert (state.signal, state.source, at_once[8].signals_known) == (Signal.RED, PhaseSource.PICTURE, True)
    assert abs(state.since_us - EPOCH_US - 4_950_000) <= state.since_within_us <= 150_000


@pytest.mark.parametrize("lamps", [dark, night_amber])
def test_a_head_that_is_off_forbids_nothing(lamps: Callable[[float], str]) -> None:
    """Dark, or amber that flashes: no red, no proposal."""
    assert proposed(perceived(clip(lamps))) == []


def test_a_red_whose_begin_nobody_saw_is_no_proof() -> None:
    """Hidden by a bus from the green until after the car: unknown stays unknown."""
    hidden = perceived(clip(programme, drawn.DAY, (1.5, 10.0)))
    assert {state.signal for one in hidden[3:] for state in one.signals} <= {Signal.UNKNOWN}
    assert not any(one.signals_known for one in hidden[3:10])
    assert proposed(hidden) == []


def test_a_head_without_its_amber_is_out_of_order() -> None:
    """Green and at once red: no signal in order does that, so the proposal is dropped."""
    (one,) = proposed(perceived(clip(without_amber)))
    (ground,) = (e for e in one.exculpations if e.ground == "signal_failure")
    assert (ground.outcome, ground.reason.endswith("in an order that no signal in order has")) == ("dropped", True)


def test_a_controllers_word_goes_first_and_a_contradiction_is_flagged() -> None:
    """Told red by both: cleared. The head shows red and the controller tells green: nobody is proposed."""
    place = replace(PLACE, junction_id="J-1")
    (one,) = proposed(perceived(clip(programme), place, Signal.RED), place)
    assert one.signal_source is PhaseSource.CONTROLLER
    (ground,) = (e for e in one.exculpations if e.ground == "signal_failure")
    assert (ground.outcome, "1 heads in the picture agreed" in ground.reason) == ("cleared", True)
    assert proposed(perceived(clip(programme), place, Signal.GREEN), place) == []
    (one,) = proposed(perceived(clip(dark), place, Signal.RED), place)
    (ground,) = (e for e in one.exculpations if e.ground == "signal_failure")
    assert ground.outcome == "flagged"
    assert ground.reason == "the controller tells RED of signal group NS, its head in the picture shows DARK"
