"""Which requests carry data behind an INSERT, and where it begins."""

import pytest

from infra.local.clickhouse_front.insert_statement import parse_insert


@pytest.mark.parametrize(
    ("text", "target", "form", "data"),
    [
        (b"INSERT INTO t FORMAT Native\n\x00\n\n", "INSERT INTO t", "Native", b"\x00\n\n"),
        (b"insert into `d`.`t` (`a`, `b`) format CSV\r\n1,2", "insert into `d`.`t` (`a`, `b`)", "CSV", b"1,2"),
        (
            b"INSERT INTO t (`values`, `fo)rmat`) FORMAT Avro\nObj",
            "INSERT INTO t (`values`, `fo)rmat`)",
            "Avro",
            b"Obj",
        ),
        (b"INSERT INTO TABLE t (* EXCEPT(b)) FORMAT CSV 1", "INSERT INTO TABLE t (* EXCEPT(b))", "CSV", b"1"),
        (b"INSERT INTO t (a) VALUES (1), ('x\n\ny')", "INSERT INTO t (a)", "Values", b" (1), ('x\n\ny')"),
        (b"INSERT INTO t FORMAT JSONEachRow", "INSERT INTO t", "JSONEachRow", b""),
    ],
)
def test_data_is_told_from_the_statement(text: bytes, target: str, form: str, data: bytes) -> None:
    """The statement, its format and every byte behind it."""
    found = parse_insert(text)
    assert found is not None
    assert (found.target, found.format, bytes(found.data)) == (target, form, data)


def test_settings_stay_with_the_statement() -> None:
    """A SETTINGS clause goes behind the file, where the grammar wants it; quotes in the path are escaped."""
    found = parse_insert(b"INSERT INTO t (a) SETTINGS async_insert = 0, x = 'a;b' FORMAT CSV\n1")
    assert found is not None
    assert found.from_file("/it's") == (
        "INSERT INTO t (a) FROM INFILE '/it\\'s' COMPRESSION 'none' SETTINGS async_insert = 0, x = 'a;b' FORMAT CSV"
    )


@pytest.mark.parametrize(
    "text",
    [
        b"SELECT 1 FORMAT CSV",
        b"INSERT INTO t SELECT * FROM s FORMAT CSV",
        b"INSERT INTO t (a) SELECT 'VALUES (1)'",
        b"INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        b"INSERT INTO FUNCTION file('x') SELECT 1",
    ],
)
def test_other_queries_are_left_alone(text: bytes) -> None:
    """Where the data is a query or a file, the engine gets the text as it is."""
    assert parse_insert(text) is None
