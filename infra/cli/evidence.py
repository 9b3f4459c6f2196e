"""`vigil evidence`: what is kept of a finding, whether it is as it was signed, and one file for a court."""

import json
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.table import Table

from infra.cli.case_look import look, look_options
from infra.cli.clickhouse_errors import clickhouse_sentence
from infra.cli.evidence_expire import expire
from infra.cli.officer_commands import tables
from infra.cli.whole_table import print_whole
from infra.review.incident_desk import verdicts_on
from infra.review.incident_verdict import held_back
from infra.review.looks import Opened
from infra.settings import Settings
from processors.cases.opening import case_id_of
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.evidence import signing, verify
from sinks.evidence.archive import Archive, NoCaseError, check_stored
from sinks.evidence.case_name import CaseName
from sinks.evidence.export import export as write_export
from sinks.evidence.object_store import ObjectMissingError, StoreRefusedError, StoreUnavailableError
from sinks.evidence.store_address import open_store
from sinks.evidence.whole_store import check_store

#: Exit code of a verification that found a difference; 1 is an error.
DIFFERS = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show, verify and export the evidence that `vigil run evidence` keeps.

    CASE is an incident's, a violation's or a lead's id; incidents/, violations/ or leads/ may stand before it, @N
    behind it for an incident's revision N. VIGIL_EVIDENCE_STORE names the store, VIGIL_EVIDENCE_KEY the private key.

    \b
    Examples:
      vigil evidence keygen
      vigil evidence show speeding-0123456789abcdef0123 --officer officer-1 --why "the owner called"
      vigil evidence verify stopped_vehicle-0123456789abcdef0123@2
      vigil evidence export speeding-0123456789abcdef0123 --to case.zip
      vigil evidence expire
    """


def _archive(settings: Settings) -> Archive:
    try:
        return Archive(open_store(settings.evidence_address))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _cases(archive: Archive, text: str) -> list[CaseName]:
    try:
        return archive.revisions(text)
    except (NoCaseError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error


command.add_command(expire)


@command.command()
@click.option("--to", "path", type=click.Path(path_type=Path), help="The private key's file. Default: the settings'.")
def keygen(path: Path | None) -> None:
    """Make the key that signs evidence: FILE (mode 0600) and FILE.pub, which everyone may have.

    Publish the key id: whoever verifies an export compares it. Keep the private key where only the sink reads it.

    \b
    Examples:
      vigil evidence keygen
      vigil evidence keygen --to /etc/vigil/evidence-key.pem
    """
    target = path or Settings().evidence_key_file
    try:
        key = signing.generate(target)
    except signing.KeyFileError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"private key  {target}\npublic key   {target}.pub\nkey id       {key.key_id}")


@command.command()
@click.argument("case")
@look_options
@click.option("--json", "as_json", is_flag=True, help="Write the manifests as JSON for programs.")
def show(case: str, officer: str | None, why: str, *, as_json: bool) -> None:
    """Show what is kept of a finding, each revision of an incident by itself.

    Of a violation it is a look at its case: --officer and --why go into the record before anything is shown.

    \b
    Examples:
      vigil evidence show speeding-0123456789abcdef0123 --officer officer-1 --why "the owner called"
      vigil evidence show stopped_vehicle-0123456789abcdef0123@1 --json | jq '.[0].missing'
    """
    settings = Settings()
    archive = _archive(settings)
    found = []
    named = _cases(archive, case)
    for violation_id in sorted({one.event_id for one in named if one.topic == "violations"}):
        look(lambda: tables(settings), case_id_of(violation_id), officer, why, Opened.EVIDENCE)
    for one in named:
        try:
            found.append((one, archive.manifest(one), archive.entry_of(one)))
        except (NoCaseError, StoreRefusedError, StoreUnavailableError, ValueError) as error:
            raise click.ClickException(f"{one}: {error}") from error
    if as_json:
        click.echo(json.dumps([manifest for _, manifest, _ in found], indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    for one, manifest, entry in found:
        _show(console, one, manifest, entry)


def _show(console: Console, case: CaseName, manifest: Any, entry: str | None) -> None:
    message = manifest["event"]["message"]
    console.print(f"[bold]{case}[/bold]  camera {message['camera_id']}\n{message['summary']}")
    table = Table()
    for title in ("file", "shows", "bytes", "bystanders"):
        table.add_column(title, justify="right" if title == "bytes" else "left")
    for file in manifest["files"]:
        shown = f"{file['kind']} {file.get('role', '')}".strip()
        seen = "as they are" if file["private"] else "blurred"
        table.add_row(file["name"], shown, str(file["bytes"]), seen)
    print_whole(table, console=console)
    source = manifest["event"]["source"]
    groups = len(manifest["sources"])
    console.print(f"from {source['topic']}[{source['partition']}]@{source['offset']} and {groups} frames messages")
    for one in manifest["missing"]:
        seconds = (one["to_us"] - one["from_us"]) / 1e6
        console.print(f"missing: {seconds:.2f} s of camera {one['camera_id']}: {one['reason']}")
    for one in manifest["problems"]:
        console.print(f"not made: {one['what']}: {one['reason']}")
    console.print(f"log: {entry or 'not yet in it'}\nkey id: {manifest['key_id']}\n")


@command.command("verify")
@click.argument("case", required=False)
@click.option("--all", "whole", is_flag=True, help="Every case, log and key of the store.")
@click.option("--key-id", help="Trust this key alone. Default: that of the settings' public key, where it is there.")
def verify_command(case: str | None, key_id: str | None, *, whole: bool) -> None:
    """Recompute everything of a case and name what differs: file and bytes, field of the manifest, entry of the log.

    CASE may also be the folder or ZIP of an export; that needs neither store nor network. Ends with 0 where all agrees,
    with 2 where something differs, with 1 if it could not look. --all reads each log once, and names objects that no
    manifest names.

    \b
    Examples:
      vigil evidence verify speeding-0123456789abcdef0123
      vigil evidence verify --all
      vigil evidence verify case.zip
      vigil evidence verify case.zip --key-id 5d7c...
    """
    settings = Settings()
    trusted = key_id.lower() if key_id else _published(settings)
    if whole == (case is not None):
        raise click.UsageError("name one CASE, or --all")
    if case is None:
        _verify_all(settings, trusted)
    try:
        if Path(case).exists():
            lines = verify.check_case(verify.read_case(Path(case)), trusted, signing.holds)
        else:
            archive = _archive(settings)
            lines = []
            for one in _cases(archive, case):
                click.echo(f"{one}:")
                part = check_stored(archive, one, trusted)
                click.echo(verify.report(part))
                lines += part
            raise SystemExit(0 if verify.agrees(lines) else DIFFERS)
    except (verify.CannotLookError, NoCaseError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(verify.report(lines))
    raise SystemExit(0 if verify.agrees(lines) else DIFFERS)


def _verify_all(settings: Settings, trusted: str | None) -> NoReturn:
    console = Console(stderr=True)
    try:
        with console.status("reading the logs") as status:
            store = open_store(settings.evidence_address)
            report = check_store(store, trusted, lambda done, of: status.update(f"case {done + 1} of {of}"))
    except (ValueError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    for where, lines in report.lines.items():
        click.echo(f"{where}:\n{verify.report(lines)}")
    for name in report.unnamed:
        click.echo(f"NOTE    {name}: no manifest, log or pointer names it")
    click.echo(
        f"{report.cases} cases, {report.objects} objects, {report.entries} entries of the log, {report.missing} seconds"
        f" or spans recorded as missing: {'everything agrees.' if report.agrees else f'{len(report.lines)} differ.'}"
    )
    raise SystemExit(0 if report.agrees else DIFFERS)


def _published(settings: Settings) -> str | None:
    path = settings.evidence_key_file
    public = path.with_name(path.name + ".pub")
    try:
        return verify.key_id(verify.raw_key(public.read_bytes()))
    except (OSError, ValueError):
        return None


def _check_confirmed(settings: Settings, case: CaseName) -> None:
    """Refuse to let an incident leave that no officer has confirmed (decision 0268).

    Raises:
        click.ClickException: the last verdict is no confirmation, or ClickHouse does not say.
    """
    if case.topic != "incidents":
        return
    try:
        reason = held_back(verdicts_on(tables(settings), case.event_id))
    except ClickHouseError as error:
        said = clickhouse_sentence(settings.clickhouse_address, error)
        raise click.ClickException(
            f"whether an officer confirmed {case.event_id} is not known, so it stays: {said}"
        ) from error
    if reason is not None:
        raise click.ClickException(f"incident {case.event_id} does not leave the house: {reason}")


@command.command()
@click.argument("case")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="The ZIP to write.")
@click.option(
    "--unblurred",
    metavar="REASON",
    help="Include the original clip and pictures, on which bystanders are seen; the reason is recorded in the export.",
)
def export(case: str, target: Path, unblurred: str | None) -> None:
    """Write a case as one ZIP that `python verify.py` in it can check with nothing of Vigil installed.

    Of an incident, the latest revision, unless @N names another; it leaves only if an officer has confirmed it ('vigil
    review incident'), which ClickHouse is asked for. Bystanders are blurred unless a reason is given: the clip is
    decoded, blurred and encoded anew, the original clip and pictures are left out, and the manifest keeps their
    digests.

    \b
    Examples:
      vigil evidence export speeding-0123456789abcdef0123 --to case.zip
      vigil evidence export stopped_vehicle-0123456789abcdef0123@2 --to case.zip --unblurred "court order 17/2026"
    """
    settings = Settings()
    archive = _archive(settings)
    one = _cases(archive, case)[-1]
    _check_confirmed(settings, one)
    try:
        if unblurred is not None and not unblurred.strip():
            raise click.UsageError("--unblurred wants a reason, such as the number of a court's order")
        with Console(stderr=True).status("reading the case") as status:
            names = write_export(archive, one, target, unblurred=unblurred, tell=status.update)
    except FileExistsError:
        raise click.ClickException(f"{target} is there already; name another file") from None
    except (NoCaseError, ObjectMissingError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{target} cannot be written: {error.strerror}") from error
    click.echo(f"{one}: {len(names)} files in {target}")
