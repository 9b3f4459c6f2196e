"""`vigil replay`: recompute a finding from what its evidence keeps, and hold the two against each other."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from infra.cli.stage_inputs import exempt_vehicles, with_keys
from infra.settings import Settings
from sinks.evidence import verify
from sinks.evidence.archive import Archive, NoCaseError
from sinks.evidence.lineage import NAME, NOWHERE, Lineage, LineageError
from sinks.evidence.object_store import StoreRefusedError, StoreUnavailableError
from sinks.evidence.store_address import open_store

if TYPE_CHECKING:
    from infra.replay.recompute import Outcome

#: Exit codes; 1 is an error.
DIFFERS, OTHER_VERSION, NOT_KEPT = 2, 3, 4


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("case")
@click.option("--anyway", is_flag=True, help="Recompute with the installed version although another made the finding.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(case: str, *, anyway: bool, as_json: bool) -> None:
    """Recompute a finding from what its evidence keeps, and say whether the same comes out, bit for bit.

    Starts the tracking core and the rules from the last checkpoints before the track's birth, feeds them the detections
    since, with the registry entries of that time, and compares the finding that they reach with the one that was
    recorded, field by field. Needs the store, or an export made with --unblurred; neither Kafka nor a schema registry.
    The finding's coordinates in `tracks` are taken over, not recomputed.

    CASE as in `vigil evidence show`, or a ZIP or folder of an export; of an incident, the latest revision unless @N
    names another.

    \b
    Exit: 0 the same; 2 it differs, or is not reached; 3 another version than the installed one made it;
          4 the evidence does not keep what a recomputation needs; 1 an error.

    \b
    Examples:
      vigil replay speeding-0123456789abcdef0123
      vigil replay stopped_vehicle-0123456789abcdef0123@2 --json
      vigil replay case.zip
    """
    # imported here: the cores bring machine code with them, which the help does not need
    from infra.keys.key_ring import KeyRing  # noqa: PLC0415
    from infra.replay.recompute import Recomputation  # noqa: PLC0415

    name, lineage = _lineage(case)
    try:
        # without the keys a sealed plate, and without the register what it excused, cannot come out the same
        recomputation = Recomputation(lineage, with_keys(KeyRing), exempt_vehicles())
        others = recomputation.other_versions()
        said: dict[str, Any] = {
            "case": name,
            "start": lineage.start,
            "note": lineage.note,
            "other_versions": [str(one) for one in others],
        }
        if others and not anyway:
            text = "\n".join(str(one) for one in others)
            hint = "install that release and run this again, or see with --anyway what the installed one finds"
            _end(said, as_json, OTHER_VERSION, f"{name}: not recomputed: another version made it.\n{text}\n{hint}")
        outcome = asyncio.run(recomputation.run())
    except LineageError as error:
        kept = lineage.start != NOWHERE
        raise _Ended(f"{name}: it cannot be recomputed: {error}", 1 if kept else NOT_KEPT) from error
    said |= {
        "same": outcome.same,
        "reached": outcome.reached,
        "groups": outcome.groups,
        "unreadable": outcome.unreadable,
        "differences": [
            {"field": one.field, "recorded": one.recorded, "recomputed": one.recomputed} for one in outcome.differences
        ],
        "others": list(outcome.others),
    }
    _end(said, as_json, 0 if outcome.same else DIFFERS, _sentences(name, lineage, outcome))


class _Ended(click.ClickException):
    """An error with a status of its own."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_code = status


def _end(said: dict[str, Any], as_json: bool, status: int, text: str) -> NoReturn:  # noqa: FBT001  internal
    click.echo(json.dumps({**said, "status": status}, indent=1, ensure_ascii=False) if as_json else text)
    raise SystemExit(status)


def _lineage(case: str) -> tuple[str, Lineage]:
    """Return a case's name and its lineage, which must be the one that the manifest names."""
    try:
        if Path(case).exists():
            name, files = case, verify.read_case(Path(case))
        else:
            archive = Archive(open_store(Settings().evidence_address))
            one = archive.revisions(case)[-1]
            name, files = str(one), archive.load(one, private=True, log=False)
        manifest = json.loads(files[verify.MANIFEST])
        entry = next((file for file in manifest["files"] if file["name"] == NAME), None)
    except (NoCaseError, StoreRefusedError, StoreUnavailableError, verify.CannotLookError) as error:
        raise click.ClickException(str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"{case}: no readable manifest is there ({error}); 'vigil evidence verify' says more"
        ) from error
    if entry is None:
        raise _Ended(f"{name} keeps no {NAME}: an earlier version of the sink made it", NOT_KEPT)
    data = files.get(NAME)
    if data is None:
        raise _Ended(f"{name}: {NAME} is withheld or missing; a blurred export has none, the store has it", NOT_KEPT)
    if verify.sha256(data) != entry["sha256"]:
        raise click.ClickException(f"{name}: {NAME} is not as it was signed; 'vigil evidence verify' says more")
    try:
        lineage = Lineage.from_bytes(data)
    except LineageError as error:
        raise click.ClickException(f"{name}: {NAME}: {error}") from error
    if verify.sha256(lineage.finding.value) != manifest["event"]["source"]["sha256"]:
        raise click.ClickException(f"{name}: {NAME} is about another finding than the manifest")
    return name, lineage


def _sentences(name: str, lineage: Lineage, outcome: "Outcome") -> str:
    begin = f"{name}: {outcome.groups} camera-seconds from {lineage.start}"
    lines = [f"{begin}, of which {outcome.unreadable} were refused" if outcome.unreadable else begin]
    if lineage.note:
        lines.append(f"NOTE    {lineage.note}")
    if outcome.same:
        lines.append("The same finding, bit for bit.")
    elif outcome.reached:
        lines += [f"DIFFERS {one}" for one in outcome.differences]
        lines.append(f"{len(outcome.differences)} field(s) differ.")
    else:
        lines.append("DIFFERS the finding is not reached")
        if outcome.others:
            lines.append(f"found instead: {', '.join(outcome.others)}")
    return "\n".join(lines)
