"""`vigil review emergency`: plates that officers rejected as emergency vehicles, for whoever keeps the register."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import click
from clickhouse_connect.driver.client import Client
from rich.table import Table

from infra.cli.officer_commands import as_json_option, keys, officer_named, officer_option, sentences, tables
from infra.cli.stage_inputs import city_day, exempt_vehicles
from infra.cli.whole_table import print_whole
from infra.keys.key_store import KeyStore
from infra.review.desk import ReviewError
from infra.review.emergency_plates import EmergencyPlate, RejectedCase, gathered, register_lines
from infra.review.looks import Opened, record_case_look
from infra.review.officers import Officer, Role
from infra.review.plate_opening import NO_STORE, SealedCasePlate, shown
from infra.settings import Settings
from processors.violations.exempt_vehicles import ExemptVehiclesError
from sinks.clickhouse.clickhouse_client import query

Day = click.DateTime(["%Y-%m-%d"])


@click.command()
@officer_option
@click.option("--why", required=True, help="Why the plates are opened; kept with each look.")
@click.option("--from", "first", type=Day, help="First day of the offences, Almaty's.  [default: 90 days before --to]")
@click.option("--to", "last", type=Day, help="Last day, included.  [default: today]")
@click.option("--most", type=click.IntRange(1, 10_000), default=1_000, show_default=True, help="Newest cases at most.")
@click.option("--service", help="Write lines for the register instead, with this service, such as ambulance.")
@click.option("--plate", "chosen", multiple=True, help="With --service: only this plate; may be repeated.")
@as_json_option
@sentences
def emergency(
    officer: str,
    why: str,
    first: datetime | None,
    last: datetime | None,
    most: int,
    service: str | None,
    chosen: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """List plates whose cases officers rejected with the reason emergency_vehicle, with the cases and their days.

    They may be missing in the register of exempt vehicles (VIGIL_EXEMPT_VEHICLES, docs/rules.md). Nothing changes it:
    whoever keeps it decides, and adds the lines that --service writes. For officers with the roles senior and plates,
    where VIGIL_KEY_STORE has the keys; each plate that is opened is on record first.

    \b
    Examples:
      vigil review emergency --officer officer-2 --why "monthly look at the register"
      vigil review emergency --officer officer-2 --why "act 12" --service ambulance --plate 123ABC02 >> exempt.csv
    """
    who = officer_named(officer)
    who.needs(Role.SENIOR)
    who.needs(Role.PLATES)
    if not why.strip():
        raise ReviewError("plates are opened for a reason; expected --why in a few words")
    if chosen and service is None:
        raise click.UsageError("--plate goes with --service: it chooses the lines for the register")
    settings = Settings()
    store = keys(settings)
    if store is None:
        raise ReviewError(NO_STORE)
    register = exempt_vehicles()
    client = tables(settings)
    to = last.date() if last else city_day()
    cases = _cases(client, first.date() if first else to - timedelta(days=90), to, most)
    plates, closed = gathered(cases, lambda case: _opened(client, who, store, case, why), register)
    if len(cases) == most:
        click.echo(f"the newest {most} cases alone; --most or --from and --to show others", err=True)
    if closed:
        click.echo(f"{closed} cases have no plate that opens: not read, key destroyed, or violation gone", err=True)
    if service is not None:
        try:
            click.echo(register_lines(_chosen(plates, chosen), service), nl=False)
        except ExemptVehiclesError as error:
            raise ReviewError(str(error)) from error
    elif as_json:
        click.echo(json.dumps([_json(one) for one in plates], indent=1))
    else:
        table = Table("plate", "cases", "first", "last", "in the register", "case ids")
        for one in plates:
            ids = "\n".join(case.case_id for case in one.cases)
            table.add_row(one.plate, str(len(one.cases)), one.days[-1], one.days[0], one.service or "-", ids)
        print_whole(table)


def _cases(client: Client, first: date, last: date, most: int) -> Sequence[RejectedCase]:
    sql = (resources.files("infra.review") / "queries" / "emergency.sql").read_text(encoding="utf-8")
    return [RejectedCase(*row) for row in query(client, sql, {"first": first, "last": last, "most": most})]


def _opened(client: Client, officer: Officer, store: KeyStore, case: RejectedCase, why: str) -> str | None:
    """Return the plate of a case, on record before it is opened; None: it stays closed."""
    plate = SealedCasePlate(case.track_id, case.key_period, bytes.fromhex(case.sealed_hex))

    def record() -> None:
        record_case_look(client, officer, case.case_id, why, Opened.PLATE)

    return shown(officer, plate, store, record).text


def _chosen(plates: Sequence[EmergencyPlate], chosen: Sequence[str]) -> Sequence[EmergencyPlate]:
    """Return the plates that lines are written of: the chosen ones, or all that the register lacks.

    Raises:
        ReviewError: a chosen plate is none of those that were rejected so.
    """
    if not chosen:
        return [one for one in plates if one.service is None]
    known = {one.plate: one for one in plates}
    wanted = [text.replace(" ", "").upper() for text in chosen]
    missing = [text for text in wanted if text not in known]
    if missing:
        raise ReviewError(f"{', '.join(missing)}: no case of these days was rejected as an emergency vehicle's")
    return [known[text] for text in wanted]


def _json(one: EmergencyPlate) -> dict[str, Any]:
    cases = [
        {"case_id": case.case_id, "day": day, "camera_id": case.camera_id}
        for case, day in zip(one.cases, one.days, strict=True)
    ]
    return {"plate": one.plate, "in_register": one.service, "cases": cases}
