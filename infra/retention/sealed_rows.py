"""SealedRows: the tables' rows that carry a sealed plate."""

from collections.abc import Mapping, Sequence
from typing import Final

from clickhouse_connect.driver.client import Client

#: Views whose rows have the columns key_period and plate_encrypted.
VIEWS: Final = ("plate_reads", "violations", "leads")


class SealedRows:
    """Counts and samples in ClickHouse; implements destruction.Sealed.

    Args:
        client: connected to the tables' database.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def counts(self, period: str) -> Mapping[str, int]:
        """Return rows with a plate sealed in a period, by view."""
        out = {}
        for view in VIEWS:
            sql = f"SELECT countIf(plate_encrypted IS NOT NULL) FROM {view} WHERE key_period = {{period:String}}"  # noqa: S608
            out[view] = int(self._client.query(sql, parameters={"period": period}).result_rows[0][0])
        return out

    def sample(self, period: str, most: int) -> Sequence[tuple[str, bytes]]:
        """Return at most so many (track, sealed plate) of a period's violations, by the order of their ids' hashes."""
        sql = """
            SELECT track_id, hex(plate_encrypted) FROM violations
            WHERE key_period = {period:String} AND plate_encrypted IS NOT NULL
            ORDER BY sipHash64(violation_id), violation_id LIMIT {most:UInt32}"""
        rows = self._client.query(sql, parameters={"period": period, "most": most}).result_rows
        return [(str(track), bytes.fromhex(sealed)) for track, sealed in rows]
