"""`vigil leads`: officers look into what tables or two cameras say against a vehicle. Each look is recorded."""

import json
from collections.abc import Mapping
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from infra.cli.officer_commands import (
    NOTHING,
    as_json_option,
    keys,
    most_option,
    officer_named,
    officer_option,
    sentences,
    tables,
)
from infra.cli.whole_table import print_whole
from infra.leads.desk import CONFIRMED, DISMISSED, LeadsDesk
from infra.settings import Settings

why_option = click.option("--why", required=True, help="Why, in a few words; kept with the act.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Look into leads. Nothing follows from a lead but what an officer does outside Vigil (docs/leads.md).

    \b
    Examples:
      vigil leads next --officer officer-1
      vigil leads confirm LEAD --officer officer-1 --why "stopped at the post, no policy"
      vigil leads dismiss LEAD --officer officer-1 --why "renewed this morning"
      vigil leads list
    """


def _desk() -> LeadsDesk:
    settings = Settings()
    return LeadsDesk(tables(settings), keys(settings))


@command.command("next")
@officer_option
@as_json_option
@sentences
def next_lead(officer: str, *, as_json: bool) -> None:
    """Open the next lead, wanted vehicles first; the look is recorded. Ends with 3 where nothing waits.

    \b
    Examples:
      vigil leads next --officer officer-1
      VIGIL_KEY_STORE=/srv/vigil-keys vigil leads next --officer officer-1   # the plate too, with the role plates
    """
    who, desk = officer_named(officer), _desk()
    found = desk.next(who)
    if found is None:
        click.echo("[]" if as_json else f"nothing waits for {officer}")
        raise SystemExit(NOTHING)
    _show(desk.look(who, found["lead_id"], "queue"), as_json=as_json)


@command.command()
@click.argument("lead")
@officer_option
@why_option
@as_json_option
@sentences
def show(lead: str, officer: str, why: str, *, as_json: bool) -> None:
    """Open a certain lead, decided or not; the look and its reason are recorded.

    \b
    Example:
      vigil leads show lead-0123456789abcdef0123 --officer officer-1 --why "the post asks"
    """
    who, desk = officer_named(officer), _desk()
    _show(desk.look(who, lead, why), as_json=as_json)


@command.command()
@click.argument("lead")
@officer_option
@why_option
@as_json_option
@sentences
def confirm(lead: str, officer: str, why: str, *, as_json: bool) -> None:
    """Record that a lead was right. No fine follows here.

    \b
    Example:
      vigil leads confirm lead-0123456789abcdef0123 --officer officer-1 --why "stopped, no policy"
    """
    _decide(lead, officer, CONFIRMED, why, as_json=as_json)


@command.command()
@click.argument("lead")
@officer_option
@why_option
@as_json_option
@sentences
def dismiss(lead: str, officer: str, why: str, *, as_json: bool) -> None:
    """Record that a lead came to nothing.

    \b
    Example:
      vigil leads dismiss lead-0123456789abcdef0123 --officer officer-1 --why "another plate in the picture"
    """
    _decide(lead, officer, DISMISSED, why, as_json=as_json)


@command.command("list")
@most_option
@as_json_option
@sentences
def list_leads(most: int, *, as_json: bool) -> None:
    """List leads that nobody has decided, wanted vehicles first; no facts, so no look is recorded.

    \b
    Examples:
      vigil leads list
      vigil leads list --most 1000 --json | jq length
    """
    found = _desk().waiting(most)
    if as_json:
        click.echo(json.dumps([dict(one) for one in found], indent=1, default=str))
        return
    table = Table("lead", "kind", "article", "seen (UTC)", "district", "camera")
    for one in found:
        table.add_row(*(str(one[name] or "-") for name in ("lead_id", "kind", "article")), f"{one['seen_at']:%F %T}",
                      one["district"], one["camera_id"])  # fmt: skip
    print_whole(table)


@command.command()
@click.argument("lead")
@as_json_option
@sentences
def audit(lead: str, *, as_json: bool) -> None:
    """Show who opened or decided a lead, when and why.

    \b
    Example:
      vigil leads audit lead-0123456789abcdef0123
    """
    acts = _desk().acts(lead)
    if as_json:
        click.echo(json.dumps([dict(one) for one in acts], indent=1))
        return
    table = Table("at (UTC)", "officer", "act", "why")
    for one in acts:
        table.add_row(one["at"], one["officer_id"], one["act"], escape(one["why"]))
    print_whole(table)


def _decide(lead: str, officer: str, act: str, why: str, *, as_json: bool) -> None:
    _desk().decide(officer_named(officer), lead, act, why)
    click.echo(json.dumps({"lead_id": lead, "act": act}) if as_json else f"{act} {lead}")


def _show(facts: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, indent=1, ensure_ascii=False, default=str))
        return
    table = Table("lead", facts["lead_id"])
    for name, value in facts.items():
        if name not in ("lead_id", "looker", "plate_note", "evidence_case"):
            table.add_row(name, "-" if value is None else str(value))
    print_whole(table)
    if facts["plate"] is None:
        click.echo(f"no plate: {facts['plate_note']}")
    click.echo(f"pictures, if kept: vigil evidence show {facts['evidence_case']}")
    click.echo(
        f"then: vigil leads confirm {facts['lead_id']} --officer ID --why ...   or   vigil leads dismiss ... --why ..."
    )
