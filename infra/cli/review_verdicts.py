"""`vigil review confirm | reject | withdraw`: what an officer decides, as a message that the cases stage may refuse."""

import json

import click

from infra.cli.officer_commands import as_json_option, keys, officer_named, officer_option, sentences, tables
from infra.review.desk import ReviewDesk, ReviewError
from infra.settings import Settings
from schemas.messages import Verdict


def review_desk() -> ReviewDesk:
    """Return the desk of the settings."""
    settings = Settings()
    return ReviewDesk(settings, tables(settings), keys=keys(settings))


@click.command()
@click.argument("case")
@officer_option
@click.option("--article", metavar="CODE", help="One of those proposed, such as 'KoAP 596.3-1'; default: the first.")
@click.option("--plate", default="", metavar="TEXT|-", help="The plate as the pictures show it; -: read it from stdin.")
@click.option("--remark", default="", help="In the officer's words.")
@as_json_option
@sentences
def confirm(case: str, officer: str, article: str | None, plate: str, remark: str, *, as_json: bool) -> None:
    """Confirm a case that this officer has looked at.

    Where a violation proposes several articles ('vigil review show' lists them) --article chooses; it must where some
    are fined here and others are a court's.
    A case whose plate was not read is confirmed with --plate alone, and one whose plate was misread too: it becomes
    that vehicle's. This needs the role plates, and VIGIL_KEY_STORE with the key of the offence's quarter, which seals
    the plate before it is sent. With - it stands in no history of the shell.

    \b
    Examples:
      vigil review confirm case-0123456789abcdef0123 --officer officer-1
      vigil review confirm case-0123456789abcdef0123 --officer officer-1 --article "KoAP 596.3-1"
      vigil review confirm case-0123456789abcdef0123 --officer officer-1 --plate 123ABC02
      vigil review confirm case-0123456789abcdef0123 --officer officer-1 --plate=-   # one line of stdin
    """
    typed = click.get_text_stream("stdin").readline().strip() if plate == "-" else plate
    if plate and not typed:
        raise ReviewError("nothing stands on stdin; expected the plate, in one line")
    _decide(case, officer, Verdict.CONFIRMED, "", remark, plate=typed, article=article, as_json=as_json)


@click.command()
@click.argument("case")
@officer_option
@click.option("--reason", required=True, help="A code; 'vigil review reasons' lists them.")
@click.option("--remark", default="", help="In the officer's words.")
@as_json_option
@sentences
def reject(case: str, officer: str, reason: str, remark: str, *, as_json: bool) -> None:
    """Reject a case that this officer has looked at.

    \b
    Example:
      vigil review reject case-0123456789abcdef0123 --officer officer-1 --reason forced_manoeuvre
    """
    _decide(case, officer, Verdict.REJECTED, reason, remark, as_json=as_json)


@click.command()
@click.argument("case")
@officer_option
@click.option("--reason", required=True, help="A code; 'vigil review reasons' lists them.")
@click.option("--remark", default="", help="In the officer's words.")
@as_json_option
@sentences
def withdraw(case: str, officer: str, reason: str, remark: str, *, as_json: bool) -> None:
    """Take back a wrong confirmation, as long as the prescription is not delivered; for seniors.

    Nothing is sent of a case that is only confirmed; a prescription that was sent is cancelled, and money that came for
    it is owed back. After the delivery only a court cancels. It is recorded as a look, with its reason.

    \b
    Example:
      vigil review withdraw case-0123456789abcdef0123 --officer officer-2 --reason plate_uncertain
    """
    review = review_desk().withdraw(officer_named(officer), case, reason, remark)
    _sent(case, review.review_id, "WITHDRAWN", as_json=as_json)


def _sent(case: str, review_id: str, verdict: str, *, as_json: bool) -> None:
    """Say that a verdict is on its way, and no more: the cases stage may refuse it."""
    if as_json:
        click.echo(json.dumps({"review_id": review_id, "case_id": case, "verdict": verdict, "state": "sent"}))
    else:
        seen = f"vigil law explain {case} --officer ID --why TEXT"
        click.echo(f"sent: {verdict} {case} ({review_id}); it holds once '{seen}' shows the step")


def _decide(
    case: str,
    officer: str,
    verdict: Verdict,
    reason: str,
    remark: str,
    *,
    plate: str = "",
    article: str | None = None,
    as_json: bool,
) -> None:
    review = review_desk().decide(officer_named(officer), case, verdict, reason, remark, plate=plate, article=article)
    _sent(case, review.review_id, verdict.value, as_json=as_json)
