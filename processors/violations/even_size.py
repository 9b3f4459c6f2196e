"""EvenSize: the looks of a way that show a vehicle of one size. Pure.

A detector names an object twice now and then: the second box is half as large again, or a part of it, and its foot lies
metres off (docs/noise.md, doubles). A track that takes it seems to jump. What a vehicle does not change is its height.
"""

from statistics import median_low
from typing import Final

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.upright import Upright
from processors.violations.way import Look, Way

#: A look whose vehicle is so many times as tall as the way's, or as low, is of another box: about three times the
#: standard deviation of a box's height against the median of a few, 0.07 to 0.09 (the noise file's vehicles). Larger:
#: second boxes pass for the vehicle; smaller: some of its own do not. A choice.
MOST_TIMES: Final = 1.25
#: A box may be cut off that ends so near to the picture's lower edge, of a whole one's height: twice what the edges of
#: the detector's boxes err by (decision 0187).
EDGE_RATIO: Final = 0.14
#: Fewer whole boxes do not tell which of them is odd.
FEWEST: Final = 3


def of_one_size(way: Way, second: Second, place: Place) -> Way:
    """Return a way without the looks whose boxes are of another size than the others; the same one where none is.

    A box that the picture's edge cuts may be lower, not taller. So may one that ends near the edge, by EDGE_RATIO, and
    would end beyond it were it as tall as the others: of what is cut off the detector draws the lower edge a little
    above the picture's. Such a look is cut in what is returned.

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
    kept: list[Look] = []
    for tall, look in zip(sizes, way.looks, strict=True):
        if tall is None or (tall <= usual * MOST_TIMES and (look.cut or tall * MOST_TIMES >= usual)):
            kept.append(look)
        elif 0.0 < tall < usual and _ends_beyond(look, usual / tall, second.tracks.height_px):
            kept.append(look._replace(cut=True))
    same = len(kept) == len(way.looks) and all(a is b for a, b in zip(kept, way.looks, strict=True))
    return way if same else Way(kept, way.done, way.vehicle_class)


def _ends_beyond(look: Look, times: float, height_px: int) -> bool:
    """Say whether a box so many times as tall, with the same upper edge, would end at or beyond the picture's edge."""
    _, top_px, _, low_px = look.sight.boxes_xyxy_px[:4]
    tall_px = (low_px - top_px) * times
    return low_px >= height_px - EDGE_RATIO * tall_px and top_px + tall_px >= height_px
