"""`vigil law examples`: the explanations in docs/law.md, as the commands above them answer."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

import click

from infra.cli.law_explain import explain_command
from infra.settings import ROOT

PAGE: Final = ROOT / "docs" / "law.md"
COMMAND: Final = "vigil law explain "
#: A block of a page: a command behind $, and what it answers.
_BLOCK: Final = re.compile(rf"^```\n\$ ({re.escape(COMMAND)}[^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)


@click.command("examples")
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where an answer is another.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PAGE,
    help="The page; default: docs/law.md of the checkout.",
)
def examples_command(out: Path, *, check: bool) -> None:
    """Run each `vigil law explain` of docs/law.md and put its answer below it; needs no server.

    \b
    Examples:
      vigil law examples
      vigil law examples --check
    """
    try:
        old = out.read_text(encoding="utf-8")
        new, count = _BLOCK.subn(lambda found: f"```\n$ {found[1]}\n{answer(found[1])}```", old)
        if not check:
            out.write_text(new, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    if check and new != old:
        raise click.ClickException(
            f"{out} differs from what the law answers; run 'vigil law examples' and keep its page"
        )
    click.echo(f"{count} explanations in {out}{' are what the law answers' if check else ''}")


def answer(line: str) -> str:
    """Return what a command line answers.

    Args:
        line: `vigil law explain ...`, without a CASE.

    Raises:
        click.ClickException: the law refuses it.
    """
    said = io.StringIO()
    with redirect_stdout(said):
        explain_command.main(shlex.split(line.removeprefix(COMMAND)), prog_name="explain", standalone_mode=False)
    return said.getvalue()
