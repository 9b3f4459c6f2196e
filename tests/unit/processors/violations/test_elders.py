"""A second box's elder is the one that was near in most seconds in which both were in view."""

from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.elders import Elders
from tests.unit.processors.rules.street import calibration, camera
from tests.unit.processors.violations.film import FPS, Places, both, filmed

HERE = Place(camera(calibration=calibration()))


def counted(near: str, apart: str = "") -> Elders:
    """Return what is counted of a car "b" that an elder track "a" is near to in some seconds.

    Args:
        near: a letter a second: "n" near, "f" far, "-" the elder track is not in view.
        apart: the same of another track, which began later.
    """
    own: Places = [(50.0, 20.0 + n) for n in range(FPS * len(near))]
    offsets = {"n": 2.0, "f": 9.0}

    def beside(letters: str) -> Places:
        places = [(n, offsets.get(letters[n // FPS])) for n in range(len(own))]
        return [None if away is None else (50.0, 20.0 + n - away) for n, away in places]

    seconds = [both(*pair) for pair in zip(filmed(beside(near), "a"), filmed(own, "b"), strict=True)]
    if apart:
        later = [
            replace(one, track_first_seen_us=[at + 1 for at in one.track_first_seen_us])
            for one in filmed(beside(apart), "c")
        ]
        seconds = [both(*pair) for pair in zip(seconds, later, strict=True)]
    elders = Elders()
    for one in seconds:
        elders.take(one.track_id.index("b"), Second(one, HERE))
    return elders


@pytest.mark.parametrize(("near", "name"), [
    ("n", "a"), ("nnf", "a"), ("fnn", "a"), ("nf", None), ("ffnf", None), ("fff", None),
    # once the elder track has ended nothing speaks against it
    ("nn----", "a"), ("nff----n", None),
])  # fmt: skip
def test_it_takes_most_seconds_in_which_both_were_in_view(near: str, name: str | None) -> None:
    """A single second, or half of them, is a neighbour's."""
    elders = counted(near)
    assert elders.vehicle() == name
    assert Elders.unpack(elders.pack()) == elders
    seen = len(near.replace("-", ""))
    assert elders.pack() == [["a", seen, near.count("n")]]


def test_who_began_later_is_not_counted() -> None:
    """Tracks that come and go while the way lasts take no place in the state."""
    assert [name for name, *_ in counted("nnf", "nnn").pack()] == ["a"]
