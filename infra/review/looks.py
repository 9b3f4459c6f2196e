"""Looks: what an officer saw or decided, as a row of the desk's own table, there before anything is shown."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

from clickhouse_connect.driver.client import Client

from infra.review.login import login_name
from infra.review.officers import Officer, Role
from sinks.clickhouse.clickhouse_client import command

#: Role of a look that needs none.
NO_ROLE: Final = "none"


class Opened(StrEnum):
    """What of a case was opened. Only the first two are looks that a verdict rests on, or that claim a case."""

    CASE = "case"
    PLATE = "plate"
    EVIDENCE = "evidence"  # `vigil evidence show`
    PRICE = "price"  # `vigil law explain`
    ACTS = "acts"  # `vigil review audit`


def record_case_look(client: Client, officer: Officer, case_id: str, why: str, opened: Opened) -> None:
    """Put a look at a case on record, under this process's login.

    Args:
        client: connected to the tables' database.
        officer: who looks.
        case_id: the case.
        why: in the officer's words.
        opened: what of it.

    Raises:
        ClickHouseError: it could not be recorded.
    """
    row = {
        "looked_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "look_id": str(uuid4()),
        "case_id": case_id,
        "officer_id": officer.officer_id,
        "login": login_name(),
        "role": next((role for role in (Role.SENIOR, Role.REVIEWER) if role in officer.roles), NO_ROLE),
        "why": why,
        "opened": opened,
    }
    record_look(client, "case_looks", row)


def record_look(client: Client, table: str, row: Mapping[str, Any]) -> None:
    """Insert a look; it is there when this returns, and once although it is sent again.

    Args:
        client: connected to the tables' database.
        table: case_looks, lead_looks or incident_looks.
        row: values by column; its look_id is its own.

    Raises:
        ClickHouseError: it could not be recorded.
    """
    settings = {
        "insert_deduplication_token": row["look_id"],
        "async_insert": 0,
        "date_time_input_format": "best_effort",
    }
    command(client, f"INSERT INTO {table} FORMAT JSONEachRow", json.dumps(row).encode(), settings)
