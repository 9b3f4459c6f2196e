"""Average speed needs two plates that agree, no rival, and the whole tolerance interval beyond limit and margin."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.sections.average_speed import average_speed
from processors.sections.core import Section, SectionsCore
from processors.sections.plate_match import agreement, names_two
from processors.sections.settings import SectionSettings
from processors.stage_core import KeyBatch, Record, Refusal
from schemas.messages import ClockSource, Evidence, Owner, Passage, PlateCandidate, SectionEnd, Violation
from tests.unit.processors.rules.street import EPOCH_US, Cameras

LENGTH_M, LIMIT_KMH = 400.0, 60.0
SURE = {"123ABC02": 0.9, "128ABC02": 0.1}


def passage(end: SectionEnd, at_s: float, track: str = "a", plates: dict[str, float] | None = None) -> Passage:
    """Return a passage at a time after the epoch."""
    name = f"cam-{end.value.lower()}"
    picture = Evidence(
        "onset" if end is SectionEnd.START else "peak",
        name,
        EPOCH_US,
        3,
        1,
        77,
        EPOCH_US,
        [track],
        [1.0, 2.0, 3.0, 4.0],
    )
    return Passage(
        section_id="7",
        end=end,
        camera_id=name,
        site_id="site-1",
        district="Medeu",
        owner=Owner.PUBLIC,
        zone_id="zone",
        epoch_us=EPOCH_US,
        track_id=track,
        vehicle_class=2,
        crossed_at_us=EPOCH_US + round(at_s * 1e6),
        crossed_error_s=0.02,
        place_error_m=0.3,
        speed_kmh=64.0,
        section_length_m=LENGTH_M,
        section_limit_kmh=LIMIT_KMH,
        candidates=[PlateCandidate(*one) for one in (SURE if plates is None else plates).items()],
        reads=4,
        clock_source=ClockSource.RTCP,
        evidence=picture,
        registry_version=1,
        calibration_version=3,
        calibration_method="survey",
        model_version="m1",
        frames_created_at_ms=1,
        tracks_partition=2,
        tracks_offset=500,
    )


def start(at_s: float = 0.0, track: str = "a", plates: dict[str, float] | None = None) -> Passage:
    """Return a passage of the section's start."""
    return passage(SectionEnd.START, at_s, track, plates)


def end(at_s: float, track: str = "z", plates: dict[str, float] | None = None) -> Passage:
    """Return a passage of the section's end."""
    return passage(SectionEnd.END, at_s, track, plates)


#: Another vehicle, with which the start's camera has shown everybody who came before it.
NEXT = start(36.0, "next", {"900NXT01": 1.0})


def run(
    passages: Sequence[Passage],
    *,
    at_once: bool = True,
    rules: SectionSettings | None = None,
    then: Sequence[Passage] = (NEXT,),
) -> tuple[list[Violation], Section, list[Refusal]]:
    """Return violations, last state and refusals; not at once: a batch a message, the state through its bytes."""
    core = SectionsCore(rules)
    records = [Record(one, 0, n, 0) for n, one in enumerate([*passages, *then])]
    state, out, refused = core.initial("7"), [], []
    for batch in [records] if at_once else [[record] for record in records]:
        if not at_once:
            state = core.from_bytes("7", core.to_bytes(state))
        (result,) = asyncio.run(core.advance([KeyBatch("7", state, batch)], Cameras()))
        state = result.state
        out += [output.message for output in result.outputs]
        refused += list(result.refusals)
    return out, state, refused


def seconds_at(kmh: float) -> float:
    """Return the time that the section takes at a speed."""
    return 3.6 * LENGTH_M / kmh


