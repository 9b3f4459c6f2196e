"""What each error of ClickHouse asks for."""

import pytest

from sinks.clickhouse.error_class import Remedy, remedy_of


@pytest.mark.parametrize(
    ("code", "text", "remedy"),
    [
        (None, "connection refused", Remedy.AGAIN),
        (159, "timeout", Remedy.AGAIN),
        (202, "too many simultaneous queries", Remedy.AGAIN),
        (241, "memory limit", Remedy.AGAIN),
        (242, "table is in readonly mode: replica lost its session", Remedy.AGAIN),
        (252, "Too many parts (300). Merges are processing significantly slower than inserts", Remedy.AGAIN),
        (252, "Too many partitions for single INSERT block (more than 100)", Remedy.PERSON),
        (516, "authentication failed", Remedy.PERSON),
        (60, "table does not exist", Remedy.PERSON),
        (164, "readonly", Remedy.PERSON),
        (469, "constraint is violated", Remedy.CONTENT),
        (117, "Avro enum index 13 is out of range", Remedy.CONTENT),
        (376, "cannot parse uuid", Remedy.CONTENT),
        (1001, "std::exception. type: avro::Exception, e.what() = EOF reached", Remedy.CONTENT),
        (1001, "std::exception. type: std::filesystem::filesystem_error", Remedy.AGAIN),
        (987_654, "a code of a later version", Remedy.PERSON),
    ],
)
def test_09_remedy(code: int | None, text: str, remedy: Remedy) -> None:
    """Trouble of the service never counts as content; what is unknown throws nothing away."""
    assert remedy_of(code, text) is remedy
