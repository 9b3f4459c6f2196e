"""`vigil review incident`: officers say of incidents whether they happened. Each look is recorded first."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from infra.cli.officer_commands import (
    NOTHING,
    as_json_option,
    most_option,
    officer_named,
    officer_option,
    sentences,
    tables,
)
from infra.cli.whole_table import print_whole
from infra.review.incident_desk import IncidentDesk
from infra.review.incident_reasons import incident_reasons
from infra.review.officers import Role
from infra.settings import Settings
from schemas.city_time import to_the_second
from schemas.messages import Verdict

incident_argument = click.argument("incident")
remark_option = click.option("--remark", default="", help="In the officer's words.")


@click.group("incident", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Review incidents. None leaves the house unless an officer confirms it here (docs/incidents.md).

    Officers need the role incidents. What they reject as a false alarm is the share in `vigil report incidents`.

    \b
    Examples:
      vigil review incident next --officer officer-1
      vigil review incident confirm INCIDENT --officer officer-1
      vigil review incident reject INCIDENT --officer officer-1 --reason not_there
      vigil review incident list
    """


def _desk() -> IncidentDesk:
    settings = Settings()
    return IncidentDesk(settings, tables(settings))


@command.command("next")
@officer_option
@as_json_option
@sentences
def next_incident(officer: str, *, as_json: bool) -> None:
    """Open the next incident, the most urgent and then the newest first; the look is recorded.

    Ends with 3 where nothing waits. What another officer opened in the last 15 minutes is left to them.

    \b
    Examples:
      vigil review incident next --officer officer-1
      vigil review incident next --officer officer-1 --json | jq .measures
    """
    who, desk = officer_named(officer), _desk()
    found = desk.next(who)
    if found is None:
        click.echo("[]" if as_json else f"nothing waits for {officer}")
        raise SystemExit(NOTHING)
    _show(desk.look(who, found, "queue"), as_json=as_json)


@command.command()
@incident_argument
@officer_option
@click.option("--why", required=True, help="Why the incident is opened; kept with the look.")
@as_json_option
@sentences
def show(incident: str, officer: str, why: str, *, as_json: bool) -> None:
    """Open a certain incident, decided or not; the look and its reason are recorded.

    \b
    Example:
      vigil review incident show crowd-0123456789abcdef0123 --officer officer-1 --why "the post asks"
    """
    who, desk = officer_named(officer), _desk()
    _show(desk.look(who, incident, why), as_json=as_json)


@command.command()
@incident_argument
@officer_option
@remark_option
@as_json_option
@sentences
def confirm(incident: str, officer: str, remark: str, *, as_json: bool) -> None:
    """Confirm that an incident happened as it was found; this officer must have looked at it.

    Only then may its evidence be exported. A senior may decide anew what another officer decided: the last verdict
    stands.

    \b
    Example:
      vigil review incident confirm crowd-0123456789abcdef0123 --officer officer-1
    """
    _decide(incident, officer, Verdict.CONFIRMED, "", remark, as_json=as_json)


@command.command()
@incident_argument
@officer_option
@click.option("--reason", required=True, help="A code; 'vigil review incident reasons' lists them.")
@remark_option
@as_json_option
@sentences
def reject(incident: str, officer: str, reason: str, remark: str, *, as_json: bool) -> None:
    """Reject an incident that this officer has looked at: a false alarm, or nothing to be told to anyone.

    \b
    Examples:
      vigil review incident reject crowd-0123456789abcdef0123 --officer officer-1 --reason not_there
      vigil review incident reject crowd-0123456789abcdef0123 --officer officer-1 --reason permitted --remark "a fair"
    """
    _decide(incident, officer, Verdict.REJECTED, reason, remark, as_json=as_json)


@command.command("list")
@most_option
@as_json_option
@sentences
def list_incidents(most: int, *, as_json: bool) -> None:
    """List incidents that nobody has decided, the most urgent and then the newest first.

    No facts are shown, so no look is recorded.

    \b
    Examples:
      vigil review incident list
      vigil review incident list --most 1000 --json | jq length
    """
    found = _desk().waiting(most)
    if as_json:
        shown = [{name: _plain(value) for name, value in one.items() if name != "looker"} for one in found]
        click.echo(json.dumps(shown, indent=1))
        return
    table = Table("incident", "kind", "severity", "opened (Almaty)", "district", "camera")
    for one in found:
        words = (one["incident_id"], one["kind"], one["severity"], _local(one["opened_at"]))
        table.add_row(*words, one["district"], one["camera_id"])
    print_whole(table)


