"""Capture times: the declared start, RTCP where it can be believed, else the earliest arrivals."""

from collections.abc import Sequence

from producers.capture_clock import FileClock, LiveClock
from producers.grouping import Group
from schemas.messages import ClockSource
from tests.unit.producers.packets import groups, packets

TICK_US = 1e6 / 90_000
DAY_US = 86_400_000_000
START = 1_700_000_000_000_000


def arriving(delays_us: Sequence[int], reference_error_us: int | None = None, from_packet: int = 0) -> Sequence[Group]:
    """Groups of one second, the n-th packet of which arrives after its group's delay, with RTCP's time where asked."""
    out = []
    for number, p in enumerate(packets(25 * len(delays_us))):
        captured = START + number * 40_000
        reference = None
        if reference_error_us is not None and number >= from_packet:
            reference = captured + reference_error_us
        out.append(p._replace(arrived_at_us=captured + delays_us[number // 25], reference_us=reference))
    return groups(out)


def test_a_file_plays_from_its_declared_start() -> None:
    """captured_at is the declared start and the time since the first packet."""
    clock = FileClock(START)
    made = [clock.capture(g) for g in groups(packets(75))]
    assert [(c.at_us, c.clock) for c in made] == [(START + n * 1_000_000, ClockSource.FILE) for n in range(3)]


def test_arrival_times_take_the_shortest_delay_seen_and_never_go_back() -> None:
    """A burst after a pause does not move the capture time to its arrival."""
    clock = LiveClock(TICK_US, 5_000_000)
    made = [clock.capture(g) for g in arriving([50_000, 30_000, 900_000, 35_000])]
    assert {c.clock for c in made} == {ClockSource.ARRIVAL}
    late = [c.at_us - START - n * 1_000_000 for n, c in enumerate(made)]
    assert late[0] == 50_000
    assert late[1] == 30_000
    assert 30_000 <= late[2] <= 31_000
    assert 30_000 <= late[3] <= 32_000


def test_rtcp_goes_before_arrival_also_for_packets_before_the_first_report_of_a_group() -> None:
    """The report came with the group's tenth packet; the first packet's time is worked back from it."""
    clock = LiveClock(TICK_US, 5_000_000)
    made = [clock.capture(g) for g in arriving([200_000] * 3, reference_error_us=0, from_packet=35)]
    assert [c.clock for c in made] == [ClockSource.ARRIVAL, ClockSource.RTCP, ClockSource.RTCP]
    assert [c.at_us for c in made[1:]] == [START + 1_000_000, START + 2_000_000]


def test_a_camera_whose_clock_is_wrong_is_not_believed() -> None:
    """A day off: arrival times are used, and how far off it is can be reported."""
    clock = LiveClock(TICK_US, 5_000_000)
    made = [clock.capture(g) for g in arriving([40_000] * 2, reference_error_us=-DAY_US)]
    assert {c.clock for c in made} == {ClockSource.ARRIVAL}
    assert clock.disbelieved_us is not None
    assert -DAY_US - 1_000_000 < clock.disbelieved_us < -DAY_US + 1_000_000


def test_capture_times_of_a_connection_strictly_increase() -> None:
    """A clock that switches to RTCP behind what was already sent does not repeat or reverse time."""
    clock = LiveClock(TICK_US, 5_000_000)
    made = [clock.capture(g) for g in arriving([0] * 4, reference_error_us=-3_000_000, from_packet=50)]
    times = [c.at_us for c in made]
    assert times == sorted(set(times))
