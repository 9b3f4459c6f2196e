"""The file of camera credentials."""

import json
from pathlib import Path

import pytest

from producers.camera_secrets import ENVIRONMENT, SecretsFileError, read_secrets, write_secrets
from producers.source_address import Credentials


def test_what_is_written_is_read_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    """A round trip; mode 0600 also when it is replaced."""
    path = tmp_path / "deep" / "secrets.json"
    secrets = {"K-1": Credentials("u", "p"), "K-2": Credentials("", "", "token=t")}
    write_secrets(path, {"K-1": Credentials("old", "old")})
    write_secrets(path, secrets)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_secrets(path, {}) == secrets
    assert [p.name for p in path.parent.iterdir()] == ["secrets.json"]


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """Containers bring credentials by environment."""
    path = tmp_path / "secrets.json"
    write_secrets(path, {"K-1": Credentials("u", "file"), "K-2": Credentials("u", "file")})
    brought = {ENVIRONMENT: json.dumps({"K-1": {"user": "u", "password": "env"}})}
    assert {k: c.password for k, c in read_secrets(path, brought).items()} == {"K-1": "env", "K-2": "file"}
    assert read_secrets(tmp_path / "absent.json", {}) == {}


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The error says what to do."""
    path = tmp_path / "secrets.json"
    write_secrets(path, {})
    path.chmod(0o644)
    with pytest.raises(SecretsFileError, match="chmod 600"):
        read_secrets(path, {})


@pytest.mark.parametrize(
    "text", ['{"K-1": {"user": "s3ntinel"', '["s3ntinel"]', '{"K-1": "s3ntinel"}', '{"K-1": {"pass": "s3ntinel"}}']
)
def test_a_broken_file_is_an_error_that_quotes_none_of_it(tmp_path: Path, text: str) -> None:
    """What stands in a file of secrets is not repeated in an error."""
    path = tmp_path / "secrets.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SecretsFileError) as caught:
        read_secrets(path, {})
    assert "s3ntinel" not in str(caught.value)
    assert caught.value.__cause__ is None
