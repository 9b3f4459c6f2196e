"""What a confirmation is held to before it is sent."""

from dataclasses import replace

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


def test_an_officer_says_who_is_to_decide_where_the_articles_differ_in_it() -> None:
    """A fine of 3 MRP or a court's suspension is chosen in words; where all are one's the first stands."""
    one = replace(READ, courts=["KoAP 596.3"])
    refused = one.refuses("", None)
    assert refused is not None
    assert "KoAP 601 is fined here, KoAP 596.3 is a court's. Choose one with --article" in refused
    assert [one.refuses("", article) for article in READ.articles] == [None, None]
    assert READ.refuses("", None) is None
    assert replace(READ, courts=READ.articles).refuses("", None) is None
