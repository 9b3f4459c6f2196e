"""Joined: a track that begins in a turn goes on with the one that was lost there. Pure."""

import math
from collections.abc import Sequence

from processors.rules.second import Second
from processors.violations.course import SPEED_UP_MPS2
from processors.violations.stop_line import StopLine
from processors.violations.turn_settings import TurnSettings
from processors.violations.turn_steady import ALONG_ERROR_M, MOST_HIDDEN_S, steady
from processors.violations.way import Look, Way, looks_by_track

#: From look to look a box's height changes by no more than this factor; a bus is twice as high as a car.
MOST_GROWTH = 1.7
#: Two boxes of one vehicle in one picture have their feet within so much across, metres: less than a lane's width.
SAME_PLACE_M = 2.0


def joined(ways: dict[str, Way], second: Second, line: StopLine, settings: TurnSettings) -> None:
    """Let new tracks beyond a line go on with the ways of lost ones, in place.

    In a turn a box changes its form and place faster than the tracker foretells, and the track breaks. A track that
    begins beyond the line goes on with a way whose track ended beyond it just before, where one vehicle can have driven
    from one to the other and no other way fits. A track that was hidden for longer than a look begins anew: it may be
    the vehicle's second box.
    """
    t = second.tracks
    if not t.box_x_m or all(way.looks[-1].along_m < 0 for way in ways.values()):
        return
    seen = {t.track_id[i]: own for i, own in looks_by_track(second, line).items()}
    for name, own in seen.items():
        # Who goes on with another's way is seen beyond the line, and new or hidden for longer than a look.
        if all(look.along_m < 0 for look in own):
            continue
        known = ways.get(name)
        if known is not None and own[0].at_us - known.looks[-1].at_us <= MOST_HIDDEN_S * 1e6:
            continue
        fits: list[tuple[str, list[Look]]] = []
        for lost, way in ways.items():
            until = seen.get(lost, [])
            # A doubled box lets two tracks go on side by side for a look; the one that is seen last is the vehicle's.
            last = until[-1] if until else way.looks[-1]
            if lost == name or last.along_m < 0 or last.at_us >= own[-1].at_us:
                continue
            looks = [*way.looks, *until]
            # Who is seen beside it in a picture of this second, farther aside than a doubled box, is another vehicle.
            if any(one.at_us == last.at_us and abs(one.across_m - last.across_m) > SAME_PLACE_M for one in own):
                continue
            here = next((look for look in own if look.at_us > looks[-1].at_us), None)
            if here is not None and here.along_m >= 0 and _alike(looks[-1], here) and _goes_on(looks, here, settings):
                fits.append((lost, looks))
        if len(fits) == 1:
            lost, looks = fits[0]
            way = ways[name] = ways.pop(lost)
            way.looks = looks


def _alike(look: Look, other: Look) -> bool:
    """Say whether two boxes are about as high: a lorry or a bus is none that was a car just before."""
    before_px, after_px = look.height_px, other.height_px
    return before_px / MOST_GROWTH <= after_px <= before_px * MOST_GROWTH


def _goes_on(looks: Sequence[Look], here: Look, settings: TurnSettings) -> bool:
    """Say whether a vehicle with these looks can be at another one after them."""
    last = looks[-1]
    lasted_s = (here.at_us - last.at_us) / 1e6
    if len(looks) < 2 or last.along_m < 0 or not 0 < lasted_s <= settings.most_gap_s:
        return False
    driven_mps = math.hypot(last.along_m - looks[-2].along_m, last.across_m - looks[-2].across_m) / (
        (last.at_us - looks[-2].at_us) / 1e6
    )
    reach_m = (driven_mps + SPEED_UP_MPS2 * lasted_s) * lasted_s + ALONG_ERROR_M
    way_m = math.hypot(here.along_m - last.along_m, here.across_m - last.across_m)
    return way_m <= reach_m and steady([*looks[-2:], here._replace(cut=False)], 0, settings)
