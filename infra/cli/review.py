"""`vigil review`: officers decide cases. Each look is recorded before anything is shown."""

import json
from collections.abc import Mapping
from datetime import date, datetime
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
)
from infra.cli.review_emergency import emergency
from infra.cli.review_incident import command as incident
from infra.cli.review_verdicts import confirm, reject, review_desk, withdraw
from infra.cli.whole_table import print_whole
from infra.review.officers import Role
from schemas.city_time import to_the_second


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Review proposed cases, and incidents. Nothing is fined unless an officer confirms it here (docs/cases.md).

    \b
    Examples:
      vigil review next --officer officer-1
      vigil review confirm CASE --officer officer-1
      vigil review reject CASE --officer officer-1 --reason plate_uncertain
      vigil review withdraw CASE --officer officer-2 --reason plate_uncertain
      vigil review list
      vigil review incident next --officer officer-1
    """


for further in (confirm, reject, withdraw, emergency, incident):
    command.add_command(further)


@command.command("next")
@officer_option
@as_json_option
@sentences
def next_case(officer: str, *, as_json: bool) -> None:
    """Open the oldest case that waits for this officer; the look is recorded.

    Ends with 3 where nothing waits. What another officer decided is never shown. A sealed plate is opened for an
    officer with the role plates, where VIGIL_KEY_STORE has the key of the offence's quarter; each opening is recorded.

    \b
    Examples:
      vigil review next --officer officer-1
      vigil review next --officer officer-1 --json | jq .exculpations
    """
    who, desk = officer_named(officer), review_desk()
    case = desk.next(who)
    if case is None:
        click.echo("[]" if as_json else f"nothing waits for {officer}")
        raise SystemExit(NOTHING)
    _show(desk.look(who, case, "queue"), as_json=as_json)


@command.command()
@click.argument("case")
@officer_option
@click.option("--why", required=True, help="Why the case is opened; kept with the look.")
@as_json_option
@sentences
def show(case: str, officer: str, why: str, *, as_json: bool) -> None:
    """Open a certain case; the look and its reason are recorded. The plate: as in 'next'.

    A case that waits for nobody any more is opened for seniors, with where it stands; 'withdraw' needs such a look.

    \b
    Examples:
      vigil review show case-0123456789abcdef0123 --officer officer-1 --why "the owner called"
      vigil review show case-0123456789abcdef0123 --officer officer-2 --why "the owner complains" --json | jq .stands
    """
    who, desk = officer_named(officer), review_desk()
    _show(desk.look(who, desk.opened(who, case), why), as_json=as_json)


@command.command("list")
@most_option
@as_json_option
@sentences
def list_cases(most: int, *, as_json: bool) -> None:
    """List cases that wait for an officer, the oldest offence first; no facts, so no look is recorded.

    \b
    Examples:
      vigil review list
      vigil review list --most 1000 --json | jq length
    """
    found = review_desk().waiting(most)
    if as_json:
        click.echo(json.dumps([dict(case.to_json()) for case in found], indent=1))
        return
    table = Table("case", "kind", "article", "offence (Almaty)", "district")
    for case in found:
        table.add_row(case.case_id, case.kind, case.article, to_the_second(case.offence_at), case.district)
    print_whole(table)


@command.command()
@click.argument("case")
@officer_option
@click.option("--why", default="audit", show_default=True, help="Why it is asked; kept with the look.")
@as_json_option
@sentences
def audit(case: str, officer: str, why: str, *, as_json: bool) -> None:
    """Show who opened or decided a case, when and why; for seniors. That it was asked is recorded.

    While a case waits for an officer its verdicts are held back, so that the next one is given without knowing them.

    \b
    Example:
      vigil review audit case-0123456789abcdef0123 --officer officer-2 --why "quarterly check"
    """
    acts, held_back = review_desk().audit(officer_named(officer), case, why)
    if held_back:
        click.echo("the case waits for an officer: verdicts are shown once it is decided", err=True)
    if as_json:
        click.echo(json.dumps([{**one, "at": one["at"].isoformat()} for one in acts], indent=1))
        return
    table = Table("at (Almaty)", "officer", "login", "act", "why")
    for one in acts:
        # what officers typed is text, whatever brackets are in it
        words = (one["officer_id"], one["login"] or "-", one["act"], escape(one["why"]))
        table.add_row(to_the_second(one["at"]), *words)
    print_whole(table)


@command.command()
@as_json_option
def reasons(*, as_json: bool) -> None:
    """List the reasons to reject a case.

    \b
    Example:
      vigil review reasons
    """
    from processors.cases.office_rules import office_rules  # noqa: PLC0415  reads a file: not at import

    found = office_rules().reject_reasons
    if as_json:
        click.echo(json.dumps(dict(found), indent=1))
        return
    table = Table("code", "words")
    for code, words in found.items():
        table.add_row(code, words)
    print_whole(table)


@command.command()
@officer_option
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First month, by a day of it.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last month, likewise.")
@as_json_option
@sentences
def agreement(officer: str, first: datetime, last: datetime, *, as_json: bool) -> None:
    """Show how often the first two officers of a case agreed, by month; for seniors.

    \b
    Example:
      vigil review agreement --officer officer-2 --from 2024-01-01 --to 2024-09-30
    """
    officer_named(officer).needs(Role.SENIOR)
    rows = review_desk().agreement(first.date().replace(day=1), last.date())
    if as_json:
        click.echo(json.dumps([_plain(row) for row in rows], indent=1))
        return
    table = Table("month", "doubly reviewed", "agreed", "share", "third officer", "third confirmed")
    for row in rows:
        table.add_row(f"{row['month']:%Y-%m}", *(str(value) for name, value in row.items() if name != "month"))
    print_whole(table)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, indent=1, ensure_ascii=False, default=str))
        return
    console = Console(highlight=False)
    offence = to_the_second(datetime.fromisoformat(facts["offence_at"]))
    reach = facts["confidence_factor"] * facts["measured_error"]
    console.print(
        f"[bold]{facts['case_id']}[/bold]  {facts['kind']}, {offence}, {facts['camera_id']}, {facts['district']}"
    )
    if facts["stands"]:
        console.print(f"it waits for no officer: {facts['stands']}", markup=False)
    console.print(facts["summary"], markup=False)
    region = f" ({facts['plate_region']})" if facts["plate_region"] else ""
    region += ", as an officer corrected it" if facts["plate_corrected"] else ""
    said = f"plate {facts['plate']}{region}" if facts["plate"] is not None else f"no plate: {facts['plate_note']}"
    console.print(said)
    console.print(
        f"measured {facts['measured']:g} ± {reach:g} {facts['unit']}, limit {facts['limit']:g}; "
        f"proposed: {facts['article']}, {facts['amount_kzt']:,} KZT"
    )
    others = [one["code"] if isinstance(one, dict) else one[0] for one in facts["articles"][1:]]
    if others:
        console.print(f"or, with --article: {', '.join(others)}")
    console.print(f"to be decided until {facts['decide_until']}, the last day of liability")
    if facts["measures"]:
        measures = Table("measure", "value")
        for name, value in sorted(facts["measures"].items()):
            measures.add_row(name, f"{value:g}")
        print_whole(measures, console=console)
    table = Table("ground", "outcome", "reason")
    for ground in facts["exculpations"]:
        row = [str(value) for value in (ground.values() if isinstance(ground, dict) else ground)]
        table.add_row(*row, style=None if row[1] == "cleared" else "yellow")
    print_whole(table, console=console)
    pictures = Table("picture", "taken (Almaty)", "the signal had shown")
    for one in facts["pictures"]:
        shown = [f"{word.removesuffix('_s')} for {s:.2f} s" for word, s in one.items() if word not in ("role", "at")]
        pictures.add_row(one["role"], one["at"], ", ".join(shown) or "-")
    print_whole(pictures, console=console)
    if facts["beside"]:
        beside = Table("other case of this vehicle", "kind", "article", "step", "offence (Almaty)", "camera")
        for one in facts["beside"]:
            at = to_the_second(datetime.fromisoformat(one["offence_at"]))
            beside.add_row(one["case_id"], one["kind"], one["article"], one["step"], at, one["camera_id"])
        print_whole(beside, console=console)
    console.print(f"see them: vigil evidence show {facts['violation_id']} --officer ID --why TEXT")
    if not facts["stands"]:
        console.print(
            f"then: vigil review confirm {facts['case_id']} --officer ID   or   "
            f"vigil review reject {facts['case_id']} --officer ID --reason CODE"
        )
