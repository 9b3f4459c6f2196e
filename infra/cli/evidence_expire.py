"""`vigil evidence expire`: pictures of leads go when the leads go."""

import json
import time

import click
from rich.console import Console

from infra.settings import Settings
from sinks.evidence.expiry import expired, kept_days, remove_expired
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import StoreRefusedError, StoreUnavailableError
from sinks.evidence.store_address import open_store


@click.command()
@click.option("--dry-run", is_flag=True, help="Count, remove nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def expire(*, dry_run: bool, as_json: bool) -> None:
    """Remove the evidence of leads that are older than the topic keeps leads; run it nightly.

    Evidence of incidents and violations stays: it follows their legal deadlines (docs/keys.md). The log keeps the
    digest of what was removed. In S3 a lifecycle rule of the bucket does this, and the command says which.

    \b
    Examples:
      vigil evidence expire --dry-run
      vigil evidence expire
    """
    settings = Settings()
    try:
        store = open_store(settings.evidence_address)
        if not isinstance(store, FolderStore):
            raise click.ClickException(
                f"{settings.evidence_address} is no folder; give the bucket a lifecycle rule that expires what begins"
                f" with the store's prefix and leads/ after {kept_days()} days, noncurrent versions too"
            )
        with Console(stderr=True).status("reading the manifests of leads") as status:
            now_us = time.time_ns() // 1000
            found = expired(store, now_us, lambda done, of: status.update(f"lead {done + 1} of {of}"))
            removed = 0
            if not dry_run:
                removed = remove_expired(
                    store, found, now_us, lambda done, of: status.update(f"removing {done + 1} of {of}")
                )
    except (ValueError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    said = {"kept_days": kept_days(), "expired": len(found), "removed": removed}
    click.echo(
        json.dumps(said) if as_json else f"{len(found)} leads are older than {kept_days()} days; removed: {removed}"
    )
