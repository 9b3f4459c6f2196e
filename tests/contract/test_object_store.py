"""The object stores: a folder, and S3 by a real versitygw."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.settings import ROOT
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import (
    ObjectDiffersError,
    ObjectStore,
    StoreRefusedError,
    StoreUnavailableError,
)
from sinks.evidence.s3_store import S3Store
from sinks.evidence.store_address import open_store
from tests.contract.store_suite import StoreSuite
from tests.integration.conftest import free_ports

_CACHED = ROOT / ".cache/versitygw/versitygw"
VERSITYGW = str(_CACHED) if _CACHED.exists() else shutil.which("versitygw")
needs_versitygw = pytest.mark.skipif(
    VERSITYGW is None,
    reason="versitygw is missing: 'python3 -m infra.setup --s3' builds it (Go, five minutes), or put it on PATH",
)


class TestFolder(StoreSuite):
    """A folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderStore:
        """An empty folder."""
        return FolderStore(tmp_path / "store")

    @pytest.fixture
    def again(self, tmp_path: Path) -> FolderStore:
        """Another client of it."""
        return FolderStore(tmp_path / "store")

    def test_a_killed_process_leaves_whole_objects_alone(self, tmp_path: Path) -> None:
        """Kill -9 at ten seeded moments of a stream of puts: each object is whole; the remains are cleared."""
        script = (
            "import sys; from pathlib import Path; from sinks.evidence.folder_store import FolderStore\n"
            "store = FolderStore(Path(sys.argv[1]))\n"
            "for n in range(100_000): store.put(f'd/{n % 977}/{n}.bin', bytes([n % 251]) * 70_001)\n"
        )
        rng = random.Random(2)
        folder = tmp_path / "store"
        store = FolderStore(folder)
        for _ in range(10):
            before = len(store.names(""))
            process = subprocess.Popen([sys.executable, "-c", script, str(folder)], cwd=ROOT)
            while len(store.names("")) < before + 1 and process.poll() is None:
                time.sleep(0.01)
            time.sleep(rng.random() / 20)
            process.send_signal(signal.SIGKILL)
            process.wait()
        names = store.names("")
        assert names
        for name in names:
            number = int(name.rpartition("/")[2].removesuffix(".bin"))
            assert store.get(name) == bytes([number % 251]) * 70_001, name
        store.clear_parts()
        assert not list((folder / ".part").iterdir())

    def test_names_cannot_leave_the_folder(self, store: FolderStore) -> None:
        """Nor reach its unfinished files."""
        for name in ("../x", "a/../../x", "/x", "", "a//b", ".part/x"):
            with pytest.raises(ValueError, match="no object's name"):
                store.put(name, b"x")

    def test_a_folder_that_cannot_be_is_refused(self, tmp_path: Path) -> None:
        """A file stands in its way: no waiting cures it, and the text names the folder."""
        (tmp_path / "file").write_text("x")
        with pytest.raises(StoreRefusedError, match="file"):
            FolderStore(tmp_path / "file").put("a", b"x")


