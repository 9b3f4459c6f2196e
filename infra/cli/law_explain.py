"""`vigil law explain`: why a case costs what it costs, in words of three languages."""

import json
import textwrap
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from infra.cli.case_look import look, look_options
from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.law_case import CaseNotFoundError, LawCase, Verdict, read_case
from infra.review.looks import Opened
from infra.settings import Settings
from schemas.law import Law, LawError, OwnerClass
from schemas.law.explanation import Explanation, Question, explain
from schemas.law.prose import Language, prose, words
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect

#: Exit code where a case's record differs from the law; 1 is an error.
DIFFERS: Final = 2
#: Words for what a case's record is beside the law.
RECORDED: Final = {
    Verdict.SAME: "recorded_same",
    Verdict.FIRST: "recorded_first",
    Verdict.REPEAT: "recorded_repeat",
}
QUERY_S: Final = 60
#: Columns of the text, the same on every terminal.
WIDTH: Final = 100
Day = click.DateTime(["%Y-%m-%d"])


@click.command("explain")
@click.argument("case", required=False)
@click.option("--article", help="Code, such as 592.2. With --measured and --limit it may be left out.")
@click.option("--offence-on", type=Day, help="Day of the offence, Almaty's.")
@click.option("--initiated-on", type=Day, help="Day on which the case is initiated.  [default: the offence's]")
@click.option("--measured", type=float, help="Speed, km/h: the lower end of the tolerance interval.")
@click.option("--limit", type=float, help="What is allowed, km/h.")
@click.option("--executed-on", type=Day, multiple=True, help="An earlier penalty's execution; may be repeated.")
@click.option("--delivered-on", type=Day, help="Day of proper delivery; shows the terms that follow.")
@click.option(
    "--owner-class",
    type=click.Choice([one.lower() for one in OwnerClass]),
    default="individual",
    show_default=True,
    help="Who is liable.",
)
@click.option(
    "--language",
    type=click.Choice([str(one) for one in Language]),
    default="en",
    show_default=True,
    help="Of the text.",
)
@look_options
@click.option("--folder", type=click.Path(path_type=Path), help="The law's data files.  [default: the packaged ones]")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs; the text stands in it.")
def explain_command(
    case: str | None,
    *,
    article: str | None,
    offence_on: datetime | None,
    initiated_on: datetime | None,
    measured: float | None,
    limit: float | None,
    executed_on: Sequence[datetime],
    delivered_on: datetime | None,
    owner_class: str,
    language: str,
    officer: str | None,
    why: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Say which article applies in which version, which arithmetic gives the sum, and which terms follow.

    CASE is a case of ClickHouse: its record is held against the law, too. It is a look at the case, on record with your
    login before anything is shown ('vigil review audit'); --officer and --why say more. Without CASE, --offence-on and
    an article or a speed describe the offence.

    \b
    Exit: 0 explained; 2 the case's record differs from the law; 1 an error.

    \b
    Examples:
      vigil law explain case-0123456789abcdef0123
      vigil law explain case-0123456789abcdef0123 --officer officer-1 --why "the owner asks" --language ru
      vigil law explain --article 599 --offence-on 2024-12-31 --initiated-on 2025-01-02
      vigil law explain --measured 84.5 --limit 60 --offence-on 2024-06-15 --executed-on 2023-09-01 --language kk
      vigil law explain --article 601 --offence-on 2024-06-15 --delivered-on 2024-06-20 --json | jq .deadlines
    """
    given = (article, offence_on, initiated_on, measured, limit, delivered_on, *executed_on)
    if case is not None and any(one is not None for one in given):
        raise click.UsageError("name a CASE alone, or describe the offence by options")
    try:
        law = Law.load(folder)
        if case is not None:
            _explain_case(law, case, Language(language), officer, why, as_json=as_json)
        if offence_on is None:
            raise click.UsageError("name a CASE, or --offence-on with --article, or with --measured and --limit")
        if (measured is None) != (limit is None):
            raise click.UsageError("--measured and --limit go together")
        question = Question(
            offence_on.date(),
            (initiated_on or offence_on).date(),
            article,
            measured,
            limit,
            tuple(day.date() for day in executed_on),
            OwnerClass(owner_class.upper()),
            _date(delivered_on),
        )
        found = explain(law, question)
    except LawError as error:
        raise click.ClickException(str(error)) from error
    _write(found, prose(found, Language(language)), {}, as_json=as_json)


def _date(at: datetime | None) -> date | None:
    return None if at is None else at.date()


def _explain_case(law: Law, name: str, language: Language, officer: str | None, why: str, *, as_json: bool) -> None:
    settings = Settings()
    quiet_client()
    try:
        client = connect(
            settings.clickhouse_address,
            settings.clickhouse_user,
            settings.clickhouse_password.get_secret_value(),
            settings.clickhouse_database,
            QUERY_S,
        )
        case = read_case(client, law, name)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_address, error)) from error
    except (CaseNotFoundError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    look(lambda: client, name, officer, why, Opened.PRICE)
    found = explain(law, case.question)
    verdict = case.verdict(law, found)
    further = {
        "case": name,
        "verdict": str(verdict),
        "recorded_kzt": case.recorded_kzt,
        "recorded_version": case.recorded_version,
        "reason": case.reason,
        "lowered_kzt": case.lowered_kzt,
        "lowered_on": str(case.lowered_on) if case.lowered_on else None,
        "last_step": case.last_step,
    }
    _write(found, [*prose(found, language), _record(found, case, verdict, language)], further, as_json=as_json)
    raise SystemExit(DIFFERS if verdict is Verdict.OTHER else 0)


def _record(found: Explanation, case: LawCase, verdict: Verdict, language: Language) -> str:
    """Return the paragraph that holds the case's record against the law."""
    say = words(language)
    sanction = found.sanction
    figures = {
        "recorded": case.recorded_kzt,
        "recorded_version": case.recorded_version or "-",
        "expected": sanction.amount_kzt if sanction else 0,
        "version": sanction.tariff_version if sanction else "-",
    }
    out = [] if case.issued else [say.say("not_issued", initiated_on=case.question.initiated_on)]
    out.append(
        say.say(
            RECORDED.get(verdict, "recorded_other"),
            **figures,
        )
    )
    if case.reason:
        out.append(say.say("recorded_reason", reason=say.recorded("reason", case.reason)))
    if case.lowered_kzt is not None:
        out.append(say.say("lowered", imposed=case.recorded_kzt, lowered=case.lowered_kzt, lowered_on=case.lowered_on))
    out.append(say.say("last_step", step=say.recorded("step", case.last_step), day=case.last_step_on))
    return " ".join(out)


def _write(found: Explanation, paragraphs: Sequence[str], further: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        facts = {**further, **found.to_json(), "text": list(paragraphs)}
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        lines = [textwrap.fill(text, WIDTH, break_on_hyphens=False, break_long_words=False) for text in paragraphs]
        click.echo("\n\n".join(lines))