def test_a_driver_too_fast_on_average_is_proposed_with_both_pictures() -> None:
    """80 km/h where 60 are allowed: measurement, uncertainty, article and a picture from each camera."""
    (one,), state, _ = run([start(), end(seconds_at(80.0))])
    assert (one.kind, one.limit, one.unit, one.camera_id, one.track_id) == (
        "section_speed",
        60.0,
        "km/h",
        "cam-end",
        "z",
    )
    assert one.measured == pytest.approx(80.0, abs=0.01)
    assert 0.2 < one.measured_error < 1.0
    assert [article.code for article in one.articles] == ["KoAP 592.1"]
    assert [e.camera_id for e in one.evidence] == ["cam-start", "cam-end"]
    assert one.started_at_us == EPOCH_US
    assert one.measures["travel_s"] == pytest.approx(18.0, abs=0.01)
    assert one.measures["plate_match_ratio"] == pytest.approx(0.82)
    assert state.waiting == {SectionEnd.START: [NEXT], SectionEnd.END: []}


def test_the_uncertainty_is_that_of_length_and_time_together() -> None:
    """By squares: 0.2 % of 400 m and 0.3 m at each line; 0.02 s at each line and 0.05 s of each clock."""
    speed = average_speed(start(), end(18.0), SectionSettings())
    assert speed is not None
    length_m = (0.8**2 + 2 * 0.3**2) ** 0.5
    time_s = (2 * 0.02**2 + 2 * 0.05**2) ** 0.5
    assert speed.error_kmh == pytest.approx(80.0 * ((length_m / 400) ** 2 + (time_s / 18) ** 2) ** 0.5, abs=0.01)


@pytest.mark.parametrize("kmh", [50.0, 60.0, 69.0, 70.0, 70.5])
def test_an_interval_that_reaches_below_limit_and_margin_is_none(kmh: float) -> None:
    """Within the law, within the statute's margin, and at its end with an error."""
    assert run([start(), end(seconds_at(kmh))])[0] == []


def test_arrival_times_at_a_producer_are_worth_less() -> None:
    """72 km/h: beyond by the cameras' own clocks, not by clocks that the network delays."""
    pair = [start(), end(seconds_at(72.0))]
    assert len(run(pair)[0]) == 1
    assert run([replace(one, clock_source=ClockSource.ARRIVAL) for one in pair])[0] == []


def test_the_order_in_which_two_cameras_arrive_changes_nothing() -> None:
    """The end's passage may come first."""
    pair = [start(), end(seconds_at(80.0))]
    assert len(run(pair)[0]) == 1
    assert run(pair)[0] == run(pair[::-1])[0]


@pytest.mark.parametrize("gap_s", [24.0, 0.75], ids=["few", "a busy street"])
@pytest.mark.parametrize("ahead", list(SectionEnd))
def test_a_camera_that_lags_by_minutes_loses_nobody(ahead: SectionEnd, gap_s: float) -> None:
    """Ten minutes of one camera's passages come before the other's, as when a backlog is worked off: all are found."""
    number = round(600.0 / gap_s)
    at = {SectionEnd.START: 0.0, SectionEnd.END: seconds_at(80.0)}
    of = {
        side: [passage(side, gap_s * n + at[side], f"t{n}", {f"{n:03}ABC02": 1.0}) for n in range(number)]
        for side in SectionEnd
    }
    behind = SectionEnd.END if ahead is SectionEnd.START else SectionEnd.START
    last = start(600.0 + at[SectionEnd.END], "next", {"900NXT01": 1.0})
    assert len(run([*of[ahead], *of[behind]], then=[last])[0]) == number


PLATES = ("123ABC02", "128ABC02", "555XYZ05", "556XYZ05")


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_interleaving_of_two_cameras_gives_the_same(data: st.DataObject) -> None:
    """Whatever the readings, and however far one camera is ahead, within what is waited for: the same messages."""
    reading = st.fixed_dictionaries({}, optional=dict.fromkeys(PLATES, st.sampled_from([0.2, 0.5, 0.9]))).filter(bool)
    cameras = []
    for make in (start, end):
        ways = data.draw(st.lists(st.tuples(st.integers(0, 120), reading), max_size=8, unique_by=lambda way: way[0]))
        cameras.append([make(float(at), f"t{at}", read) for at, read in sorted(ways, key=lambda way: way[0])])
    in_time = sorted([*cameras[0], *cameras[1]], key=lambda one: one.crossed_at_us)
    mixed, left = [], [list(own) for own in cameras]
    while any(left):
        side = data.draw(st.sampled_from([own for own in left if own]))
        mixed.append(side.pop(0))
    then = [start(1_000.0, "next", {"900NXT01": 1.0}), end(1_000.0, "last", {"901NXT01": 1.0})]
    found = [sorted(run(order, then=then)[0], key=lambda one: one.violation_id) for order in (in_time, mixed)]
    assert found[0] == found[1]


