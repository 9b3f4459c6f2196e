"""FALSE_PLATE: cameras see another kind of vehicle than the table has under that plate.

Only motorcycles against what has four wheels and more: detectors take vans for cars, lorries and buses, and never a
motorcycle for one of them (docs/noise.md).
"""

from typing import Final

from processors.leads.finding import Finding, Question
from processors.leads.seen import Seen
from schemas.messages import LeadKind

#: COCO-80 class ids by kind of vehicle.
CLASS_OF: Final = {"car": 2, "motorcycle": 3, "bus": 5, "truck": 7}
MOTORCYCLE: Final = CLASS_OF["motorcycle"]
_NAMES: Final = {number: name for name, number in CLASS_OF.items()}


def rule(question: Question) -> Finding | None:
    """Return the finding, or None: the kind may be the registered one, or too few cameras say otherwise."""
    entry = question.entry
    registered = None if entry is None else CLASS_OF.get(entry.vehicle_class)
    if registered is None or not differs(registered, question.seen.vehicle_class):
        return None
    others: dict[str, Seen] = {}
    for one in question.earlier:
        if not differs(registered, one.vehicle_class):
            return None  # a camera saw what is registered
        if one.camera_id != question.seen.camera_id:
            others.setdefault(one.camera_id, one)
    if len(others) + 1 < question.settings.class_sightings:
        return None
    name = _NAMES.get(question.seen.vehicle_class, f"class {question.seen.vehicle_class}")
    return Finding(
        LeadKind.FALSE_PLATE,
        f"registered as a {_NAMES[registered]}, seen as a {name} by {len(others) + 1} cameras",
        {"cameras": float(len(others) + 1)},
        tuple(others.values()),
    )


def differs(registered: int, seen: int) -> bool:
    """Say whether a class that was seen cannot be the registered one."""
    return (registered == MOTORCYCLE) != (seen == MOTORCYCLE)
