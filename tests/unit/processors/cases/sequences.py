"""Sequences of messages that cases may meet: usual ways, shuffled, with noise; and the desk that they are sent to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from processors.cases.opening import case_id_of
from processors.cases.relay.core import command_of
from processors.cases.terms import DeadlineName
from processors.cases.transitions import TransitionTable
from schemas.messages import CaseCommand, Review, Verdict
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, at, with_share

CARS: Final = (CAR, OTHER_CAR)
#: What officers read in the pictures.
READ: Final = (*CARS, "c3" * 32)
#: A vehicle whose plate was not read.
TRACK: Final = "S-4-cam/1714971599000000/17"
#: How long a section's drive took, seconds.
DRIVE_S: Final = 300
#: Kinds that one act may be found as, and how far two findings of it may be apart.
STAND: Final = ("stand", 14_400)
SPEED: Final = ("speed", 60)
TURN: Final = ("turn", 60)
ACTS: Final = {
    "sidewalk_parking": STAND, "crossing_parking": STAND, "speeding": SPEED, "section_speed": SPEED, "u_turn": TURN,
}  # fmt: skip
#: Articles that a kind proposes beside its first: a court's.
BESIDES: Final = {"u_turn": ["KoAP 596.3"]}
#: Violations that a sequence may hold: two cars, times and sites so near that some are one offence.
VIOLATIONS: Final = tuple(
    (f"v{n}", f"2024-05-06T{when}", TRACK if site == "S-4" else CARS[n % 2], site, article, kind)
    for n, (when, site, article, kind) in enumerate(
        [("10:00:00", "S-1", "KoAP 592.2", "speeding"), ("10:00:00", "S-1", "KoAP 592.2", "speeding"),
         ("10:00:20", "S-1", "KoAP 592.2", "speeding"), ("10:00:40", "S-1", "KoAP 592.2", "speeding"),
         ("10:00:50", "S-2", "KoAP 592.2", "speeding"), ("10:00:59", "S-2", "KoAP 596.3", "speeding"),
         ("10:00:00", "S-3", "KoAP 597.2", "sidewalk_parking"), ("10:02:00", "S-3", "KoAP 597.2", "sidewalk_parking"),
         ("13:59:00", "S-3", "KoAP 597.2", "sidewalk_parking"), ("12:30:00", "S-3", "KoAP 597.2", "sidewalk_parking"),
         ("10:00:00", "S-4", "KoAP 592.2", "speeding"), ("10:01:00", "S-3", "KoAP 597.1", "crossing_parking"),
         ("10:05:00", "S-5", "KoAP 592.2", "section_speed"), ("10:05:00", "S-6", "KoAP 592.2", "section_speed"),
         ("10:00:00", "S-7", "KoAP 601", "u_turn"), ("10:00:30", "S-7", "KoAP 601", "u_turn")]
    )
)  # fmt: skip
KINDS: Final = ("DELIVERED", "PAYMENT", "PAYMENT", "APPEAL", "COURT_DECISION", "REFUND")
OUTCOMES: Final = ("cancelled", "upheld", "changed", None)
MOVES_MONEY: Final = ("PAYMENT", "REFUND", "COURT_DECISION")
SUMS: Final = (1_000, 18_460, 36_920, 110_760)


def usual(draw: Random, violation: tuple[str, ...], day: int) -> list[tuple[Any, ...]]:
    """Return the way that a case usually goes, by one of its ends, with a plate corrected now and then."""
    name = violation[0]
    articles = [None, *BESIDES.get(violation[5], [])]
    agreed = draw.choice([None, None, *CARS]), draw.choice(articles)
    way: list[tuple[Any, ...]] = [("violate", violation)]
    for officer in draw.sample([1, 2, 3], draw.choice([2, 2, 3])):
        differs = draw.random() < 0.3
        corrected, article = (draw.choice(READ), draw.choice(articles)) if differs else agreed
        verdict = "REJECTED" if draw.random() < 0.2 else "CONFIRMED"
        way.append(("review", name, verdict, officer, corrected, day, article))
    way += [("deadline", name, day + 1), ("report", name, "DELIVERED", 0, None, day + 3)]
    ends: list[list[tuple[Any, ...]]] = [
        [("report", name, "PAYMENT", 18_460, None, day + 5)],
        [("deadline", name, day + 60), ("report", name, "PAYMENT", draw.choice(SUMS), None, day + 62)],
        [("report", name, "APPEAL", 0, None, day + 20), ("report", name, "COURT_DECISION", 0, "upheld", day + 40)],
        [("deadline", name, day + 60), ("deadline", name, day + 200)],
        [("report", name, "APPEAL", 0, None, day + 20), ("report", name, "PAYMENT", draw.choice(SUMS), None, day + 25),
         ("report", name, "COURT_DECISION", draw.choice(SUMS), draw.choice(OUTCOMES), day + 40),
         ("report", name, "PAYMENT", draw.choice(SUMS), None, day + 45),
         *(("report", name, "REFUND", draw.choice(SUMS), None, day + 50 + part) for part in range(3))],
        [("report", name, "PAYMENT", draw.choice(SUMS[1:]), None, day + 5),
         ("report", name, "COURT_DECISION", draw.choice(SUMS), draw.choice(OUTCOMES), day + 40),
         *(("report", name, "REFUND", draw.choice(SUMS), None, day + 50 + part) for part in range(3))],
    ]  # fmt: skip
    return way + draw.choice(ends)


def noise(draw: Random, names: Sequence[str]) -> tuple[Any, ...]:
    """Return something that may come at any time, of one of these violations most often: whatever step it is at."""
    name = draw.choice(names) if draw.random() < 0.9 else draw.choice(VIOLATIONS)[0]
    return draw.choice(
        [
            ("violate", draw.choice(VIOLATIONS)),
            (
                "review",
                name,
                draw.choice(["CONFIRMED", "REJECTED"]),
                draw.randint(1, 3),
                draw.choice([None, *READ]),
                draw.randint(0, 70),
                draw.choice([None, None, None, "KoAP 596.3"]),
            ),
            (
                "report",
                name,
                draw.choice(KINDS),
                draw.choice(SUMS),
                draw.choice(OUTCOMES),
                draw.randint(0, 500),
            ),
            ("withdraw", name, draw.randint(0, 70)),
            ("deadline", name, draw.randint(0, 800)),
            ("astray", name, draw.choice(VIOLATIONS)[0], draw.randint(1, 3), draw.randint(0, 70)),
        ]
    )


def term(draw: Random, name: str) -> tuple[Any, ...]:
    """Return any deadline of a case, of any of its last steps: too early, too late, of a step that it is not at."""
    deadline = draw.choice([*DeadlineName, DeadlineName.ISSUE])
    return "term", name, deadline, draw.choice([0, 0, 0, 1, 2]), draw.randint(0, draw.choice([10, 70, 800]))


def sequence(seed: int) -> list[tuple[Any, ...]]:
    """Return the usual ways of some cases, shuffled into each other, with noise and with commands that come again."""
    draw = Random(seed)
    act = draw.choice([None, STAND, SPEED, TURN])
    found = [violation for violation in VIOLATIONS if act in (None, ACTS[violation[5]])]
    chosen = draw.sample(found, draw.randint(1, min(4, len(found))))
    ways = [usual(draw, violation, draw.randint(1, 5)) for violation in chosen]
    names = [way[0][1][0] for way in ways]
    out: list[tuple[Any, ...]] = []
    while any(ways):
        at = draw.choice([n for n, way in enumerate(ways) if way])
        out.append(ways[at].pop(0))
        if draw.random() < 0.25:
            out.append(noise(draw, names))
        if draw.random() < 0.25:
            out.append(term(draw, names[at]))
        if draw.random() < 0.3:
            out.append(("again", draw.randint(0, len(out))))
    return out


class Sent(NamedTuple):
    """A command that was sent.

    Attributes:
        command: the command.
        offset: of the log at which it came.
        refused: it was.
    """

    command: CaseCommand
    offset: int
    refused: bool


class Recorder(Desk):
    """A desk that keeps what was sent to it.

    Args:
        share: of the cases for two officers.
        table: default: the one that ships.
    """

    def __init__(self, share: float, table: TransitionTable | None = None) -> None:
        super().__init__(rules=with_share(share), table=table)
        self.sent: list[Sent] = []

    def send(self, command: CaseCommand) -> None:
        """Apply and keep."""
        offset, before = self._offset, len(self.refused)
        super().send(command)
        self.sent.append(Sent(command, offset, len(self.refused) > before))

    def astray(self, case_id: str, of_case_id: str, officer: str, when: str) -> None:
        """Let a confirmation of one case come in a command for another."""
        self._ids += 1
        decided = at(when)
        review = Review(
            f"rev-{self._ids}", of_case_id, Verdict.CONFIRMED, "", "", None, None, officer, decided, decided
        )
        data, vehicle = self.codec.encode("reviews", review), self.vehicle_of[case_id]
        self.send(replace(command_of(review, data, vehicle, "reviews", 0, self._offset), case_id=case_id))


def _day(number: int) -> str:
    return (datetime(2024, 5, 6, 12) + timedelta(days=number)).isoformat()  # noqa: DTZ001  local, as `at` reads it


def played(
    operations: Sequence[Sequence[Any]], share: float, *, repeats: bool = True, table: TransitionTable | None = None
) -> Recorder:
    """Return a desk after a sequence; without `repeats` the commands that come again are left out."""
    desk = Recorder(share, table)
    for name, *rest in operations:
        if name not in ("violate", "again") and case_id_of(rest[0]) not in desk.vehicle_of:
            continue  # the relay lets none through for a case that no event told of
        if name == "violate":
            violation, when, car, site, article, kind = rest[0]
            lasted_s = DRIVE_S if kind == "section_speed" else 0.5
            desk.violate(
                violation, when, vehicle=car, site=site, article=article, kind=kind, lasted_s=lasted_s,
                besides=BESIDES.get(kind, []),
            )  # fmt: skip
        elif name == "review":
            violation, verdict, officer, corrected, day, article = rest
            reason = "" if verdict == "CONFIRMED" else "no_offence"
            of_case = case_id_of(violation)
            desk.review(of_case, verdict, _day(day), f"officer-{officer}", reason, corrected, article=article)
        elif name == "withdraw":
            desk.review(case_id_of(rest[0]), "REJECTED", _day(rest[1]), "officer-1", "no_offence", withdraws=True)
        elif name == "report":
            violation, kind, amount, outcome, day = rest
            desk.report(case_id_of(violation), kind, _day(day), amount if kind in MOVES_MONEY else 0, "", outcome)
        elif name == "deadline":
            _pass(desk, case_id_of(rest[0]), rest[1])
        elif name == "term":
            desk.deadline(case_id_of(rest[0]), rest[1], _day(rest[3]), rest[2])
        elif name == "astray":
            desk.astray(case_id_of(rest[0]), case_id_of(rest[1]), f"officer-{rest[2]}", _day(rest[3]))
        elif repeats and rest[0] < len(desk.sent):
            old = desk.sent[rest[0]].command
            Desk.send(desk, replace(old, source_offset=old.source_offset + 5_000))
    return desk


def _pass(desk: Recorder, case_id: str, day: int) -> None:
    """Let the deadline of the case's last step pass, too early or late as it falls."""
    told = [event for event in desk.events if event.case_id == case_id]
    names = {"DETECTED": "LIABILITY", "CONFIRMED": "ISSUE", "ISSUED": "EXECUTION", "DELIVERED": "APPEAL"}
    desk.deadline(case_id, names.get(told[-1].step.value, "PAYMENT"), _day(day))