def test_nobody_is_proposed_before_a_rival_could_be_seen() -> None:
    """The end's camera is ahead: the pair waits until the start's has shown who else may carry the plate."""
    pair = [end(seconds_at(80.0)), start()]
    rival = start(1.0, "b", {"128ABC02": 0.5, "123ABC02": 0.4})
    assert run(pair, then=[])[0] == []
    assert run([*pair, rival])[0] == []
    assert len(run(pair)[0]) == 1


def test_a_camera_that_says_nothing_is_not_waited_for_for_ever() -> None:
    """The start's camera is lost after the pair: the end's own traffic decides it, after what is waited for."""
    pair = [start(), end(seconds_at(80.0))]
    lag_s = SectionSettings().most_lag_s
    soon, late = (end(18.0 + after, "y", {"555XYZ05": 1.0}) for after in (lag_s - 1.0, lag_s + 1.0))
    assert run([*pair, soon], then=[])[0] == []
    assert len(run([*pair, late], then=[])[0]) == 1


def test_passages_that_come_again_change_nothing() -> None:
    """Each again, and both again: one violation with one id."""
    pair = [start(), end(seconds_at(80.0))]
    assert len(run([*pair, *pair, pair[1], pair[0]])[0]) == 1


def test_batches_and_restarts_change_nothing() -> None:
    """Message by message, with the state through its bytes, as at once."""
    passages = [start(), start(1.0, "b", {"555XYZ05": 1.0}), end(seconds_at(80.0)), end(19.0, "y", {"555XYZ05": 0.8})]
    assert run(passages, at_once=False)[:2] == run(passages)[:2]


def test_plates_are_held_together_by_all_their_candidates() -> None:
    """The sum over texts of the product: two doubtful readings of one plate agree by what they share."""
    a = [PlateCandidate("A", 0.6), PlateCandidate("B", 0.4)]
    b = [PlateCandidate("B", 0.7), PlateCandidate("C", 0.3)]
    assert agreement(a, b) == pytest.approx(0.28)
    assert agreement(a, [PlateCandidate("C", 1.0)]) == 0.0


@pytest.mark.parametrize(
    "passages",
    [
        [start(plates={"123ABC02": 0.3}), end(seconds_at(80.0), plates={"123ABC02": 0.3})],
        [start(), end(seconds_at(80.0), plates={"999ZZZ09": 1.0})],
        [start(), start(1.0, "b", {"128ABC02": 0.5, "123ABC02": 0.4}), end(seconds_at(80.0))],
    ],
    ids=["doubtful", "another plate", "a rival"],
)
def test_plates_that_are_not_surely_one_vehicle_are_not_paired(passages: list[Passage]) -> None:
    """Too doubtful, another text, or a second vehicle whose plate may be it as well."""
    assert run(passages)[0] == []


#: A track that went over from one vehicle to another.
MIXED = {"123ABC02": 0.7, "715BHB05": 0.01}


@pytest.mark.parametrize(
    "passages",
    [
        [start(), end(seconds_at(80.0), plates=MIXED)],
        [start(plates=MIXED), end(seconds_at(80.0))],
    ],
    ids=["at the end", "at the start"],
)
def test_a_track_with_two_plates_proves_no_time(passages: list[Passage]) -> None:
    """Where a reading's two best texts are of two vehicles, the time may be the other's: nobody is proposed."""
    assert run(passages)[0] == []


def test_the_vehicles_own_passage_counts_after_a_mixed_one() -> None:
    """A mixed track at the end takes no partner: the vehicle's own track has it."""
    out = run([start(), end(seconds_at(90.0), "x", MIXED), end(seconds_at(80.0))])[0]
    assert [one.track_id for one in out] == ["z"]


