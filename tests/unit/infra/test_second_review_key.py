"""The secret of the second reviews: whole, for its owner's eyes, or a sentence that says what to do."""

from pathlib import Path

import click
import pytest

from infra.cli.stage_inputs import sample_key


def test_the_secret_is_what_the_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file there is none."""
    monkeypatch.delenv("VIGIL_SECOND_REVIEW_KEY", raising=False)
    assert sample_key() == b""
    path = tmp_path / "key"
    path.write_bytes(b"s" * 32)
    path.chmod(0o600)
    monkeypatch.setenv("VIGIL_SECOND_REVIEW_KEY", str(path))
    assert sample_key() == b"s" * 32


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [(None, 0o600, "No such file"), (b"s" * 32, 0o644, "chmod 600"), (b"s" * 31, 0o600, "holds 31 bytes; expected 32")],
)
def test_a_secret_that_is_none_is_refused(
    content: bytes | None, mode: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, open to others, or short enough to try out."""
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    monkeypatch.setenv("VIGIL_SECOND_REVIEW_KEY", str(path))
    with pytest.raises(click.ClickException, match=says):
        sample_key()
