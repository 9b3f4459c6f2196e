"""Where the log of what was destroyed lies, and who writes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from infra.retention.destruction_log import DestructionLog
from infra.settings import Settings

#: The log's name where no file is named. It lies with the keys: whoever may destroy them may write it.
LOG: Final = "destroyed.jsonl"
by_option = click.option("--by", help="Who has it done; stands in the log.  [default: the user who runs it]")


def log_beside(keys: Path | None) -> DestructionLog:
    """Return the log: VIGIL_RETENTION_LOG, else beside the keys, else, on a machine without keys, in data_dir.

    Args:
        keys: folder of the keys that was named; None: the settings' one.
    """
    settings = Settings()
    folder = keys or settings.key_store or settings.data_dir
    return DestructionLog(settings.retention_log or folder / LOG)


def now() -> str:
    """Return the time as the log has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
