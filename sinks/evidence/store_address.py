"""From the setting to the store."""

from pathlib import Path
from urllib.parse import urlsplit

from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import ObjectStore


def open_store(address: str) -> ObjectStore:
    """Return the store that an address names; nothing is read or written yet.

    Args:
        address: a folder, or s3://BUCKET/PREFIX.

    Raises:
        ValueError: it is neither.
    """
    if "://" not in address:
        return FolderStore(Path(address))
    parts = urlsplit(address)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"evidence store {address!r} is neither a folder nor s3://BUCKET/PREFIX")
    # imported here: a folder needs no S3 client
    from sinks.evidence.s3_store import S3Store  # noqa: PLC0415

    return S3Store(parts.netloc, parts.path.strip("/"))
