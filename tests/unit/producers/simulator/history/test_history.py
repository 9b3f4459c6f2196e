"""A whole history: the same rows however they are cut and whoever makes them, in gapless partitions."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from infra.city_history.run import Order, Outcome, run
from infra.evaluation.implemented import implemented_kinds
from producers.simulator.history.columns import Column, Numbers, Texts, Words, native
from producers.simulator.history.history import History, TopicBlock, combined
from producers.simulator.history.ledger import LEAF
from producers.simulator.history.settings import MOST_VIOLATIONS, HistorySettings
from producers.simulator.history.totals import Totals

SETTINGS = HistorySettings(date(2024, 2, 26), date(2024, 3, 4), 3 * LEAF + 100, LEAF + 5, seed=4)
TODAY = Order(None, 0, digest=True)


@pytest.fixture(scope="module")
def history() -> History:
    """A history of a week around the change of the clock; its blocks end in the middle of leaves."""
    return History(SETTINGS)


def digest(history: History, leaves: int) -> str:
    """Return the digest of a history written in blocks of so many leaves."""
    found: dict[tuple[str, int], bytes] = {}
    for span in history.spans(leaves):
        for block in history.block(span)[0]:
            found |= {(block.topic, number): one for number, one in block.digests()}
    return combined(found)


def blocks(history: History, leaves: int = 2) -> Mapping[str, list[TopicBlock]]:
    """Return all blocks by topic."""
    out: dict[str, list[TopicBlock]] = {}
    for span in history.spans(leaves):
        for block in history.block(span)[0]:
            out.setdefault(block.topic, []).append(block)
    return out


def column(block: TopicBlock, name: str) -> Any:
    """Return a column's values: numbers, or words."""
    found: Column = next(one for one in block.columns if one.name == name)
    if isinstance(found, Words):
        return np.array(found.words, dtype=object)[found.codes]
    assert isinstance(found, Numbers)
    return found.values


def test_kinds_of_violations_are_the_rules_own(history: History) -> None:
    """What is asked of the history by kind finds the same in what the stages write."""
    found = set(np.concatenate([column(block, "kind") for block in blocks(history)["violations"]]))
    assert found == {offence.kind for offence in history.city.mix.offences}
    assert found <= {kind for family, kind in implemented_kinds() if family == "violation"}


def test_rows_depend_on_neither_blocks_nor_processes(history: History) -> None:
    """One digest for blocks of one, two and all leaves, and for one and two processes; another seed has another."""
    expected = digest(history, 1)
    assert digest(history, 2) == digest(history, 100) == expected
    for processes in (1, 2):
        outcome = Outcome(Totals.empty(history.city), dict.fromkeys(history.ledger.bases, 0))
        for done in run(history, TODAY, processes):
            outcome.add(done)
        assert outcome.digest == expected
        assert outcome.totals.to_json() == history.totals().to_json()
    assert (
        digest(History(HistorySettings(SETTINGS.first, SETTINGS.last, SETTINGS.violations, 5, seed=5)), 100) != expected
    )


def test_each_partition_is_filled_without_a_gap(history: History) -> None:
    """Offsets of a topic run from 0 in each partition over all blocks, ascending, as many as the ledger says."""
    for topic, found in blocks(history).items():
        partition = np.concatenate([column(block, "_partition") for block in found])
        offset = np.concatenate([column(block, "_offset") for block in found])
        assert len(offset) == history.ledger.rows(topic)
        for number in range(SETTINGS.partitions):
            mine = offset[partition == number]
            assert len(mine)
            assert np.array_equal(mine, np.arange(len(mine))), topic


def test_all_steps_of_a_case_are_in_the_partition_of_its_key(history: History) -> None:
    """One key, one partition: in case-events, reviews and payments alike."""
    place: dict[int, int] = {}
    for topic, found in blocks(history).items():
        if topic in {"case-events", "reviews", "payments"}:
            for block in found:
                for case, number in zip(block.first * LEAF + block.row, column(block, "_partition"), strict=True):
                    assert place.setdefault(int(case), int(number)) == number, topic


