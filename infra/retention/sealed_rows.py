"""SealedRows: the tables' rows that a quarter's key leads back to a plate."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from clickhouse_connect.driver.client import Client

from infra.keys.period import first_day, last_day
from schemas.city_time import CITY

#: Views whose rows have the columns key_period and plate_encrypted.
VIEWS: Final = ("plate_reads", "violations", "leads")
#: Cases whose offence lies in a quarter.
OF_QUARTER: Final = """
    offence_at >= fromUnixTimestamp64Micro({begin_us:Int64}, 'UTC')
    AND offence_at < fromUnixTimestamp64Micro({end_us:Int64}, 'UTC')"""
#: Those with a vehicle: vehicle_key is an HMAC-SHA-256 in hex digits, or, where no plate was read, the track, which no
#: key made.
WITH_VEHICLE: Final = OF_QUARTER + " AND match(vehicle_key, '^[0-9a-f]{64}$')"
#: Rows of cases, by table: they outlive the violations and are what is left when a key is due. A vehicle has another
#: HMAC in each quarter, so a command is of the quarter whose cases have its vehicle. A plate that an officer typed is
#: sealed for a track that only the violation names: it is counted, and no sample can be made of it.
CASES: Final = {
    "cases": f"SELECT count() FROM cases WHERE {WITH_VEHICLE}",  # noqa: S608  constants of this file
    "case_events": f"SELECT count() FROM case_events WHERE {WITH_VEHICLE}",  # noqa: S608
    "case_commands": f"""
        SELECT count() FROM case_commands
        WHERE vehicle_key IN (SELECT vehicle_key FROM case_events WHERE {WITH_VEHICLE})""",  # noqa: S608
    "reviews": f"""
        SELECT count() FROM reviews
        WHERE corrected_plate_encrypted IS NOT NULL
            AND case_id IN (SELECT case_id FROM case_events WHERE {OF_QUARTER})""",  # noqa: S608
}


class SealedRows:
    """Counts and samples in ClickHouse; implements attestation.Sealed.

    Args:
        client: connected to the tables' database.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def counts(self, period: str) -> Mapping[str, int]:
        """Return rows with a plate sealed in a period, or with a vehicle's HMAC of it, by view."""
        out = {}
        for view in VIEWS:
            sql = f"SELECT countIf(plate_encrypted IS NOT NULL) FROM {view} WHERE key_period = {{period:String}}"  # noqa: S608
            out[view] = int(self._client.query(sql, parameters={"period": period}).result_rows[0][0])
        span = {"begin_us": _begin_us(first_day(period)), "end_us": _begin_us(last_day(period) + timedelta(days=1))}
        for view, sql in CASES.items():
            out[view] = int(self._client.query(sql, parameters=span).result_rows[0][0])
        return out

    def sample(self, period: str, most: int) -> Sequence[tuple[str, bytes]]:
        """Return at most so many (track, sealed plate) of a period's violations, by the order of their ids' hashes."""
        sql = """
            SELECT track_id, hex(plate_encrypted) FROM violations
            WHERE key_period = {period:String} AND plate_encrypted IS NOT NULL
            ORDER BY sipHash64(violation_id), violation_id LIMIT {most:UInt32}"""
        rows = self._client.query(sql, parameters={"period": period, "most": most}).result_rows
        return [(str(track), bytes.fromhex(sealed)) for track, sealed in rows]


def _begin_us(day: date) -> int:
    """Return the city's midnight at which a day begins, microseconds since the Unix epoch."""
    return int(datetime.combine(day, time(), CITY).timestamp()) * 1_000_000
