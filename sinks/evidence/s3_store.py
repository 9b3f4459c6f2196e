"""Evidence in S3: If-None-Match makes a put create-only."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import S3Store as Client

from sinks.evidence.object_store import (
    ObjectMissingError,
    StoreRefusedError,
    StoreUnavailableError,
    differs,
)


class S3Store:
    """A bucket, or a prefix in one, as object store.

    Address and credentials come from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and
    AWS_ENDPOINT_URL for a store that is not Amazon's.

    Args:
        bucket: its name.
        prefix: folder in it; may be empty.
        options: further options of obstore's client.
    """

    def __init__(self, bucket: str, prefix: str = "", **options: Any) -> None:
        self._where = f"s3://{bucket}/{prefix}"
        self._client = Client(
            bucket,
            prefix=prefix or None,
            client_options={
                "timeout": timedelta(seconds=30),
                "connect_timeout": timedelta(seconds=5),
                "allow_http": True,
            },
            # the sink's own loop tries again, with its own pauses
            retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=20)},
            **options,
        )

    def put(self, name: str, data: bytes) -> bool:
        """See ObjectStore."""
        try:
            obstore.put(self._client, name, data, mode="create", use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            found = self.get(name)
            if found != data:
                raise differs(name, found, data) from None
            return False
        except (BaseError, OSError) as error:
            raise self._classed(error) from error
        return True

    def get(self, name: str) -> bytes:
        """See ObjectStore."""
        try:
            return bytes(obstore.get(self._client, name).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            if "NoSuchBucket" in str(error):
                raise self._classed(error) from error
            raise ObjectMissingError(f"there is no object {name} in {self._where}") from None
        except (BaseError, OSError) as error:
            raise self._classed(error) from error

    def names(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        try:
            return sorted(meta["path"] for batch in obstore.list(self._client, folder or None) for meta in batch)
        except (BaseError, OSError) as error:
            raise self._classed(error) from error

    def folders(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        try:
            found = obstore.list_with_delimiter(self._client, folder or None)["common_prefixes"]
        except (BaseError, OSError) as error:
            raise self._classed(error) from error
        return sorted(f"{prefix.rstrip('/')}/" for prefix in found)

    def _classed(self, error: Exception) -> Exception:
        text = f"{self._where}: {' '.join(str(error).split())[:300]}"
        refused = isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError)
        if refused or any(mark in str(error) for mark in ("NoSuchBucket", "AccessDenied", "InvalidAccessKeyId", "403")):
            return StoreRefusedError(f"{text}; see bucket, rights and credentials (AWS_* variables)")
        return StoreUnavailableError(text)
