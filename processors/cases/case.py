"""Case: what the stage remembers of one case."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from processors.cases.transitions import State
from schemas.messages import Owner


class GivenVerdict(NamedTuple):
    """What one officer decided.

    Attributes:
        officer_id: who.
        verdict: CONFIRMED or REJECTED.
        reason_code: why.
        vehicle_key: whom a confirmation is against; empty: kept before format 3, which had none.
        article: that a confirmation is for; empty: likewise.
    """

    officer_id: str
    verdict: str
    reason_code: str
    vehicle_key: str = ""
    article: str = ""


@dataclass(slots=True)
class Case:
    """One case. Instants are microseconds since the Unix epoch; 0: has not happened.

    Attributes:
        case_id: the case.
        violation_id: the violation that opened it.
        kind: kind of the violation.
        camera_id: the camera.
        site_id: its site.
        district: its district.
        owner: who runs it.
        article: the article applied.
        offence_at_us: when the offence happened.
        state: where it stands.
        revision: steps told so far.
        tariff_version: version of the tariff last applied.
        imposed_kzt: the fine, tenge; 0 before the prescription and for a warning.
        discount_kzt: what closes the case within the discount term; 0: there is no discount.
        warning: a warning was given, nothing is to be paid.
        last_us: when the last step happened that was no part of a refund.
        issued_us: when the prescription was sent.
        delivered_us: when it was delivered.
        in_force_us: when it came into force.
        executed_us: when the penalty was executed.
        moves: times that it was moved to another vehicle.
        verdicts: in their order.
        money: (when, tenge) of each payment, in the order of the reports.
        seen: digest of each command that was applied or refused, by its id.
        prescribed_kzt: the fine before a court lowered it, tenge; 0: none did.
        owed_back_kzt: what is to be given back, tenge.
        given_back_kzt: what was given back so far, tenge.
        repeat_elsewhere: a penalty under another quarter's key makes this one a repeat.
        owner_class: of the vehicle's owner, by the city's tables; empty: the vehicle is in none.
        found_until_us: when this offence, of a kind that lasts, was last found by another violation; 0: by none.
        proposed_key: the vehicle that its violation names; empty: opened before format 3.
        candidates: articles that may be applied, the one that is proposed first; none: opened before format 3.
        started_at_us: when the offence began, by its violation; 0: opened before format 4.
        rejected_for: code of the reason for which it was rejected; empty: it was not, or before format 4.
    """

    case_id: str
    violation_id: str
    kind: str
    camera_id: str
    site_id: str
    district: str
    owner: Owner
    article: str
    offence_at_us: int
    state: State = State.DETECTED
    revision: int = 0
    tariff_version: str = ""
    imposed_kzt: int = 0
    discount_kzt: int = 0
    warning: bool = False
    last_us: int = 0
    issued_us: int = 0
    delivered_us: int = 0
    in_force_us: int = 0
    executed_us: int = 0
    moves: int = 0
    verdicts: list[GivenVerdict] = field(default_factory=list)
    money: list[tuple[int, int]] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    prescribed_kzt: int = 0
    owed_back_kzt: int = 0
    given_back_kzt: int = 0
    repeat_elsewhere: bool = False
    owner_class: str = ""
    found_until_us: int = 0
    proposed_key: str = ""
    candidates: list[str] = field(default_factory=list)
    started_at_us: int = 0
    rejected_for: str = ""

    @property
    def received_kzt(self) -> int:
        """Money that came so far, tenge."""
        return sum(amount for _, amount in self.money)

    @property
    def confirmed(self) -> bool:
        """Whether a penalty was imposed, or will be: another for the same offence must not be."""
        return self.issued_us > 0 or self.state in (State.CONFIRMED, State.AT_COURT)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        plain = list(VALUES(self))
        plain[VERDICTS] = [tuple(given) for given in self.verdicts]
        return plain

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Case":
        """Return what `pack` gave, or the same after JSON; what earlier formats lack has its default."""
        case = cls(*plain)
        case.owner, case.state = Owner(case.owner), State(case.state)
        case.verdicts = [GivenVerdict(*given) for given in case.verdicts]
        case.money = [(at_us, amount) for at_us, amount in case.money]
        return case


#: Takes the values of a case in the order of its fields.
VALUES = attrgetter(*(entry.name for entry in fields(Case)))
#: Place of the verdicts among them.
VERDICTS = [entry.name for entry in fields(Case)].index("verdicts")
