"""Where a violation rule may propose: zones of a calibrated camera that enforces, some of them with a shape. Pure."""

from collections.abc import Callable
from typing import TypeVar

from processors.rules.place import Place, Scope
from schemas.messages import Zone

C = TypeVar("C")
S = TypeVar("S")


def enforced_scopes(
    place: Place,
    kind: str,
    settings: type[C],
    zone_kinds: frozenset[str],
    triggers: frozenset[str] = frozenset(),
) -> list[Scope[C]]:
    """Return the zones in which a rule applies, as of `Place.zone_scopes`; none where nothing may be proposed."""
    if place.calibration is None or not place.camera.analysis.enforcement:
        return []
    return place.zone_scopes(kind, settings, zone_kinds, triggers)


def shaped_scopes(
    place: Place,
    kind: str,
    settings: type[C],
    zone_kinds: frozenset[str],
    shape_of: Callable[[Place, Zone], S | None],
) -> list[Scope[tuple[S, C]]]:
    """Return those of them whose zone has the shape that the rule needs, with it before the settings.

    Args:
        place: the camera.
        kind: the rule's.
        settings: the rule's.
        zone_kinds: in which it applies by itself.
        shape_of: a zone's shape on the ground; None: it has none.
    """
    out: list[Scope[tuple[S, C]]] = []
    for scope in enforced_scopes(place, kind, settings, zone_kinds):
        shape = shape_of(place, scope.zone) if scope.zone is not None else None
        if shape is not None:
            out.append(Scope(scope.zone, scope.index, scope.bit, (shape, scope.settings), scope.area_m2))
    return out