@pytest.mark.parametrize(
    ("texts", "two"),
    [
        (["123ABC02"], False),
        (["123ABC02", "128ABC02"], False),
        (["123ABC02", "128AEG02"], False),
        (["123ABC02", "715BHC02"], True),
        (["123ABC02", "715"], True),
    ],
)
def test_two_plates_share_less_than_half_their_signs(texts: list[str], two: bool) -> None:  # noqa: FBT001
    """A misreading changes a sign or two; another vehicle's plate most of them."""
    assert names_two([PlateCandidate(text, 0.5) for text in texts]) is two


def test_each_vehicle_meets_its_own_plate() -> None:
    """Two in the section at once: the fast one is proposed, the lawful one is not."""
    out = run([start(), start(1.0, "b", {"555XYZ05": 1.0}), end(18.0), end(26.0, "y", {"555XYZ05": 1.0})])[0]
    assert [one.track_id for one in out] == ["z"]


def test_two_tracks_of_one_vehicle_are_no_rivals() -> None:
    """A vehicle that a camera took for two at one moment is proposed once."""
    assert len(run([start(), start(0.2, "b"), end(18.0), end(18.1, "y")])[0]) == 1


def test_registry_entries_that_disagree_fine_nobody() -> None:
    """While the two cameras tell different limits or lengths of one section, nothing is proposed."""
    other = replace(end(seconds_at(100.0)), section_limit_kmh=80.0)
    assert run([start(), other])[0] == []


def test_who_has_had_time_enough_is_forgotten() -> None:
    """Both cameras have shown what came after it for longer than the section takes at its limit, and what may be late.

    While one of them lags it is kept, up to what is waited for.
    """
    keep_s = SectionSettings().keep_us(LENGTH_M, LIMIT_KMH) / 1e6
    assert keep_s == pytest.approx(24.0 + 30.0)
    late = start(keep_s + 1, "b", {"555XYZ05": 1.0})
    seen = end(keep_s + 1, "y", {"556XYZ05": 1.0})
    state = run([start(), late, seen], then=[])[1]
    assert [one.track_id for one in state.waiting[SectionEnd.START]] == ["b"]
    assert b"123ABC02" not in zlib.decompress(SectionsCore().to_bytes(state)[1:])
    lagging = run([start(), late], then=[])[1]
    assert [one.track_id for one in lagging.waiting[SectionEnd.START]] == ["a", "b"]
    silent = start(SectionSettings().most_lag_s + keep_s + 1, "b", {"555XYZ05": 1.0})
    assert [one.track_id for one in run([start(), silent], then=[])[1].waiting[SectionEnd.START]] == ["b"]


def test_a_state_is_bounded() -> None:
    """However many enter and never leave, so many wait; the oldest leave."""
    few = SectionSettings(most_waiting=3)
    left: list[None] = []
    core = SectionsCore(few, pushed_out=lambda: left.append(None))
    records = [Record(start(n / 100, f"t{n}", {f"P{n}": 1.0}), 0, n, 0) for n in range(10)]
    asyncio.run(core.advance([KeyBatch("7", core.initial("7"), records)], Cameras()))
    assert len(left) == 7
    state = run([start(n / 100, f"t{n}", {f"P{n}": 1.0}) for n in range(10)], rules=few, then=[])[1]
    assert [one.track_id for one in state.waiting[SectionEnd.START]] == ["t7", "t8", "t9"]


@pytest.mark.parametrize(
    "changes", [{"section_length_m": 0.0}, {"section_limit_kmh": float("nan")}, {"place_error_m": -1.0}]
)
def test_a_passage_whose_numbers_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """One refusal, and the others of the batch go on."""
    out, _, refused = run([start(), replace(start(1.0, "b"), **changes), end(seconds_at(80.0))])
    assert len(out) == 1
    assert [one.record for one in refused] == [1]


def test_a_state_of_another_format_is_refused() -> None:
    """The sentence names the section and both formats."""
    with pytest.raises(ValueError, match="section 7 has format 9, this version reads 2"):
        SectionsCore().from_bytes("7", b"\x09[]")
