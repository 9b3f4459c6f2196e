"""`vigil law`: what the law's data says, what changes between its versions, and why a case costs what it costs."""

import json
import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from infra.cli.law_examples import examples_command
from infra.cli.law_explain import explain_command
from infra.cli.whole_table import print_whole
from schemas.law import Law, LawError
from schemas.law.diff import Difference, Figure, between_days, between_laws
from schemas.law.spans import OPEN, Span

#: The packaged data, where a folder could stand.
PACKAGED: Final = "packaged"
LEAST_WIDTH: Final = 120
#: So many days before a table's end its next year is to be added.
SOON_DAYS: Final = 60
#: What happens after a table's last day.
ENDING: Final = {
    "mrp": "after it no violation can be priced and no prescription sent",
    "calendar": "after it terms are counted without the days that the government moves",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Check, compare and explain the law's data: fines, terms, holidays, what a camera may find.

    The data is schemas/law/data/*.toml; docs/law.md says how it is kept.

    \b
    Examples:
      vigil law check
      vigil law diff 2024-12-03 2024-12-04
      vigil law explain case-0123456789abcdef0123 --officer officer-1 --why "the owner asks" --language kk
      vigil law explain --article 599 --offence-on 2024-12-31 --initiated-on 2025-01-02
    """


command.add_command(explain_command)
command.add_command(examples_command)


@command.command()
@click.option("--folder", type=click.Path(path_type=Path), help="Data files.  [default: the packaged ones]")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Warn of what ends soon after.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def check(folder: Path | None, on: datetime | None, *, as_json: bool) -> None:
    """Validate the data files and show the versions of the schedule.

    No gap and no overlap, a price for every article on each day of its validity, a source and a mark on each figure.
    Ends with 0 where all holds, with 1 and a sentence where something does not.

    \b
    Examples:
      vigil law check
      vigil law check --folder ./law-2027 --json
      vigil law check --on 2026-11-15
    """
    try:
        law = Law.load(folder)
    except LawError as error:
        raise click.ClickException(str(error)) from error
    versions = [
        {
            "from": str(version.first_day),
            "law": version.law,
            "prices": [price.article for price in law.schedule.prices if price.span.first == version.first_day],
            "uncertain": list(version.uncertain),
        }
        for version in law.schedule.versions
    ]
    today = law.local_day(time.time_ns() // 1_000) if on is None else on.date()
    ending = {table: last for table, last in law.last_days.items() if (last - today).days < SOON_DAYS}
    unsure = {one.article: list(one.uncertain) for one in law.schedule.prices if one.uncertain}
    if as_json:
        click.echo(
            json.dumps(
                {
                    "versions": versions,
                    "articles": list(law.articles.codes()),
                    "mrp": [{"from": str(s.first), "until": str(s.last), "kzt": kzt} for s, kzt in law.mrp.rows],
                    "uncertain": unsure,
                    "ends_soon": {table: str(last) for table, last in ending.items()},
                },
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    console = Console(highlight=False)
    table = Table()
    for title in ("version", "law", "articles priced anew", "uncertain"):
        table.add_column(title)
    for row in versions:
        codes = [code.removeprefix("KoAP ") for code in row["prices"]]
        changed = ", ".join(codes) if len(codes) < 8 else f"{len(codes)} articles"
        table.add_row(str(row["from"]), str(row["law"]), changed or "none", ", ".join(row["uncertain"]))
    print_whole(table, console=console)
    known = law.mrp.span
    single = len(law.calendar.single)
    click.echo(
        f"{len(law.articles.codes())} articles, {len(law.schedule.prices)} prices without a gap or an overlap.\n"
        f"MRP known from {known.first} to {known.last}; working days from {law.calendar.span.first} to "
        f"{law.calendar.span.last}, {single} single days.\n"
        f"Uncertain figures: {', '.join(code.removeprefix('KoAP ') for code in unsure) or 'none'}."
    )
    for name, last in ending.items():
        click.echo(f"{name}.toml ends on {last}: {ENDING[name]}; add the next year with its source", err=True)


@command.command()
@click.argument("one", metavar="FROM")
@click.argument("two", metavar="TO")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def diff(one: str, two: str, *, as_json: bool) -> None:
    """Show which figures change between two days, or between two laws, in MRP and in KZT.

    FROM and TO are two days of the packaged data, offence and initiation on the same day; or two laws: a folder with
    data files, a tariff's file that is laid over the packaged data, or the word "packaged".

    \b
    Examples:
      vigil law diff 2024-12-03 2024-12-04
      vigil law diff 2024-12-31 2025-01-01 --json | jq '.[].subject'
      vigil law diff packaged ./law-2027
      vigil law diff packaged other.toml
    """
    days = [_day(text) for text in (one, two)]
    try:
        if days[0] and days[1]:
            found = between_days(Law.load(), days[0], days[1])
        elif days[0] or days[1]:
            raise click.UsageError(f"{one} and {two} are not alike: name two days, or two laws")
        else:
            found = between_laws(_law(one), _law(two))
    except LawError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([_row(item) for item in found], indent=2, ensure_ascii=False))
    elif not found:
        click.echo("No figure differs.")
    else:
        _show(found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _law(text: str) -> Law:
    if text == PACKAGED:
        return Law.load()
    path = Path(text)
    if path.is_dir():
        return Law.load(path)
    if path.suffix == ".toml":
        return Law.load().with_tariff(path)
    raise click.UsageError(f"{text!r} is no day such as 2024-12-04, no folder, no .toml file and not '{PACKAGED}'")


def _row(found: Difference) -> dict[str, object]:
    return {
        "from": str(found.span.first) if found.span else None,
        "until": str(found.span.last) if found.span else None,
        "subject": found.subject,
        "before": found.before.words if found.before else None,
        "after": found.after.words if found.after else None,
        "before_kzt": found.before.kzt if found.before else None,
        "after_kzt": found.after.kzt if found.after else None,
    }


def _show(found: Sequence[Difference]) -> None:
    table = Table()
    spans = any(item.span for item in found)
    if spans:
        table.add_column("days", no_wrap=True)
    table.add_column("figure")
    for title in ("before", "after"):
        table.add_column(title, justify="right")
        table.add_column("KZT", justify="right", no_wrap=True)
    for item in found:
        cells = [item.subject, *_cells(item.before), *_cells(item.after)]
        table.add_row(*([_span(item.span)] if spans else []), *cells)
    console = Console(highlight=False)
    console.width = max(console.width, LEAST_WIDTH)
    print_whole(table, console=console)


def _cells(figure: Figure | None) -> tuple[str, str]:
    if figure is None:
        return "-", ""
    return figure.words, "" if figure.kzt is None else f"{figure.kzt:,}"


def _span(span: Span | None) -> str:
    if span is None:
        return ""
    return f"{span.first} to {'further notice' if span.last == OPEN else span.last}"