@contextmanager
def versitygw(folder: Path, port: int) -> Iterator[None]:
    """Run a gateway on a folder."""
    (folder / "data" / "evidence").mkdir(parents=True, exist_ok=True)
    (folder / "versions").mkdir(exist_ok=True)
    process = subprocess.Popen(
        [
            str(VERSITYGW),
            "--port",
            f"127.0.0.1:{port}",
            "--quiet",
            "--health",
            "/health",
            "posix",
            "--versioning-dir",  # an object lock needs versions
            str(folder / "versions"),
            str(folder / "data"),
        ],
        env={**os.environ, "ROOT_ACCESS_KEY": "access", "ROOT_SECRET_KEY": "secret"},
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except OSError:
                assert time.monotonic() < deadline, "versitygw does not answer"
                assert process.poll() is None, "versitygw has ended"
                time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def s3(port: int, prefix: str, **options: str) -> S3Store:
    """A store on the gateway."""
    return S3Store(
        options.get("bucket", "evidence"),
        prefix,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="access",
        aws_secret_access_key=options.get("secret", "secret"),
    )


def locking_bucket(port: int, bucket: str) -> Any:
    """Make a bucket with object lock; return a client that tries to get around it."""
    client: Any = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="access",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    return client


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running gateway."""
    (port,) = free_ports(1)
    with versitygw(tmp_path_factory.mktemp("s3"), port):
        yield port


@needs_versitygw
class TestS3(StoreSuite):
    """S3 as versitygw serves it."""

    @pytest.fixture
    def prefix(self) -> str:
        """A prefix of the test's own."""
        return f"p{uuid4().hex[:8]}"

    @pytest.fixture
    def store(self, port: int, prefix: str) -> S3Store:
        """An empty prefix."""
        return s3(port, prefix)

    @pytest.fixture
    def again(self, port: int, prefix: str) -> S3Store:
        """Another client of it."""
        return s3(port, prefix)

    def test_what_no_waiting_cures_is_told_from_what_passes(self, port: int) -> None:
        """A wrong secret and a missing bucket wait for a person; a gateway that is away is tried again."""
        with pytest.raises(StoreRefusedError):
            s3(port, "x", secret="wrong").put("a", b"x")
        with pytest.raises(StoreRefusedError, match="bucket"):
            s3(port, "x", bucket="nowhere").put("a", b"x")
        (closed,) = free_ports(1)
        with pytest.raises(StoreUnavailableError):
            s3(closed, "x").put("a", b"x")


@needs_versitygw
class TestLock:
    """An object lock in COMPLIANCE mode."""

    def test_a_locked_object_can_be_neither_deleted_nor_changed_nor_unlocked(self, port: int) -> None:
        """Not by the account's owner either: its version stays, with its bytes, whatever is tried."""
        client = locking_bucket(port, "locked")
        store = s3(port, "city", bucket="locked")
        until_us = (int(time.time()) + 86_400) * 1_000_000
        assert store.put("a/one.bin", b"kept", until_us)
        assert not store.put("a/one.bin", b"kept", until_us + 1)
        with pytest.raises(ObjectDiffersError):
            store.put("a/one.bin", b"changed", until_us)
        key = {"Bucket": "locked", "Key": "city/a/one.bin"}
        version = client.head_object(**key)["VersionId"]
        held = client.get_object_retention(**key)["Retention"]
        assert held["Mode"] == "COMPLIANCE"
        assert held["RetainUntilDate"].timestamp() == until_us / 1e6
        early = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.fromtimestamp(time.time() + 60, UTC)}
        tries: list[Callable[[], object]] = [
            lambda: client.delete_object(**key, VersionId=version),
            lambda: client.delete_object(**key, VersionId=version, BypassGovernanceRetention=True),
            lambda: client.put_object_retention(**key, VersionId=version, Retention=early),
        ]
        for forbidden in tries:
            with pytest.raises(ClientError) as refused:
                forbidden()
            assert refused.value.response["Error"]["Code"] in {"AccessDenied", "InvalidRequest"}
        assert client.get_object(**key, VersionId=version)["Body"].read() == b"kept"
        assert store.get("a/one.bin") == b"kept"

    def test_a_bucket_without_lock_is_refused_in_a_sentence(self, port: int) -> None:
        """A person must make one with it; an unlocked object is no substitute."""
        with pytest.raises(StoreRefusedError, match="object lock"):
            s3(port, "x").put("a", b"x", (int(time.time()) + 3_600) * 1_000_000)


def test_an_address_names_its_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a bucket with a prefix, and a sentence for everything else."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    folder: ObjectStore = open_store(str(tmp_path))
    assert isinstance(folder, FolderStore)
    assert isinstance(open_store("s3://bucket/some/prefix"), S3Store)
    for wrong in ("ftp://x/y", "s3://"):
        with pytest.raises(ValueError, match="neither a folder nor"):
            open_store(wrong)
