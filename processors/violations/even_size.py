"""EvenSize: the looks of a way that show a vehicle of one size. Pure.

A detector names an object twice now and then: the second box is half as large again, or a part of it, and its foot lies
metres off (docs/noise.md, doubles). A track that takes it seems to jump. What a vehicle does not change is its height.
"""

from statistics import median_low
from typing import Final

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.upright import Upright
from processors.violations.way import Way

#: A look whose vehicle is so many times as tall as the way's, or as low, is of another box: about three times the
#: standard deviation of a box's height against the median of a few, 0.07 to 0.09 (the noise file's vehicles). Larger:
#: second boxes pass for the vehicle; smaller: some of its own do not. A choice.
MOST_TIMES: Final = 1.25
#: Fewer whole boxes do not tell which of them is odd.
FEWEST: Final = 3


def of_one_size(way: Way, second: Second, place: Place) -> Way:
    """Return a way without the looks whose boxes are of another size than the others; the same one where none is.

    A box that the picture's edge cuts may be lower, not taller.

    Args:
        way: the way.
        second: a second of it.
        place: the camera.
    """
    view = Upright.of(place, second.tracks.width_px, second.tracks.height_px)
    if view is None:
        return way
    sizes = [view.times_a_car(*look.sight.boxes_xyxy_px[:4]) for look in way.looks]
    whole = [tall for tall, look in zip(sizes, way.looks, strict=True) if tall is not None and not look.cut]
    usual = median_low(whole) if len(whole) >= FEWEST else 0.0
    if usual <= 0.0:
        return way
    kept = [
        look
        for tall, look in zip(sizes, way.looks, strict=True)
        if tall is None or (tall <= usual * MOST_TIMES and (look.cut or tall * MOST_TIMES >= usual))
    ]
    return way if len(kept) == len(way.looks) else Way(kept, way.done, way.vehicle_class)
