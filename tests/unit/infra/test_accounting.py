"""The demo's balance must find every loss and every double, and name the link."""

from infra.demo.accounting import Second, TableCount, balance


def seconds(*numbers: int) -> list[Second]:
    """Camera-seconds of one camera."""
    return [("ALA-1", 1_000_000, n) for n in numbers]


def test_a_complete_chain_balances() -> None:
    """Nothing is missing or double where every link holds every camera-second once."""
    all_of_them = seconds(0, 1, 2)
    account = balance(all_of_them, all_of_them, all_of_them, all_of_them, all_of_them, [])
    assert (account.produced, account.stored, account.missing, account.duplicated, account.repeated) == (3, 3, 0, 0, 0)
    assert account.lost_at == {}


def test_a_lost_second_is_named_with_its_link() -> None:
    """A second that tracking dropped is missing, and said to be lost there."""
    account = balance(seconds(0, 1), seconds(0, 1), seconds(0), seconds(0, 1), seconds(0), [])
    assert account.missing == 1
    assert account.lost_at == {"tracking": seconds(1)}


def test_a_second_that_only_one_table_holds_is_missing() -> None:
    """Stored means both tables: detections alone are not enough."""
    account = balance(seconds(0), seconds(0), seconds(0), seconds(0), [], [])
    assert account.missing == 1
    assert account.lost_at == {"clickhouse-sink": seconds(0)}


def test_a_dead_letter_is_accounted_for() -> None:
    """A refused second is neither missing nor stored."""
    account = balance(seconds(0, 1), seconds(0), seconds(0), seconds(0), seconds(0), seconds(1))
    assert (account.missing, account.dead_lettered, account.stored) == (0, 1, 1)


def test_doubles_in_tables_count_and_repeats_in_topics_are_shown_apart() -> None:
    """A message that a stage sent twice is harmless; a row that a view shows twice is not."""
    account = balance(seconds(0), seconds(0, 0), seconds(0), seconds(0), seconds(0, 0), [])
    assert (account.duplicated, account.repeated, account.missing) == (1, 1, 0)


def test_a_table_equals_its_topic_only_row_for_row() -> None:
    """Rows that repeat an offset do not make up for missing ones."""
    assert TableCount(messages=3, rows=3, distinct=3, facts=2).equal
    assert not TableCount(messages=3, rows=3, distinct=2, facts=2).equal
    assert not TableCount(messages=3, rows=2, distinct=2, facts=2).equal
