"""Which article a case is for: the first that the violation proposes, or the one that officers chose among them."""

from typing import Any, Final

import pytest

from tests.unit.processors.cases.desk import Desk, with_share

#: Turned round over the middle line: 601, or 596.3, which is a court's.
U_TURN: Final[dict[str, Any]] = {"article": "KoAP 601", "kind": "u_turn", "besides": ("KoAP 596.3",)}
#: Against the traffic: a court's, or a fine where suspension does not apply, from 2025-03-13 on.
WRONG_WAY: Final[dict[str, Any]] = {
    "when": "2025-05-06T10:00", "article": "KoAP 596.3", "kind": "wrong_way", "besides": ("KoAP 596.3-1",),
}  # fmt: skip


def test_without_a_choice_the_first_article_holds() -> None:
    """A case is for what the violation proposes first."""
    desk = Desk()
    case_id = desk.violate(**U_TURN)
    desk.review(case_id)
    assert {event.article for event in desk.events} == {"KoAP 601"}


def test_an_officer_takes_what_a_court_decides() -> None:
    """A turn over the middle line as 596.3: confirmed for a court at 0 KZT, and nothing is ever sent."""
    desk = Desk()
    case_id = desk.violate(**U_TURN)
    desk.review(case_id, article="KoAP 596.3")
    assert desk.told(case_id)[-1] == ("CONFIRMED", 0)
    assert desk.events[-1].article == "KoAP 596.3"
    assert "a judge decides" in desk.events[-1].reason
    desk.deadline(case_id, "ISSUE", "2024-05-07T12:00")
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]


def test_an_officer_takes_the_fine_where_suspension_does_not_apply() -> None:
    """596.3-1 in the place of 596.3: the case is fined by that article's own price, and no court is asked."""
    desk = Desk()
    case_id = desk.violate(**WRONG_WAY)
    desk.review(case_id, when="2025-05-07T09:00", article="KoAP 596.3-1")
    desk.deadline(case_id)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED", "ISSUED"]
    assert desk.events[-1].article == "KoAP 596.3-1"
    price = desk.core.terms.sanction(
        "KoAP 596.3-1", *[desk.core.terms.day(desk.events[-1].happened_at_us)] * 2, "first"
    )
    assert desk.events[-1].amount_kzt == price.amount_kzt > 0


@pytest.mark.parametrize("article", ["KoAP 599", "601", "KoAP 593.2"])
def test_only_a_candidate_can_be_chosen(article: str) -> None:
    """Another article, a misspelt one, one outside the cameras' scope of the day: refused with the candidates."""
    desk = Desk()
    case_id = desk.violate(**{**U_TURN, "besides": ("KoAP 596.3", "KoAP 593.2")})
    desk.review(case_id, article=article)
    assert desk.steps(case_id) == ["DETECTED"]
    assert desk.refused[0].endswith("KoAP 601, KoAP 596.3")


def test_officers_who_choose_another_article_do_not_agree() -> None:
    """A third decides, and for which; the first one's choice prices nothing before."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate(**U_TURN)
    desk.review(case_id, article="KoAP 596.3")
    desk.review(case_id, officer="officer-2")
    assert (desk.steps(case_id), desk.case(case_id).article) == (["DETECTED"], "KoAP 601")
    desk.review(case_id, officer="officer-3", article="KoAP 596.3")
    assert (desk.steps(case_id), desk.events[-1].article) == (["DETECTED", "CONFIRMED"], "KoAP 596.3")


@pytest.mark.parametrize("first", ["no_offence", "KoAP 601"])
def test_nobody_is_fined_for_an_article_that_one_officer_of_three_names(first: str) -> None:
    """An article that no second officer confirmed is in doubt: rejected, wrong_article, at the proposed price."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate(**{**U_TURN, "besides": ("KoAP 596.3", "KoAP 596.2")})
    if first == "no_offence":
        desk.review(case_id, "REJECTED", reason=first)
    else:
        desk.review(case_id, article=first)
    desk.review(case_id, officer="officer-2", article="KoAP 596.3")
    desk.review(case_id, officer="officer-3", article="KoAP 596.2")
    assert (desk.steps(case_id), desk.refused) == (["DETECTED", "REJECTED"], [])
    assert (desk.events[-1].reason, desk.events[-1].article) == ("wrong_article", "KoAP 601")


def test_who_names_the_first_article_agrees_with_who_names_none() -> None:
    """Leaving the proposal as it is and naming it are the same choice."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate(**U_TURN)
    desk.review(case_id)
    desk.review(case_id, officer="officer-2", article="KoAP 601")
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]
