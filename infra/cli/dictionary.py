"""`vigil dictionary`: the data dictionary, from the COMMENTs of the DDL."""

from pathlib import Path

import click

from infra.settings import ROOT
from schemas.access import access
from sinks.clickhouse import dictionary, migration
from sinks.clickhouse.landing import table_of

PAGE = ROOT / "docs" / "data-dictionary.md"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where the page is not what the DDL says.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PAGE,
    help="The page; default: docs/data-dictionary.md of the checkout.",
)
def command(out: Path, *, check: bool) -> None:
    """Write the data dictionary from the COMMENTs of sinks/clickhouse/ddl; needs no server.

    \b
    Examples:
      vigil dictionary
      vigil dictionary --check
      vigil dictionary --out /tmp/data-dictionary.md
    """
    try:
        text = shipped_page()
        if check:
            _check(out, text)
        else:
            out.write_text(text, encoding="utf-8")
    except (dictionary.DictionaryError, migration.MigrationError) as error:
        raise click.ClickException(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{out}: {getattr(error, 'strerror', None) or error}") from error
    click.echo(f"{out} is what the DDL says." if check else f"wrote {out}")


def shipped_page() -> str:
    """Return the page of the shipped DDL, with the views marked whose topics nothing writes yet."""
    return dictionary.page(dictionary.read(migration.shipped()), [table_of(topic) for topic in access().unwritten])


def _check(path: Path, text: str) -> None:
    if path.read_text(encoding="utf-8") != text:
        raise click.ClickException(
            f"{path} differs from what sinks/clickhouse/ddl says; run 'vigil dictionary' and keep its page"
        )