def test_offences_lie_on_the_days_asked_for_and_follow_the_hours(history: History) -> None:
    """All on Almaty's days from the first to the last, in order; the day of 25 hours has no more than its weight."""
    calendar, occurred_us = history.city.calendar, history.plan.occurred_us
    assert len(occurred_us) == SETTINGS.violations
    assert (np.diff(occurred_us) >= 0).all()
    days = calendar.of(occurred_us)
    assert str(calendar.date(int(days[0]))) == "2024-02-26"
    assert str(calendar.date(int(days[-1]))) == "2024-03-04"
    hours = np.bincount((occurred_us - calendar.midnights_us[days]) // 3_600_000_000, minlength=25)
    assert hours[24] == 0
    assert hours[18] > 5 * hours[3]


def test_the_busy_are_busy(history: History) -> None:
    """A tenth of the sites sees more than a quarter of the violations; few are on private ground."""
    city = history.city
    camera = city.places.cameras_of(city.draws, "offence", np.arange(len(history.plan), dtype=np.int64))
    site = city.places.camera_site[camera]
    counts = np.sort(np.bincount(site, minlength=856))[::-1]
    assert counts[:85].sum() > 0.25 * counts.sum()
    assert city.places.site_owner[site].mean() == pytest.approx(0.06, abs=0.01)


def test_incidents_open_update_and_close(history: History) -> None:
    """Every kind occurs; revisions run from 1; an incident opens first and closes last, with a reason then alone."""
    found = blocks(history)["incidents"]
    kinds = set(np.concatenate([column(block, "kind") for block in found]))
    assert kinds == set(history.incidents.kinds)
    for block in found:
        phase, revision, reason = column(block, "phase"), column(block, "revision"), column(block, "close_reason")
        first, last = np.r_[True, np.diff(block.row) > 0], np.r_[np.diff(block.row) > 0, True]
        assert np.array_equal(phase == "OPEN", first)
        assert np.array_equal(phase == "CLOSE", last)
        assert [one is None for one in reason] == (~last).tolist()
        assert np.array_equal(revision == 1, first)
        at_us = column(block, "updated_at_us")
        assert (np.diff(at_us)[np.diff(block.row) == 0] >= 0).all()


def test_two_officers_of_a_case_are_not_one(history: History) -> None:
    """Reviews of one case are by different officers; where two disagree, a third's verdict is the case's."""
    (block,) = blocks(history, 100)["reviews"]
    officer, verdict = column(block, "officer_id"), column(block, "verdict")
    pairs = set(zip(block.row.tolist(), officer, strict=True))
    assert len(pairs) == len(block)
    many = np.bincount(block.row)
    assert set(np.unique(many)) == {0, 1, 2, 3}
    rejected = history.plan.fate == 0
    for case in np.flatnonzero(many == 3)[:50].tolist():
        first, second, third = verdict[block.row == case]
        assert first != second
        assert (third == "REJECTED") == rejected[case]


def test_a_block_is_written_once_for_one_topic_id(history: History) -> None:
    """Ids of topics differ between topics and between histories, and the tokens name them."""
    other = History(HistorySettings(SETTINGS.first, SETTINGS.last, 10, 10, seed=4)).topic_ids
    assert len({*history.topic_ids.values(), *other.values()}) == 10
    (block,) = blocks(history, 100)["violations"]
    assert block.token == f"{history.topic_ids['violations']}:0-{SETTINGS.violations - 1}"
    assert isinstance(history.topic_ids["violations"], UUID)


def test_a_native_block_is_what_the_format_says() -> None:
    """Number of columns and rows, then each column's name, type and values."""
    columns: list[Column] = [
        Numbers("n", "Int32", np.array([1, -1], np.int32)),
        Texts("t", np.frombuffer(b"\x02ab\x00", np.uint8), np.array([3, 4])),
    ]
    assert native(columns, 2) == b"\x02\x02\x01n\x05Int32\x01\0\0\0\xff\xff\xff\xff\x01t\x06String\x02ab\x00"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"last": date(2024, 1, 1)}, "before it begins"),
        ({"violations": 0}, "expected 1 to"),
        ({"violations": MOST_VIOLATIONS + 1}, "expected 1 to"),
        ({"incidents": -1}, "expected none or more"),
        ({"partitions": 0}, "expected 1 to 1024"),
    ],
)
def test_what_cannot_be_a_history_is_refused(changed: Mapping[str, Any], words: str) -> None:
    """The sentence says what was asked for and what can be."""
    asked = {"first": date(2024, 2, 1), "last": date(2024, 2, 2), "violations": 10, "incidents": 1, **changed}
    with pytest.raises(ValueError, match=words):
        HistorySettings(**asked)
