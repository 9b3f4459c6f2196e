"""CaseEvent: One step of a case, with the money of that step."""

from dataclasses import dataclass

from schemas.messages.case_step import CaseStep
from schemas.messages.owner import Owner


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step of a case, with the money of that step.

    Attributes:
        case_id: The case.
        revision: Step of this case, from 1, contiguous; 0 of NOT_OPENED, which opens none.
        step: What happened.
        vehicle_key: HMAC of the plate, or the track where it is unread.
        violation_id: The violation.
        kind: Kind of the violation.
        camera_id: The camera.
        site_id: Site of the camera.
        district: District of the camera.
        owner: Who runs the camera.
        article: Article applied.
        tariff_version: Version of the tariff applied.
        amount_kzt: Amount of this step, tenge; 0 where none.
        offence_at_us: When the offence happened, microseconds since the Unix epoch.
        happened_at_us: When this step happened, microseconds since the Unix epoch.
        reason: Why, in words or a reason code.
        commands_partition: Partition of the case command.
        commands_offset: Offset of the case command.
        owner_class: Class of the vehicle's owner by the city's tables: INDIVIDUAL, SMALL_BUSINESS, ...; null: it is in
            none.
    """

    case_id: str
    revision: int
    step: CaseStep
    vehicle_key: str
    violation_id: str
    kind: str
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    article: str | None
    tariff_version: str | None
    amount_kzt: int
    offence_at_us: int
    happened_at_us: int
    reason: str
    commands_partition: int
    commands_offset: int
    owner_class: str | None = None