@command.command()
@incident_argument
@officer_option
@as_json_option
@sentences
def audit(incident: str, officer: str, *, as_json: bool) -> None:
    """Show who opened or decided an incident, when and why; for seniors.

    \b
    Example:
      vigil review incident audit crowd-0123456789abcdef0123 --officer officer-2
    """
    officer_named(officer).needs(Role.SENIOR)
    acts = _desk().audit(incident)
    if as_json:
        click.echo(json.dumps([{name: _plain(value) for name, value in one.items()} for one in acts], indent=1))
        return
    table = Table("at (Almaty)", "officer", "login", "act", "why")
    for one in acts:
        table.add_row(_local(one["at"]), one["officer_id"], one["login"] or "-", one["act"], escape(one["why"]))
    print_whole(table)


@command.command()
@as_json_option
def reasons(*, as_json: bool) -> None:
    """List the reasons to reject an incident, and which of them make it a false alarm.

    \b
    Example:
      vigil review incident reasons
    """
    found = incident_reasons()
    if as_json:
        listed = {code: {"words": one.words, "false_alarm": one.false_alarm} for code, one in found.items()}
        click.echo(json.dumps(listed, indent=1))
        return
    table = Table("code", "words", "false alarm")
    for code, one in found.items():
        table.add_row(code, one.words, "yes" if one.false_alarm else "no")
    print_whole(table)


def _decide(incident: str, officer: str, verdict: Verdict, reason: str, remark: str, *, as_json: bool) -> None:
    """Decide, and say that the verdict is on its way: the tables have it once the sink has written it."""
    review = _desk().decide(officer_named(officer), incident, verdict, reason, remark)
    if as_json:
        sent = {"review_id": review.review_id, "incident_id": incident, "verdict": verdict.value, "state": "sent"}
        click.echo(json.dumps(sent))
    else:
        click.echo(f"sent: {verdict} {incident} ({review.review_id})")


def _plain(value: Any) -> Any:
    """Return what JSON can hold: instants of the tables, which are UTC's, with their offset."""
    if not isinstance(value, datetime):
        return value
    return (value if value.tzinfo is not None else value.replace(tzinfo=UTC)).isoformat()


def _local(instant: datetime | None) -> str:
    """Return an instant of the tables as the city's clocks showed it."""
    return "-" if instant is None else to_the_second(instant)


def _show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({name: _plain(value) for name, value in facts.items()}, indent=1, ensure_ascii=False))
        return
    console = Console(highlight=False)
    name = facts["incident_id"]
    console.print(
        f"[bold]{name}[/bold]  {facts['kind']}, {facts['severity']}, {facts['camera_id']}, {facts['district']}"
    )
    console.print(facts["summary"], markup=False)
    closed = f"closed {_local(facts['closed_at'])} ({facts['close_reason']})" if facts["closed_at"] else "still open"
    found = f"began {_local(facts['started_at'])}, found {_local(facts['opened_at'])}"
    console.print(f"{found}, {closed}; revision {facts['revision']}")
    measures = Table("measure", "value", "limit")
    for measure, value in sorted(facts["measures"].items()):
        limit = facts["limits"].get(measure)
        measures.add_row(measure, f"{value:g}", "-" if limit is None else f"{limit:g}")
    print_whole(measures, console=console)
    pictures = Table("picture", "camera", "taken (Almaty)")
    for one in facts["pictures"]:
        pictures.add_row(one["role"], one["camera_id"], one["at"])
    print_whole(pictures, console=console)
    console.print(f"see them, if kept: vigil evidence show {facts['evidence_case']}")
    console.print(
        f"then: vigil review incident confirm {name} --officer ID   or   "
        f"vigil review incident reject {name} --officer ID --reason CODE"
    )
