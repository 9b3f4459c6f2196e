"""Evidence in S3: If-None-Match makes a put create-only, an object lock keeps it."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from sinks.evidence.object_store import (
    ObjectMissingError,
    StoreRefusedError,
    StoreUnavailableError,
    differs,
)

#: What S3 calls a lock that nobody can lift before its time, not even the account's owner.
COMPLIANCE: Final = "COMPLIANCE"
#: Codes of S3 that no waiting cures.
_REFUSED: Final = frozenset({
    "NoSuchBucket",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidRequest",
    "InvalidBucketObjectLockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "403",
})  # fmt: skip
_TAKEN: Final = frozenset({"PreconditionFailed", "412"})
_MISSING: Final = frozenset({"NoSuchKey", "404"})


class S3Store:
    """A bucket, or a prefix in one, as object store.

    Address and credentials come from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, and
    AWS_ENDPOINT_URL for a store that is not Amazon's.

    Args:
        bucket: its name.
        prefix: folder in it; may be empty.
        options: further options of boto3's client.
    """

    locks = True

    def __init__(self, bucket: str, prefix: str = "", **options: Any) -> None:
        self._where = f"s3://{bucket}/{prefix}"
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        self._client: Any = boto3.client(
            "s3",
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                # the sink's own loop tries again, with its own pauses
                retries={"total_max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path"},
            ),
            **{"region_name": region, **options},
        )

    def put(self, name: str, data: bytes, keep_until_us: int | None = None) -> bool:
        """See ObjectStore."""
        lock: dict[str, Any] = {}
        if keep_until_us is not None:
            lock = {
                "ObjectLockMode": COMPLIANCE,
                "ObjectLockRetainUntilDate": datetime.fromtimestamp(keep_until_us // 1_000_000, UTC),
            }
        try:
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data, IfNoneMatch="*", **lock)
        except ClientError as error:
            if _code(error) not in _TAKEN:
                raise self._classed(error) from error
            found = self.get(name)
            if found != data:
                raise differs(name, found, data) from None
            return False
        except (BotoCoreError, OSError) as error:
            raise self._classed(error) from error
        return True

    def get(self, name: str) -> bytes:
        """See ObjectStore."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
            return bytes(answer["Body"].read())
        except ClientError as error:
            if _code(error) in _MISSING:
                raise ObjectMissingError(f"there is no object {name} in {self._where}") from None
            raise self._classed(error) from error
        except (BotoCoreError, OSError) as error:
            raise self._classed(error) from error

    def names(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        return sorted(one["Key"].removeprefix(self._prefix) for page in self._pages(folder) for one in page("Contents"))

    def folders(self, folder: str) -> Sequence[str]:
        """See ObjectStore."""
        pages = self._pages(folder, Delimiter="/")
        return sorted(one["Prefix"].removeprefix(self._prefix) for page in pages for one in page("CommonPrefixes"))

    def _pages(self, folder: str, **options: str) -> Any:
        """Return a listing's pages, each as a function from a field's name to its entries."""
        paginator = self._client.get_paginator("list_objects_v2")
        try:
            pages = list(paginator.paginate(Bucket=self._bucket, Prefix=self._prefix + folder, **options))
        except (ClientError, BotoCoreError, OSError) as error:
            raise self._classed(error) from error
        return [lambda field, page=page: page.get(field, []) for page in pages]

    def _classed(self, error: Exception) -> Exception:
        text = f"{self._where}: {' '.join(str(error).split())[:300]}"
        refused = isinstance(error, NoCredentialsError | PartialCredentialsError)
        refused = refused or (isinstance(error, ClientError) and _code(error) in _REFUSED)
        if refused:
            return StoreRefusedError(f"{text}; see bucket, its object lock, rights and credentials (AWS_* variables)")
        return StoreUnavailableError(text)


def _code(error: ClientError) -> str:
    answer: Any = error.response
    return str(answer.get("Error", {}).get("Code", ""))
