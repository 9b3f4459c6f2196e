"""`vigil payments`: what couriers, the treasury and courts report on cases."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from confluent_kafka import KafkaException
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.import_line import Problem
from infra.payments.payment_file import PaymentFileError, read
from infra.payments.payment_topic import write
from infra.settings import Settings
from schemas.messages import Payment
from schemas.registry import RegistryUnavailableError, SchemaNotRegisteredError

#: Bad lines that are shown; the others are counted.
MOST_SHOWN: Final = 20


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Report deliveries, payments, appeals, courts' decisions and refunds of cases (docs/cases.md).

    \b
    Examples:
      vigil payments import payments.csv --dry-run
      vigil payments import payments.csv
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def import_(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Write the reports of a CSV file to the topic payments; where a line is bad, none of them.

    Columns: payment_id, case_id, kind (DELIVERED, PAYMENT, APPEAL, COURT_DECISION, REFUND), amount_kzt, reference,
    outcome (upheld, changed, cancelled; of COURT_DECISION alone), happened_at (the city's clocks).

    A report is known by its id: a file that is imported again changes nothing. Whether a report fits its case is seen
    by the cases stage; what does not is in the table dead_letters, with a sentence. Ends with 1 where a line was bad.

    \b
    Examples:
      vigil payments import payments.csv --dry-run
      vigil payments import payments.csv --json
    """
    now_us = time.time_ns() // 1_000
    counts, sums_kzt = Counter[str](), Counter[str]()
    bad, problems, written = 0, list[Problem](), 0
    try:
        for one in _lines(file, now_us):
            if isinstance(one, Payment):
                counts[one.kind.value] += 1
                sums_kzt[one.kind.value] += one.amount_kzt
                continue
            bad += 1
            problems += [one] if bad <= MOST_SHOWN else []
        if not bad and not dry_run:
            written = write(Settings(), (one for one in _lines(file, now_us) if isinstance(one, Payment)))
    except PaymentFileError as error:
        raise click.ClickException(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: {error}; expected a CSV file in UTF-8") from error
    except KafkaException as error:
        raise click.ClickException(
            f"Kafka: {error.args[0].str()}; is the stack up ('vigil status') and 'vigil topics apply' run? Import the"
            " file again then: what Kafka took already changes nothing a second time"
        ) from error
    except (RegistryUnavailableError, SchemaNotRegisteredError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        kinds = {kind: {"reports": counts[kind], "amount_kzt": sums_kzt[kind]} for kind in sorted(counts)}
        said = {"kinds": kinds, "bad": bad, "problems": [str(one) for one in problems], "written": written}
        click.echo(json.dumps(said))
    else:
        _show(file, counts, sums_kzt, written)
        for problem in problems:
            click.echo(f"{file}: {problem}", err=True)
        if bad:
            click.echo(f"{file}: {bad:,} bad lines, nothing was written; correct them and import it again", err=True)
    raise SystemExit(1 if bad else 0)


def _lines(file: Path, now_us: int) -> Iterator[Payment | Problem]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from read(lines, now_us)


def _show(file: Path, counts: Counter[str], sums_kzt: Counter[str], written: int) -> None:
    table = Table("kind", "reports", "KZT", title=f"{file.name}: {written:,} written")
    for kind in sorted(counts):
        table.add_row(kind, f"{counts[kind]:,}", f"{sums_kzt[kind]:,}")
    print_whole(table)
