"""What a confirmation is held to before it is sent."""

import pytest

from infra.review.proposal import Proposal

READ = Proposal("a1" * 32, "t1", 1_714_971_600_000_000, ["KoAP 601", "KoAP 596.3"])
UNREAD = Proposal("S-1-cam/1714971599000000/17", "t1", 1_714_971_600_000_000, ["KoAP 601"])


@pytest.mark.parametrize("article", [None, "KoAP 601", "KoAP 596.3"])
def test_what_is_proposed_can_be_confirmed(article: str | None) -> None:
    """With and without a choice among the articles."""
    assert READ.refuses("", article) is None


def test_an_article_that_is_not_proposed_is_refused_with_those_that_are() -> None:
    """The sentence lists them and says what to do where none is right."""
    said = str(READ.refuses("", "KoAP 599"))
    assert "KoAP 601, KoAP 596.3" in said
    assert "wrong_article" in said


def test_no_plate_is_confirmed_with_one_alone() -> None:
    """Neither read nor typed: the sentence names both ways."""
    said = str(UNREAD.refuses("", None))
    assert "--plate" in said
    assert "plate_unreadable" in said
    assert UNREAD.refuses("123ABC02", None) is None
