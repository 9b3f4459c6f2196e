"""`vigil evidence expire`: evidence goes when its term is over."""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import click
from rich.console import Console

from infra.cli.retention_log import by_option, log_beside, now
from infra.retention.destruction_log import EXPIRED, EXPIRING
from infra.retention.evidence_rules import TOPICS, EvidenceRules
from infra.retention.retention_rules import RetentionError
from infra.review.login import login_name
from infra.settings import Settings
from sinks.evidence.expiry import expired, lifecycle, remove_expired
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import StoreRefusedError, StoreUnavailableError
from sinks.evidence.store_address import open_store


@click.command()
@click.option("--dry-run", is_flag=True, help="Count, remove nothing.")
@click.option("--lifecycle", "as_lifecycle", is_flag=True, help="Write the lifecycle configuration of a bucket of S3.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def expire(by: str | None, *, dry_run: bool, as_lifecycle: bool, as_json: bool) -> None:
    """Remove the evidence of findings whose term is over; run it nightly.

    Terms count from the event and are dated data (infra/retention/evidence_rules.toml): leads 92 days, incidents 365,
    violations 730. What goes stands in the log of `vigil retention report`: before, how many of each, with a digest of
    their names, and after, how many went. The evidence's own log keeps the digest of each. In S3 a lifecycle
    configuration of the bucket removes it; --lifecycle writes that, and puts it nowhere.

    \b
    Examples:
      vigil evidence expire --dry-run
      vigil evidence expire
      vigil evidence expire --lifecycle > lifecycle.json
    """
    settings = Settings()
    try:
        rules = EvidenceRules.load()
        store = open_store(settings.evidence_address)
        if as_lifecycle:
            click.echo(json.dumps(_lifecycle(settings.evidence_address, rules), indent=1))
            return
        if not isinstance(store, FolderStore):
            raise click.ClickException(
                f"{settings.evidence_address} is no folder: give the bucket the lifecycle configuration that"
                " 'vigil evidence expire --lifecycle' writes"
            )
        with Console(stderr=True).status("reading the manifests") as status:
            now_us = time.time_ns() // 1000
            found = expired(store, rules, now_us, lambda done, of: status.update(f"finding {done + 1} of {of}"))
            removed: Sequence[str] = ()
            if not dry_run:
                log, who = log_beside(None), by or login_name()
                if found:
                    log.append(EXPIRING, "", "", now(), who, _facts(found))
                removed = remove_expired(
                    store, rules, found, now_us, lambda done, of: status.update(f"removing {done + 1} of {of}")
                )
                if found:
                    log.append(EXPIRED, "", "", now(), who, _facts(removed))
    except (ValueError, RetentionError, StoreRefusedError, StoreUnavailableError) as error:
        raise click.ClickException(str(error)) from error
    said = {
        "expired": len(found),
        "removed": len(removed),
        "by_topic": {
            topic: {
                "kept_days": rules.keep_days(topic, datetime.now(UTC).date()),
                "expired": _count(found, topic),
                "removed": _count(removed, topic),
            }
            for topic in TOPICS
        },
    }
    if as_json:
        click.echo(json.dumps(said))
        return
    for topic, one in said["by_topic"].items():  # type: ignore[attr-defined]
        click.echo(f"{topic}: {one['expired']} are older than {one['kept_days']} days; removed: {one['removed']}")


def _lifecycle(address: str, rules: EvidenceRules) -> object:
    parts = urlsplit(address)
    if parts.scheme != "s3":
        raise click.ClickException(f"{address} is a folder; 'vigil evidence expire' removes from it")
    today = datetime.now(UTC).date()
    return lifecycle(parts.path.strip("/"), {topic: rules.longest_days(topic, today) for topic in TOPICS})


def _facts(folders: Sequence[str]) -> dict[str, object]:
    """Return what the log has of removed folders: counts, and a digest that a list of names can be held against."""
    return {
        "rows": {f"evidence of {topic}": _count(folders, topic) for topic in TOPICS if _count(folders, topic)},
        "names_sha256": hashlib.sha256("".join(f"{name}\n" for name in folders).encode()).hexdigest(),
    }


def _count(folders: Sequence[str], topic: str) -> int:
    return sum(folder.startswith(f"{topic}/") for folder in folders)
