"""What stands below a still: who took it, what it shows, when by the city's clocks, and the signal's time."""

from dataclasses import replace

from sinks.evidence.caption import caption_of, signal_before
from tests.unit.processors.cases.desk import at, violation

MEASURES = {"red_before_onset_s": 0.6, "red_before_middle_s": 1.1, "red_before_peak_s": 1.6, "grace_s": 0.5}


def test_a_still_tells_how_long_the_signal_had_been_red() -> None:
    """Each of the three its own time; what is no time before a picture is left out."""
    red = replace(violation(kind="red_light"), measures=MEASURES)
    told = [caption_of(red, "ALA-1", role, at("2024-05-06T10:00") + 250_000) for role in ("onset", "middle", "peak")]
    assert told == [
        f"ALA-1  red light  {role}  2024-05-06 10:00:00.25 +05:00  red for {seconds:.2f} s"
        for role, seconds in (("onset", 0.6), ("middle", 1.1), ("peak", 1.6))
    ]


def test_a_still_of_what_no_signal_decides_tells_none() -> None:
    """Speeding has no such measure."""
    assert signal_before({"mean_s": 2.0}, "peak") == []
    assert "for" not in caption_of(violation(), "ALA-1", "peak", at("2024-05-06T10:00"))
